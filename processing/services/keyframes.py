"""The key frames of a film that are captured when it is ready, and the document that tells of them when they are
labelled. The steps behind that belong to an upper app, as labels do.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from assets.models import Asset, Kind, Variant, VariantType
from processing.ffmpeg.keyframes import Keyframes
from processing.models import Job

STEP = "keyframes"
"""The step that captures them. What it captures carries its name, so that another run takes their place."""

PARAMETER = "keyframes"
"""The parameter of a job that says which are captured."""

DOCUMENT = "keyframes"
"""By which the document is told from the metadata of the file, in the details of its variant."""


def wish_of(job: Job) -> Keyframes | None:
    """What a job captures, or what comes after it does, as its recipe says; None where nobody has asked for it."""
    told = job.parameters.get(PARAMETER)
    if not told and job.asset.kind == Kind.VIDEO:
        told = (job.parameters.get("recipe") or {}).get("keyframes")
    return Keyframes.from_data(told) if told else None


def captures_of(asset: Asset) -> QuerySet[Variant]:
    """The captured key frames of an asset, in the order of the film."""
    found = Variant.objects.filter(asset=asset, variant_type=VariantType.DERIVED, detail__step=STEP)
    return found.select_related("asset").order_by("timestamp", "pk")


def document_in(variants: Iterable[Variant]) -> Variant | None:
    """The document among an asset's variants."""
    return next(
        (v for v in variants if v.variant_type == VariantType.METADATA and DOCUMENT in v.detail), None
    )


def metadata_for(job: Job, variants: Iterable[Variant]) -> Variant | None:
    """What a job's status names as its metadata: where key frames were asked for the document of them, and nothing
    until it has been written; otherwise the metadata of the file.
    """
    every = [v for v in variants if v.variant_type == VariantType.METADATA]
    if wish_of(job) is not None:
        return document_in(every)
    return next((v for v in every if DOCUMENT not in v.detail), None)

"""What there is of an asset's labelled key frames: part by part how it stands, each picture with its labels, and the
document of it that is kept beside the file.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop

from analysis.models import Analysis, Type
from analysis.services.parameters import LABELS
from assets.models import Asset, Variant, VariantType
from assets.services.standins import preview_of
from processing.ffmpeg.media import Probe
from processing.models import Job, Status, Step
from processing.services import keyframes

SCHEMA = "mediaportal-keyframes/1"
_PREVIEWS = ("webp", "gif", "avif", "mp4")
_NO_PREVIEW = gettext_noop("No moving preview was made of this film.")


@dataclass(frozen=True)
class Part:
    """One of the three parts: its status, and why it failed, in a code and an English sentence. `missing` is what to
    install for it.
    """

    status: str
    code: str = ""
    detail: str = ""
    missing: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The part as the document tells it."""
        if not self.code:
            return {"status": self.status, "error": None}
        error = {"code": self.code, "detail": self.detail, "missing": list(self.missing)}
        return {"status": self.status, "error": error}


@dataclass(frozen=True)
class Standing:
    """How a job for key frames stands: its parts, and who labels."""

    preview: Part
    captures: Part
    labels: Part
    engine: str
    model: str

    @property
    def parts(self) -> dict[str, Part]:
        """The parts by their names."""
        return {"preview": self.preview, "captures": self.captures, "labels": self.labels}


def standing_of(job: Job, *, variants: Iterable[Variant]) -> Standing:
    """How a job stands, with the variants of its asset. Two queries."""
    steps = {step.name: step for step in job.steps.all()}
    row = Analysis.objects.filter(order__job=job, type=Type.OBJECTS).first()
    labels = _labels(row, steps.get(LABELS))
    return Standing(
        preview=_preview(variants),
        captures=_captures(steps.get(keyframes.STEP)),
        labels=labels,
        engine=row.engine if row else "",
        model=str(row.results.get("model", "")) if row else "",
    )


def _preview(variants: Iterable[Variant]) -> Part:
    if any(one.variant_type == VariantType.PREVIEW for one in variants):
        return Part(Status.COMPLETED)
    return Part(Status.FAILED, "preview_missing", _NO_PREVIEW)


def _captures(step: Step | None) -> Part:
    if step is None:
        return Part(Status.FAILED, "not_found", "")
    error = step.results.get("error") if step.status == Status.COMPLETED else None
    if error:
        return Part(Status.FAILED, error["code"], error["detail"])
    return Part(step.status, step.error_code, step.error_detail)


def _labels(row: Analysis | None, step: Step | None) -> Part:
    if row is None:
        return Part(Status.FAILED, "not_found", "")
    missing = tuple(step.results.get("missing", ())) if step else ()
    return Part(row.status, row.error_code, row.error_detail, missing)


def document_of(*, asset: Asset, job: Job, standing: Standing, at: datetime) -> dict[str, Any]:
    """The document as it is kept: plain JSON, in English, with addresses of this portal that do not end."""
    variants = list(Variant.objects.filter(asset=asset))
    captures = list(keyframes.captures_of(asset))
    previews = [found for form in _PREVIEWS if (found := preview_of(variants, form=form))]
    return {
        "schema": SCHEMA,
        "asset_id": str(asset.pk),
        "job_id": str(job.pk),
        "title": asset.title,
        "created_at": at,
        "source": _source(asset),
        "duration": asset.duration,
        "preview": _file(previews[0]) if previews else None,
        "previews": [_file(one) for one in previews],
        "captures": [_capture(one) for one in captures],
        "labels": summary_of(captures),
        "engine": standing.engine or None,
        "model": standing.model or None,
        "parts": {name: part.as_data() for name, part in standing.parts.items()},
    }


def _source(asset: Asset) -> dict[str, Any]:
    """What is known of the film."""
    told = asset.metadata.get("probe")
    video = Probe.from_data(told).video if told else None
    return {
        "filename": asset.original_filename,
        "mime_type": asset.mime_type,
        "file_size": asset.file_size,
        "sha256": asset.sha256,
        "width": asset.width,
        "height": asset.height,
        "frame_rate": video.frame_rate if video else None,
        "codec": video.codec if video else None,
    }


def _file(variant: Variant) -> dict[str, Any]:
    """A file that was made, with the address under which the portal gives it out."""
    return {
        "id": str(variant.pk),
        "format": variant.format,
        "width": variant.width,
        "height": variant.height,
        "duration": variant.duration,
        "file_size": variant.file_size,
        "sha256": variant.checksum,
        "url": reverse("api-asset-variant-file", args=[variant.asset_id, variant.pk]),
    }


def _capture(variant: Variant) -> dict[str, Any]:
    """A picture with its labels, or why it has none."""
    told = {name: value for name, value in _file(variant).items() if name != "duration"}
    return told | {
        "timestamp": variant.timestamp,
        "labels": labels_of(variant),
        "error": variant.detail.get("error"),
    }


def labels_of(capture: Variant) -> list[dict[str, Any]]:
    """The labels of a picture, the surest first."""
    return sorted(capture.detail.get("labels", []), key=lambda one: (-one["confidence"], one["label"]))


def summary_of(captures: Sequence[Variant]) -> list[dict[str, Any]]:
    """Every label of all pictures once: on how many it was seen and how sure at most; the most frequent first."""
    seen: dict[tuple[str, str | None], list[tuple[Any, float]]] = defaultdict(list)
    for capture in captures:
        for one in capture.detail.get("labels", []):
            seen[one["label"], one["parent"]].append((capture.pk, one["confidence"]))
    told = [
        {
            "label": label,
            "parent": parent,
            "captures": len({pk for pk, _sure in places}),
            "confidence": max(sure for _pk, sure in places),
        }
        for (label, parent), places in seen.items()
    ]
    return sorted(told, key=lambda one: (-int(one["captures"] or 0), -float(one["confidence"] or 0)))

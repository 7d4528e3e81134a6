"""Streaming sets as they are wanted: which of them are encrypted and how, with which keys, and when one is ready.

What an upload says itself counts first, then what the collections say in which it stands, then its preset.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal, cast
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assets.exceptions import InvalidOptions
from assets.models import Asset, Kind, Variant, VariantType
from assets.services import collections
from mediaportal.core.problems import FieldProblem
from processing.exceptions import StepPostponed
from processing.models import Job, KeySource, Package, Scheme, Tracks
from processing.packager import Encryption
from processing.packager import Package as Made
from processing.packager.encryption import ALL, StreamKey, labels_for
from processing.services import keys, protection
from processing.services.keys import GivenKey

OPTION = "encrypt"
"""The option of an upload, and the parameter of its job, that says how its set is encrypted."""

ORDERED = "package"
"""The parameter of a job that names the set that was ordered with it."""

FORMATS: tuple[Literal["hls", "dash"], ...] = ("hls", "dash")

_ENCRYPTED = (Kind.VIDEO, Kind.AUDIO)
_USUAL = Scheme.CBCS
_FORGOTTEN = timedelta(days=14)


@dataclass(frozen=True)
class Order:
    """How somebody wants a set: `scheme` empty for one that is not encrypted, None for as it would be without a word;
    `given` is the caller's own key.
    """

    scheme: str | None = None
    tracks: str = Tracks.ALL
    formats: tuple[str, ...] = FORMATS
    given: GivenKey | None = None


def scheme_in(value: Any) -> str | None:
    """The scheme that the option `encrypt` asks for: empty for none, None where it asks for nothing.

    Raises `ValueError` for what it cannot say.
    """
    said = {"": None, "true": str(_USUAL), "false": "", "cbcs": "cbcs", "cenc": "cenc"}
    if isinstance(value, bool):
        value = "true" if value else "false"
    if value is None:
        return None
    if not isinstance(value, str) or value not in said:
        raise ValueError("unknown encryption")
    return said[value]


def validate_options(options: dict[str, Any]) -> None:
    """Check of an upload's `processing_options`; raises `InvalidOptions`."""
    try:
        scheme_in(options.get(OPTION))
    except ValueError:
        detail = _("Must be true, false, cbcs or cenc.")
        problem = FieldProblem(f"processing_options.{OPTION}", "invalid", detail)
        raise InvalidOptions(detail, errors=[problem]) from None


def choices() -> list[tuple[str, str]]:
    """What the upload page offers."""
    return [
        ("", _("As its collection and preset say")),
        ("cbcs", _("Encrypted: plays in every current browser")),
        ("cenc", _("Encrypted for DASH alone (cenc)")),
        ("false", _("Not encrypted")),
    ]


def settled(*, asset: Asset, parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of an asset's first job, with `encrypt` as it will be done; without it nothing is encrypted.

    Expects the recipe among them, and the asset in its collections.
    """
    rest = {name: value for name, value in parameters.items() if name != OPTION}
    if asset.kind not in _ENCRYPTED:
        return rest
    scheme = scheme_in(parameters.get(OPTION))
    if scheme is None:
        recipe = parameters.get("recipe") or {}
        scheme = collections.encryption_of(asset=asset) or str(recipe.get("encryption") or "")
    return rest | ({OPTION: scheme} if scheme else {})


def begin(*, job: Job) -> None:
    """Let an asset be known as encrypted from the first moment on, and give it the set that was ordered with its file.

    Must run in the transaction that makes the job.
    """
    scheme = job.parameters.get(OPTION, "")
    if scheme:
        Asset.objects.filter(pk=job.asset_id).update(encryption=scheme)
        job.asset.encryption = scheme
    if ordered := job.parameters.get(ORDERED):
        waiting = Package.objects.filter(pk=ordered, asset=None)
        waiting.update(asset=job.asset, job=job, scheme=scheme or Scheme.CLEAR)


def ask(*, order: Order, asset: Asset | None = None, job: Job | None = None) -> Package:
    """Take down that a set is wanted, and seal the caller's key, which is kept nowhere else. Must run in a transaction.

    Raises `MasterKeyMissing`.
    """
    made = Package.objects.create(
        asset=asset,
        job=job,
        scheme=order.scheme or Scheme.CLEAR,
        tracks=order.tracks,
        key_source=keys.source(given=order.given is not None),
        formats=list(order.formats),
    )
    if order.given is not None:
        keys.provide(package=made, labels=[ALL], given=order.given)
    return made


def of_job(job: Job) -> Package:
    """The set that a job makes; taken down now if nobody has said more of it than whether it is encrypted."""
    scheme = job.parameters.get(OPTION) or Scheme.CLEAR
    facts = {
        "asset": job.asset,
        "scheme": scheme,
        "key_source": keys.source(given=False),
        "formats": list(FORMATS),
    }
    return Package.objects.get_or_create(job=job, defaults=facts)[0]


def current(asset: Asset) -> Package | None:
    """The set of an asset that is played now, by all whose link has none of its own."""
    ready = Package.objects.filter(asset=asset, share=None, ready_at__isnull=False, retired_at=None)
    return ready.order_by("-ready_at").first()


def encryption_of(*, package: Package, sides: Sequence[int], sound: bool) -> Encryption | None:
    """What the packager needs to encrypt a set whose pictures have these shorter sides; None for a clear one.

    Only for whoever encrypts: keys are open in it. Keys that are missing are made, so a second run of a step has those
    of the first. Raises what `keys.provide` does, and `SealBroken`.
    """
    if package.scheme == Scheme.CLEAR:
        return None
    # Where there are no pictures, the sound is all that there is to protect.
    video_only = package.tracks == Tracks.VIDEO and bool(sides)
    own = labels_for(sides, sound=sound and not video_only)
    keys.provide(package=package, labels=[ALL] if package.key_source == KeySource.CALLER else own)
    told = protection.protection_of(package)
    return Encryption(
        scheme=cast(Literal["cbcs", "cenc"], package.scheme),
        keys={label: StreamKey(one.kid, one.key) for label, one in keys.opened(package).items()},
        key_uri=lambda kid: keys.hls_key_uri(package_id=package.pk, kid=kid),
        fairplay_uri=told.fairplay_uri,
        systems=told.systems,
        pssh=told.pssh,
        video_only=video_only,
    )


def formats_of(package: Package, made: Made) -> dict[str, str]:
    """The manifests of a set that are published, by their formats: those that were asked for and that there are."""
    names = {"hls": made.hls_master.name, "dash": made.dash_manifest.name}
    wanted = [form for form in made.formats if form in package.formats]
    # What is encrypted by cenc is for DASH alone, whatever was asked for before that was known.
    return {form: names[form] for form in wanted or made.formats}


def ready(*, package_id: UUID, encrypted_tracks: Sequence[int]) -> None:
    """Write down that a set has taken the place of the one before it. Must run in the transaction that publishes it.

    What was clear until now and is not any more ends every link to the clear files. Raises `StepPostponed` when another
    set has come in the meantime: the step is to begin anew with that one.
    """
    now = timezone.now()
    package = Package.objects.select_for_update(of=("self",)).select_related("asset").get(pk=package_id)
    if package.retired_at is not None or package.asset is None:
        sentence = gettext_noop("Another streaming set has come meanwhile.")
        raise StepPostponed("package_replaced", sentence, seconds=1, log=f"package {package_id} is retired")
    Package.objects.filter(pk=package.pk).update(
        ready_at=now,
        encrypted_tracks=list(encrypted_tracks),
        prefixes=list(dict.fromkeys([*package.prefixes, *_published_to(package)])),
    )
    others = Package.objects.filter(asset=package.asset, share=None, ready_at__isnull=False, retired_at=None)
    others.exclude(pk=package.pk).update(retired_at=now)
    scheme = "" if package.scheme == Scheme.CLEAR else package.scheme
    asset = Asset.objects.filter(pk=package.asset.pk)
    newly = bool(scheme) and asset.filter(encryption="").update(link_epoch=F("link_epoch") + 1)
    if newly or package.asset.encryption != scheme:
        asset.update(encryption=scheme, updated_at=now)


def _published_to(package: Package) -> set[str]:
    """The folder in which a set's files lie now. Links to it, and to those before it, open the set's keys."""
    manifests = Variant.objects.filter(asset=package.asset, variant_type=VariantType.MANIFEST)
    details = manifests.filter(detail__package=str(package.pk)).values_list("detail", flat=True)
    return {str(detail["prefix"]) for detail in details}


def when_ready(package: Package, made: Made) -> partial[None]:
    """What a step that publishes a set has done in the same transaction."""
    return partial(ready, package_id=package.pk, encrypted_tracks=made.encrypted_tracks)


def forget_waiting() -> int:
    """Remove sets, with their keys, whose file never came; returns how many."""
    before = timezone.now() - _FORGOTTEN
    return Package.objects.filter(asset=None, created_at__lt=before).delete()[0]

"""What programs order of a file: other renditions, a streaming set, encrypted or not; of an asset or of an address.

A key that comes with an order goes to `keys` alone: it is in no parameter of a job, no answer and no log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets import access, registry
from assets.exceptions import InvalidOptions
from assets.models import Asset, Kind, UploadSession, Variant, VariantType
from assets.services import deletionholds, importing
from assets.services.wishes import Wishes
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, NotPermitted
from processing.exceptions import NotProcessed
from processing.ffmpeg.ladder import STANDARD, Ladder, Level
from processing.models import Job, JobType, Scheme, Tracks
from processing.pipeline import PACKAGE, PACKAGE_CLEAR, TRANSCODE
from processing.services import packages, planning, presets, recipes
from processing.services.packages import OPTION, ORDERED, Order

_RECIPE = "recipe"
_MOST_FORMATS = 6
# How wide a rung of so many lines is, and its cap in bit/s where none is named.
_USUAL: dict[str, tuple[int, int, int]] = {
    "2160p": (3840, 2160, 16_000_000),
    "1440p": (2560, 1440, 10_000_000),
    "1080p": (1920, 1080, 6_750_000),
    "720p": (1280, 720, 3_750_000),
    "480p": (854, 480, 1_500_000),
    "360p": (640, 360, 750_000),
    "240p": (426, 240, 450_000),
    "144p": (256, 144, 225_000),
}
_FAST_SHARE = 1.5


@dataclass(frozen=True)
class Format:
    """A rendition that is wanted: a size by its lines, a cap in bit/s (none: the usual one), a codec."""

    quality: str
    bit_rate: int | None = None
    codec: str = "h264"


def package(*, user: access.Caller, asset: Asset, order: Order | None) -> Job:
    """Package an asset anew as it is ordered; with no order, as it is encrypted now.

    Raises `NotPermitted`, `NotProcessed`, `WorkUnderWay`, `InvalidOptions` for what the asset cannot have, `OnHold` for
    what somebody has to keep, and `MasterKeyMissing`.
    """
    _require(user, asset)
    if not can_be_packaged(asset):
        raise NotProcessed
    order = _settled(asset, order)
    if order.tracks == Tracks.VIDEO and asset.kind != Kind.VIDEO:
        raise _wrong("package.encryption.tracks", _("There are no pictures in this file."))
    plans = PACKAGE if order.scheme else PACKAGE_CLEAR
    with transaction.atomic():
        _require_free(asset)
        job = planning.begin(
            asset=asset, job_type=JobType.PACKAGE, plans=plans, parameters=_parameters(asset, order)
        )
        packages.ask(order=order, asset=asset, job=job)
        _record(user, "package.ordered", job, order)
    return job


def can_be_packaged(asset: Asset) -> bool:
    """Whether there is something of an asset that could be packaged."""
    parts = Variant.objects.filter(
        asset=asset, variant_type__in=[VariantType.RENDITION, VariantType.AUDIO_ONLY]
    )
    return asset.kind != Kind.IMAGE and parts.exists()


def transcode(
    *, user: access.Caller, asset: Asset, formats: Sequence[Format], order: Order | None = None
) -> Job:
    """Make the renditions of a video anew, in these formats alone, and package them as it is ordered.

    Raises as `package` does.
    """
    _require(user, asset)
    if asset.kind != Kind.VIDEO or not asset.metadata.get("probed"):
        raise NotProcessed
    order = _settled(asset, order)
    parameters = _parameters(asset, order)
    like = Ladder.from_data(parameters[_RECIPE]) if _RECIPE in parameters else STANDARD
    parameters[_RECIPE] = ladder_of(formats, like=like).as_data()
    with transaction.atomic():
        _require_free(asset)
        job = planning.begin(asset=asset, job_type=JobType.TRANSCODE, plans=TRANSCODE, parameters=parameters)
        packages.ask(order=order, asset=asset, job=job)
        _record(user, "transcode.ordered", job, order)
    return job


def fetch(
    *, user: access.Caller, url: str, formats: Sequence[Format] = (), order: Order | None = None
) -> UploadSession:
    """Have a file fetched and made into these formats, or into those of the default preset, and packaged as ordered.

    Raises as `assets.services.importing.ask` does, `InvalidOptions`, and `MasterKeyMissing`.
    """
    options: dict[str, Any] = {_RECIPE: ladder_of(formats).as_data()} if formats else {}
    with transaction.atomic():
        if order is not None:
            options[ORDERED] = str(packages.ask(order=order).pk)
            if order.scheme is not None:
                options[OPTION] = order.scheme or "false"
        return importing.ask(user=user, url=url, wishes=Wishes(kind="", options=options))


def ladder_of(formats: Sequence[Format], *, like: Ladder = STANDARD) -> Ladder:
    """The recipe that makes these formats, the largest first, and all else as another one; raises `InvalidOptions`."""
    if not 0 < len(formats) <= _MOST_FORMATS:
        raise _wrong("output_formats", _("Between 1 and %(most)d formats.") % {"most": _MOST_FORMATS})
    levels = [_level(one, f"output_formats.{number}") for number, one in enumerate(formats)]
    levels.sort(key=lambda level: (-level.height, level.codec == "h264"))
    wanted = replace(like, levels=tuple(levels), per_title=False)
    try:
        return recipes.sound(wanted.as_data())
    except InvalidOptions as problem:
        errors = [replace(error, field="output_formats") for error in problem.errors]
        raise InvalidOptions(problem.detail, errors=errors) from None


def _level(wanted: Format, path: str) -> Level:
    """One format as a rung."""
    if wanted.quality not in _USUAL:
        said = _("Must be one of: %s.") % ", ".join(_USUAL)
        raise _wrong(f"{path}.quality", said)
    width, height, usual = _USUAL[wanted.quality]
    rate = wanted.bit_rate or usual
    name = wanted.quality if wanted.codec == "h264" else f"{wanted.quality}_{wanted.codec}"
    return Level(name, width, height, rate, int(rate * _FAST_SHARE), codec=wanted.codec)


def _settled(asset: Asset, order: Order | None) -> Order:
    """The order; where it does not say, or there is none, the set is encrypted as the asset is now."""
    order = order or Order()
    return replace(order, scheme=asset.encryption) if order.scheme is None else order


def _parameters(asset: Asset, order: Order) -> dict[str, Any]:
    """The parameters of a job that packages: the recipe that the renditions were made by, and how it is encrypted."""
    recipe = presets.last_recipe(asset)
    kept = {_RECIPE: recipe} if recipe else {}
    return kept | ({OPTION: order.scheme} if order.scheme else {})


def _require(user: access.Caller, asset: Asset) -> None:
    """Raise `NotPermitted` unless this person may change the asset, `NotProcessed` while nobody may play it."""
    if not access.can_change(user, asset):
        raise NotPermitted
    if not access.gate_passed(asset):
        raise NotProcessed


def _require_free(asset: Asset) -> None:
    """Raise `OnHold` for what somebody has to keep: what is made anew takes the place of what stands."""
    registry.lock_work(asset.pk)
    deletionholds.require_free(asset)


def _record(user: access.Caller, action: str, job: Job, order: Order) -> None:
    """Write down who ordered it; of a key only that there was one."""
    record(
        action=action,
        target=job,
        actor=access.person(user),
        asset=str(job.asset_id),
        scheme=order.scheme or Scheme.CLEAR,
        tracks=order.tracks,
        own_key=order.given is not None,
    )


def _wrong(field: str, detail: str, code: str = "invalid") -> InvalidOptions:
    """The error for one field."""
    return InvalidOptions(detail, errors=[FieldProblem(field, code, detail)])

"""Single frames of a film that somebody asks for, as pictures to keep."""

from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assets import access
from assets.access import Caller
from assets.models import Asset, Variant, VariantType
from assets.services import deletionholds
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound
from processing.exceptions import TooManyCaptures
from processing.ffmpeg.media import Probe
from processing.models import Job
from processing.services import publishing, stilljobs
from processing.services.actors import acting

MOST = 200
"""So many frames at once."""

MOST_KEPT = 400
"""So many of an asset, until some are deleted."""

LONGEST_SECONDS = 86_400.0
"""Frames are at most so far apart."""

LEAST_WIDTH = 16
_LEAST_SECONDS = 0.02

Form = Literal["png", "webp"]


@dataclass(frozen=True)
class Wish:
    """Which frames are wanted: at `timestamps` (seconds), one `every` so many seconds, or the key frames; exactly one
    of these is said. `width` in pixels, never above that of the film; None for its own.
    """

    timestamps: tuple[float, ...] = ()
    every: float | None = None
    keyframes: bool = False
    format: Form = "webp"
    width: int | None = None


def ask(*, user: Caller, asset: Asset, wish: Wish) -> Job:
    """Have frames taken. Raises `NotPermitted`, `NoPictures`, `NotReadYet`, `InvalidInput`, `TooManyCaptures` and
    `RateLimited`.
    """
    actor = acting(user, asset)
    probe = stilljobs.film_of(asset)
    times = _times(wish, probe)
    wanted = MOST if wish.keyframes else len(times)
    if listed(asset).count() + (1 if wish.keyframes else wanted) > MOST_KEPT:
        raise TooManyCaptures
    parameters = {**asdict(wish), "timestamps": times}
    with transaction.atomic():
        job = stilljobs.order(
            user=user, asset=asset, step=stilljobs.CAPTURES, parameters=parameters, pictures=wanted
        )
        record(action="captures.asked", target=asset, actor=access.person(actor), job=str(job.pk))
    return job


def listed(asset: Asset) -> QuerySet[Variant]:
    """The captured frames of an asset, in the order of the film."""
    found = Variant.objects.filter(asset=asset, variant_type=VariantType.DERIVED, detail__has_key="capture")
    return found.select_related("asset").order_by("timestamp", "created_at", "pk")


def seen(*, user: Caller, asset: Asset) -> QuerySet[Variant]:
    """The captured frames that somebody may have: those of an asset that they may play."""
    return listed(asset) if access.can_play(user, asset) else listed(asset).none()


@transaction.atomic
def delete(*, user: Caller, asset: Asset, capture_id: UUID) -> None:
    """Delete a captured frame. Raises `NotPermitted`, `NotFound`, and `OnHold` for what somebody has to keep."""
    actor = acting(user, asset)
    deletionholds.require_free(asset)
    capture = listed(asset).filter(pk=capture_id).first()
    if capture is None:
        raise NotFound
    Variant.objects.filter(pk=capture.pk).delete()
    publishing.retire(capture, asset=asset)
    record(action="capture.deleted", target=asset, actor=access.person(actor), second=capture.timestamp)


def _times(wish: Wish, probe: Probe) -> list[float]:
    """The wanted times; none where the key frames are wanted, which only a look at the file finds."""
    said = [bool(wish.timestamps), wish.every is not None, wish.keyframes]
    if sum(said) != 1:
        raise _wrong("timestamps", "one_of", _("Say one of timestamps, every or keyframes."))
    if wish.width is not None and wish.width < LEAST_WIDTH:
        raise _wrong("width", "out_of_range", _("At least %(least)d pixels.") % {"least": LEAST_WIDTH})
    times = list(wish.timestamps)
    if wish.every is not None:
        if wish.every < _LEAST_SECONDS:
            raise _wrong("every", "out_of_range", _("This is less than one frame."))
        if probe.duration / wish.every > MOST:
            raise _wrong("every", "too_many", _too_many())
        times = [round(number * wish.every, 3) for number in range(int(probe.duration / wish.every) + 1)]
        times = [time for time in times if time < probe.duration][:MOST]
    if len(times) > MOST:
        raise _wrong("timestamps", "too_many", _too_many())
    for number, time in enumerate(times):
        stilljobs.require_within(time, probe=probe, field=f"timestamps.{number}")
    return times


def _too_many() -> str:
    return _("At most %(most)d frames at once.") % {"most": MOST}


def _wrong(field: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, errors=[FieldProblem(field, code, detail)])


def wish_of(parameters: dict[str, Any]) -> Wish:
    """What was asked for, out of the parameters of a step."""
    return Wish(**{**parameters, "timestamps": tuple(parameters["timestamps"])})

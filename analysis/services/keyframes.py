"""Key frames with labels: ordered once for a film whose preset asks for them, and again by whoever may change it."""

from dataclasses import asdict, replace
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from analysis.models import EngineChoice, Order, Type
from analysis.pipeline import KEYFRAMES
from analysis.services import orders
from analysis.services.parameters import DONE_BY, LABELS
from assets import access, registry
from assets.models import Asset, Kind
from mediaportal.core.problems import InvalidInput, RateLimited
from processing.ffmpeg.keyframes import Keyframes
from processing.models import OPEN, Job, JobType
from processing.services import keyframes, planning, recipes, stilljobs
from processing.services.actors import acting

_BUSY_SECONDS = 5


@transaction.atomic
def ask(*, user: access.Caller, asset: Asset, wish: Keyframes, engine: str = EngineChoice.AUTO) -> Job:
    """Have key frames captured and labelled; what there is of them before is replaced when that is done.

    Raises `NotPermitted`, `NoPictures`, `NotReadYet`, `InvalidInput`, `InvalidOptions`, and `RateLimited` while it is
    being done already.
    """
    acting(user, asset)
    stilljobs.film_of(asset)
    problems = list(recipes.keyframe_problems(wish))
    if problems:
        own = [replace(one, field=one.field.removeprefix("recipe.")) for one in problems]
        raise InvalidInput(own[0].detail, errors=own)
    registry.lock_work(asset.pk)  # those who ask at once take turns
    if jobs().filter(asset=asset, status__in=OPEN).exists():
        raise RateLimited(_("Key frames of this file are being captured already."), retry_after=_BUSY_SECONDS)
    return _begin(asset=asset, frames=wish, engine=engine, user=user)


def catch_up(*, job: Job) -> None:
    """Begin with what the recipe of a completed first job asks for, once. Must run in a transaction that has locked the
    work.
    """
    wish = keyframes.wish_of(job)
    if wish is None or jobs().filter(asset=job.asset).exists():
        return
    if access.gate_passed(job.asset) and job.asset.original_removed_at is None:
        _begin(asset=job.asset, frames=wish, engine=EngineChoice.AUTO, user=None)


def jobs() -> QuerySet[Job]:
    """The jobs that capture and label key frames, the newest first."""
    found = Job.objects.filter(job_type=JobType.PREVIEW, parameters__has_key=keyframes.PARAMETER)
    return found.order_by("-created_at", "-pk")


def wanted() -> Q:
    """Which first jobs ask for key frames, as far as their recipe tells."""
    return Q(asset__kind=Kind.VIDEO, parameters__recipe__keyframes__has_key="format")


def changed(asset: Asset, facts: dict[str, Any]) -> Keyframes:
    """What was captured of an asset last, else what its first job's recipe says, else what is usual; with `facts` in
    the place of what they name.
    """
    told = Job.objects.select_related("asset")
    job = jobs().select_related("asset").filter(asset=asset).first() or told.filter(pk=asset.job_id).first()
    usual = (job and keyframes.wish_of(job)) or Keyframes()
    return replace(usual, **facts)


def _begin(*, asset: Asset, frames: Keyframes, engine: str, user: access.Caller | None) -> Job:
    """Make the order and its job, and wake the workers."""
    order = orders.write(asset=asset, wish=orders.wish_of(types=[Type.OBJECTS], engine=engine), user=user)
    job = planning.begin(
        asset=asset,
        job_type=JobType.PREVIEW,
        plans=KEYFRAMES,
        parameters={keyframes.PARAMETER: asdict(frames), DONE_BY: {LABELS: [str(Type.OBJECTS)]}},
    )
    Order.objects.filter(pk=order.pk).update(job=job)
    return job

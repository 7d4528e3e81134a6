"""What is analysed without anybody ordering it: what the upload asked for, and what its collections do."""

import logging
from collections.abc import Sequence, Set
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from analysis import engines
from analysis.exceptions import NotAbleHere, OverBudget
from analysis.models import OPEN, Analysis, Order, Status, Type
from analysis.services import budget, choosing, collected, errands, keyframes, orders
from analysis.services.budget import Purse
from analysis.services.collected import Said
from analysis.services.orders import MOST_LANGUAGES
from analysis.services.parameters import DONE_BY, NAMED
from assets import registry
from assets.models import Asset, Collection, Kind
from processing.exceptions import MediaError
from processing.models import Job, JobType
from processing.models import Status as JobStatus

logger = logging.getLogger(__name__)

_LOOKED_BACK = timedelta(hours=2)
_SEEN_TO = timedelta(minutes=1)
_AT_ONCE = 500

TYPES, LANGUAGES = "analysis_types", "languages"
"""The processing options by which an upload asks."""


def validate_options(options: dict[str, Any]) -> None:
    """Check what an upload asks for; raises `InvalidOptions`."""
    if TYPES in options:
        orders.wish_of(types=options[TYPES], languages=options.get(LANGUAGES, []))
    elif LANGUAGES in options:
        orders.wish_of(types=["shots"], languages=options[LANGUAGES])


def follow(*, job: Job) -> None:
    """Let orders follow a job that has moved. Must run in the transaction that moves it."""
    if job.job_type == JobType.INGEST:
        _follow_first(job)
    elif job.job_type in {JobType.ANALYZE, JobType.PREVIEW}:
        _follow_own(job)


def _follow_first(job: Job) -> None:
    """Once an asset has been processed, begin with what is wanted; when it has failed, so has what waited for it."""
    if job.status == JobStatus.COMPLETED:
        transaction.on_commit(partial(catch_up, job_id=job.pk), robust=True)
    elif job.status in {JobStatus.FAILED, JobStatus.CANCELLED}:
        for order in Order.objects.filter(pk=job.parameters.get(NAMED), job=None):
            orders.fail_open(order=order, code=job.error_code or "cancelled", detail=job.error_detail)
        _follow_own(job)  # the quick check of its pictures may be under way


@transaction.atomic
def catch_up(*, job_id: UUID) -> None:
    """Order what is wanted of an asset whose first job has been completed, once for each job."""
    job = Job.objects.select_related("asset").get(pk=job_id)
    registry.lock_work(job.asset_id)  # two at once take turns
    try:
        with transaction.atomic():
            keyframes.catch_up(job=job)
    except Exception:  # whatever it is, what else is wanted does not wait for it
        logger.exception("the key frames of job %s cannot be ordered", job_id)
    for order in Order.objects.select_related("asset").filter(pk=job.parameters.get(NAMED), job=None):
        orders.go_on(order=order)
    ordered = set(Analysis.objects.filter(order__in=_unasked(job.asset)).values_list("type", flat=True))
    asked = set(job.parameters.get(TYPES, ())) - ordered
    _order(job.asset, asked=asked, languages=job.parameters.get(LANGUAGES, ()), leave=ordered)


@transaction.atomic
def come_in(*, asset_id: UUID) -> None:
    """Order what the collections into which somebody has put an asset want of it and nobody has ordered yet. One that
    is still being processed waits until it has been.
    """
    registry.lock_work(asset_id)
    processed = Job.objects.filter(asset=asset_id, job_type=JobType.INGEST, status=JobStatus.COMPLETED)
    asset = Asset.objects.filter(pk=asset_id).first()
    if asset is None or not processed.exists():
        return
    had = (
        Analysis.objects.filter(asset=asset)
        .exclude(status__in=[Status.FAILED, Status.CANCELLED])
        .exclude(order__job__in=keyframes.jobs().filter(asset=asset))  # which looked at single pictures alone
        .exclude(order__job=asset.job_id)  # likewise, at the door
    )
    _order(asset, leave=set(had.values_list("type", flat=True)))


def is_seen_to(*, asset: Asset) -> bool:
    """Whether everything that the upload and the collections of a processed asset want of it has been ordered."""
    job = Job.objects.filter(pk=asset.job_id).first()
    wanted = set(job.parameters.get(TYPES, ())) if job else set()
    wanted |= set(choosing.of_kind(collected.said_of(asset).types, asset.kind))
    if not wanted or not orders.is_analysable(asset):
        return True
    return wanted <= set(Analysis.objects.filter(order__in=_unasked(asset)).values_list("type", flat=True))


def _order(
    asset: Asset,
    *,
    asked: Set[str] = frozenset(),
    languages: Sequence[str] = (),
    leave: Set[str] = frozenset(),
) -> None:
    """Order what an upload `asked` for, and what the collections of an asset want as far as there is an engine for its
    kind; without those that it is to `leave`.
    """
    said = collected.said_of(asset)
    types = asked | set(choosing.of_kind(said.types, asset.kind)) - leave
    if not types or not orders.is_analysable(asset):
        return
    expected = list(dict.fromkeys([*languages, *said.languages]))[:MOST_LANGUAGES]
    orders.stand_for(asset=asset, wish=orders.wish_of(types=sorted(types), languages=expected))


def sweep() -> int:
    """Catch up with the jobs whose worker died between completing them and ordering what is wanted of their assets;
    returns how many there were. Those of the last minute may still be seen to.
    """
    now = timezone.now()
    done = Job.objects.filter(
        job_type=JobType.INGEST,
        status=JobStatus.COMPLETED,
        completed_at__gt=now - _LOOKED_BACK,
        completed_at__lt=now - _SEEN_TO,
        asset__deleted_at=None,
    )
    waits = Order.objects.filter(asset=OuterRef("asset"), job=None, analyses__status__in=OPEN)
    asks = Q(parameters__has_key=TYPES)
    for kind in Kind.values:
        wanting = collected.wanting(choosing.of_kind(Type.values, kind))
        stands = Collection.objects.filter(pk__in=wanting, assets=OuterRef("asset"))
        asks |= Q(asset__kind=kind) & Q(Exists(stands))
    ordered = _unasked(OuterRef("asset"))
    left = done.filter(
        Q(parameters__has_key=NAMED) & Exists(waits)
        | asks & ~Exists(ordered)
        | keyframes.wanted() & ~Exists(keyframes.jobs().filter(asset=OuterRef("asset")))
    )
    found = list(left.values_list("pk", flat=True)[:_AT_ONCE])
    for pk in found:
        try:
            catch_up(job_id=pk)
        except Exception:
            logger.exception("what is wanted of the asset of job %s cannot be ordered", pk)
    return len(found)


def _unasked(asset: Asset | OuterRef) -> QuerySet[Order]:
    """Orders of an asset that nobody has placed, for the whole file: those that look at single pictures alone are told
    apart by their jobs.
    """
    mine = Order.objects.filter(asset=asset, asked_by=None)
    return mine.exclude(job__job_type__in=[JobType.PREVIEW, JobType.INGEST])


def _follow_own(job: Job) -> None:
    """End what is open of an order whose job has ended badly, or open it again when the job is tried again."""
    order = Order.objects.filter(job=job).first()
    if order is None:
        return
    if job.status in {JobStatus.FAILED, JobStatus.CANCELLED}:
        errands.let_go_of_job(job=job)
        cancelled = job.status == JobStatus.CANCELLED
        orders.fail_open(
            order=order,
            code=job.error_code or "cancelled",
            detail=job.error_detail,
            status=Status.CANCELLED if cancelled else Status.FAILED,
        )
    elif job.status == JobStatus.PENDING:
        _open_again(order, job)


def _open_again(order: Order, job: Job) -> None:
    """Open what the steps do that are tried again."""
    waiting = job.steps.filter(status=JobStatus.PENDING).values_list("name", flat=True)
    names = [name for step in waiting for name in job.parameters.get(DONE_BY, {}).get(step, [])]
    closed = Analysis.objects.filter(order=order, type__in=names).exclude(
        status__in=[Status.COMPLETED, *OPEN]
    )
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=job.asset_id)
    said = collected.said_of(asset)
    purse = budget.purse_for(said.bounds)
    for row in closed:
        reason = _forbidden(row, said, purse)
        told = (
            {"status": Status.FAILED, "error_code": reason.code, "error_detail": reason.sentence}
            if reason
            else {"status": Status.PENDING, "error_code": "", "error_detail": "", "completed_at": None}
        )
        closed.filter(pk=row.pk).update(**told, started_at=None)


def _forbidden(row: Analysis, said: Said, purse: Purse) -> type[MediaError] | None:
    """Why what was ordered once may not be done any more: nothing may leave by now, or the money is spent."""
    if not row.engine or not engines.engine(row.engine).remote:
        return None
    if said.only_here:
        return NotAbleHere
    return None if purse.takes(row.reserved) else OverBudget

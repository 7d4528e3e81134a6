"""What becomes of a step's share of an order: begun, found and published, or failed with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from analysis.engines import Failure, Found, Result
from analysis.models import OPEN, Analysis, Order, Status, Type
from analysis.services import fingerprints, matching, moments, naming, wording
from analysis.services.parameters import DONE_BY, SAMPLED
from analysis.signals import analysis_finished
from assets.models import Asset
from processing.exceptions import LeaseLost
from processing.models import Job, Step
from processing.services import leases


@dataclass(frozen=True)
class Share:
    """The types of an order that one step does, by one engine; those that have ended already are left out."""

    order: Order
    engine: str
    types: tuple[str, ...]


def begin(*, job: Job, step: Step) -> Share | None:
    """Mark what a step does as begun; None when nothing of it is open any longer."""
    order = Order.objects.filter(job=job).first()
    names = job.parameters.get(DONE_BY, {}).get(step.name, [])
    mine = Analysis.objects.filter(order=order, type__in=names)
    mine.filter(status=Status.PENDING).update(status=Status.PROCESSING, started_at=timezone.now())
    rows = list(mine.filter(status__in=OPEN).order_by("type"))
    if order is None or not rows:
        return None
    return Share(order, rows[0].engine, tuple(row.type for row in rows))


def fail_at_once(*, step: Step, share: Share, found: Found) -> Failure | None:
    """When nothing of a share was found, write its failures down now, and return the first one if with them everything
    of the order has failed. Raises `LeaseLost` when this run no longer holds the step.

    The job's row is locked meanwhile, so of two steps that fail at once the second one sees the first.
    """
    if found.results or not found.failures:
        return None
    with transaction.atomic():
        leases.lock_job_of(step_id=step.pk)
        if not leases.holds(step=step):  # another run has it, which may find something yet
            raise LeaseLost(str(step.pk))
        _fail(share, found)
        reason = reason_of_all(job=step.job)
        if reason is not None:
            analysis_finished.send(sender=Order, order=share.order)
        return reason


def reason_of_all(*, job: Job) -> Failure | None:
    """Why everything of a job's order has failed: the reason of the first of its types; None when something has not."""
    rows = list(Analysis.objects.filter(order__job=job).order_by("type"))
    if not rows or any(row.status != Status.FAILED for row in rows):
        return None
    return Failure(rows[0].error_code, rows[0].error_detail)


def publish(*, share: Share, found: Found) -> None:
    """Write down what was found. Must run in the transaction that completes the step, which holds the job's row."""
    # After the job's row, as everybody does; two jobs of one asset take turns.
    asset = Asset.objects.select_for_update(of=("self",)).get(analysis_orders=share.order)
    for name, result in found.results.items():
        row = Analysis.objects.filter(order=share.order, type=str(name), status__in=OPEN).first()
        if row is not None:
            _complete(row, asset, result)
    _fail(share, found)
    if not Analysis.objects.filter(order=share.order, status__in=OPEN).exists():
        analysis_finished.send(sender=Order, order=share.order)


def _complete(row: Analysis, asset: Asset, result: Result) -> None:
    """Complete one analysis: its moments come with it, and it is the one that is shown from now on, unless somebody
    has chosen another, or it has looked at single pictures alone and another one at the whole film.
    """
    if row.type == Type.FACES:
        result = naming.named(asset, result)
    wording.write(moments.rows_of(row, asset, result), analysis=row)
    if row.type == Type.FINGERPRINT:
        fingerprints.write(row, asset, result)
        # Of two that are written at once the later one sees the other.
        transaction.on_commit(partial(matching.compare, asset_id=asset.pk), robust=True)
    others = Analysis.objects.filter(asset=asset, type=row.type, is_current=True).exclude(pk=row.pk)
    before_it = Q(chosen=True) | ~Q(results__has_key=SAMPLED) if SAMPLED in result.summary else Q(chosen=True)
    stays = others.filter(before_it).exists()
    if not stays:
        others.update(is_current=False)
    Analysis.objects.filter(pk=row.pk).update(
        status=Status.COMPLETED,
        completed_at=timezone.now(),
        results=moments.summary_of(result),
        confidence=_confidence(result),
        language=result.language or row.language,
        aws_job_id=result.job_id,
        cost=F("cost") + result.cost,
        is_current=not stays,
    )


def _confidence(result: Result) -> float | None:
    """How sure the engine is of the whole: as it says, or the mean over what it found."""
    if result.confidence is not None:
        return result.confidence
    sure = [finding.confidence for finding in result.findings]
    return round(sum(sure) / len(sure), 4) if sure else None


def _fail(share: Share, found: Found) -> None:
    """Write the failures down."""
    for name, failure in found.failures.items():
        Analysis.objects.filter(order=share.order, type=str(name), status__in=OPEN).update(
            status=Status.FAILED,
            error_code=failure.code,
            error_detail=failure.detail,
            aws_job_id=failure.job_id,
            cost=F("cost") + failure.cost,
            completed_at=timezone.now(),
        )


def status_of(analyses: Iterable[Analysis]) -> Status:
    """Where a whole order stands: completed when anything of it is, failed when nothing."""
    found = {row.status for row in analyses}
    if found <= {Status.PENDING}:
        return Status.PENDING
    if found & set(OPEN):
        return Status.PROCESSING
    for ended in (Status.COMPLETED, Status.FAILED):
        if ended in found:
            return ended
    return Status.CANCELLED

"""Who works on what: claiming a step, keeping the lease, and taking back what a lost worker held."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from processing.exceptions import LeaseLost
from processing.models import OPEN, Job, Status, Step
from processing.services import growing_rows, jobs, progress, slots, turns, workers
from processing.services.holding import holds as holds  # noqa: PLC0414 - asked for here
from processing.services.holding import lock_job_of as lock_job_of  # noqa: PLC0414 - likewise
from processing.services.queues import wake
from processing.services.turns import Ahead
from processing.signals import job_changed

logger = logging.getLogger(__name__)


def claim(*, queue: str, worker: str, urgent_only: bool = False, ahead: Ahead = Ahead.ALL) -> Step | None:
    """Take the step of a queue whose turn it is, with a lease for this worker; None when there is none.

    Two workers never get the same step, and neither waits for the other (SKIP LOCKED).
    """
    with transaction.atomic():
        waiting = turns.in_turn(queue, urgent_only=urgent_only, ahead=ahead)
        step = waiting.select_related("job").select_for_update(skip_locked=True, of=("self",)).first()
        if step is None:
            return None
        turns.take(queue=queue, turn_key=step.job.turn_key)
        attempt = step.attempt + 1
        Step.objects.filter(pk=step.pk).update(
            status=Status.PROCESSING,
            worker=worker,
            attempt=attempt,
            progress=0,
            started_at=timezone.now(),
            lease_until=_lease_end(),
        )
    # In a transaction of its own: everywhere else the job's row is locked before its steps' rows.
    with transaction.atomic():
        jobs.start(job=step.job)
    progress.forget(job_id=step.job_id, step=step.name)
    # Only as it was claimed: by now it may have been taken away, and be another run's.
    claimed = Step.objects.select_related("job__asset").filter(pk=step.pk, status=Status.PROCESSING)
    return claimed.filter(worker=worker, attempt=attempt).first()


def _lease_end() -> Combinable:
    """When a lease ends that is given or renewed now, by the database's clock: each machine has another one."""
    return Now() + timedelta(seconds=settings.STEP_LEASE_SECONDS)


def lock_jobs_of(asset_id: UUID) -> None:
    """Lock all jobs of an asset for the rest of the transaction; whoever changes both takes the asset's row after."""
    list(Job.objects.select_for_update(of=("self",)).filter(asset=asset_id).order_by("pk").values_list("pk"))


def renew(*, step: Step, percent: int) -> bool:
    """Prolong a lease and write down the progress in percent; False when this run no longer holds the step."""
    return bool(
        Step.objects.filter(
            pk=step.pk, status=Status.PROCESSING, worker=step.worker, attempt=step.attempt
        ).update(lease_until=_lease_end(), progress=percent)
    )


def give_back(*, step: Step) -> None:
    """Return a step untouched, because its worker goes down: another may take it at once, and no attempt is lost."""
    with transaction.atomic():
        if Step.objects.filter(
            pk=step.pk, status=Status.PROCESSING, worker=step.worker, attempt=step.attempt
        ).update(
            status=Status.PENDING,
            worker="",
            lease_until=None,
            attempt=step.attempt - 1,
            progress=0,
            started_at=None,
            ready_at=Now(),
        ):
            wake([step.queue])


def postpone(
    *,
    step: Step,
    code: str,
    detail: str,
    seconds: float,
    log: str = "",
    results: dict[str, Any] | None = None,
) -> None:
    """Return a step that cannot be carried out yet: it waits so many seconds, and no attempt is lost.

    The sweeper wakes its queue when the time has come. `results` is what its next run finds; only a reason that is new
    is told to anybody. Raises `LeaseLost` when the job is gone.
    """
    kept = {} if results is None else {"results": results}
    with transaction.atomic():
        job = lock_job_of(step_id=step.pk)
        if Step.objects.filter(
            pk=step.pk, status=Status.PROCESSING, worker=step.worker, attempt=step.attempt
        ).update(
            status=Status.PENDING,
            worker="",
            lease_until=None,
            attempt=step.attempt - 1,
            progress=0,
            started_at=None,
            ready_at=Now() + timedelta(seconds=seconds),
            error_code=code,
            error_detail=detail,
            log=log[-8000:],
            **kept,
        ):
            growing_rows.drop_of_step(step=step)
            if step.error_code != code:
                job_changed.send(sender=Job, job=job, durable=True)


def sweep() -> int:
    """Return steps whose lease ran out, fail those without attempts left, and wake queues with waiting work.

    Returns how many leases had run out. Safe to run anywhere and at any time.
    """
    taken = 0
    for pk in Step.objects.expired().values_list("pk", flat=True):
        try:
            taken += _taken_back(pk)
        except Exception:
            # One step that cannot be taken back must not keep all the others, nor what only waits, from going on.
            logger.exception("step %s, whose lease ran out, could not be taken back", pk)
    wake_waiting()
    return taken


@transaction.atomic
def _taken_back(pk: UUID) -> bool:
    """Take a step back whose lease ran out; False when another sweeper has done it, or when something is being done to
    its job just now: no sweeper waits for that, as the next one comes soon.
    """
    jobs_of_it = Job.objects.select_for_update(of=("self",), skip_locked=True).filter(steps__pk=pk)
    if jobs_of_it.first() is None:
        return False
    step = (
        Step.objects.expired()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("job__asset")
        .filter(pk=pk)
        .first()
    )
    if step is None:
        return False
    logger.warning("the lease of step %s (%s) ran out at %s", step.pk, step.name, step.worker)
    detail = gettext_noop("The worker that ran this step was lost.")
    if not failed_attempt(step=step, code="worker_lost", detail=detail):
        wake([step.queue])
    return True


def wake_waiting() -> None:
    """Send each queue in which something waits as many messages as there are steps, or slots left for them, and one
    more for what is urgent: a message that meets a full process is handed on to all others.
    """
    waiting = (
        Step.objects.filter(status=Status.PENDING, ready_at__lte=Now(), job__status__in=OPEN)
        .order_by()
        .values_list("queue")
        .annotate(count=Count("pk"))
    )
    with transaction.atomic():
        for queue, count in waiting:
            wake([queue] * min(count, _left(queue) + 1))


def _left(queue: str) -> int:
    """How many slots of a queue are free over all workers alive."""
    taken = Step.objects.filter(
        status=Status.PROCESSING, queue__in=slots.group_of(queue) or {queue}, urgency__lte=0
    )
    return max(0, workers.slots(queue) - taken.count())


def complete(
    *, step: Step, results: dict[str, Any], publish: Callable[[Step, Job], None] | None = None
) -> None:
    """Complete a step that this run still holds, with what `publish` does in the same transaction.

    Raises `LeaseLost` when the step was taken away; then nothing of `publish` has happened.
    """
    with transaction.atomic():
        job = lock_job_of(step_id=step.pk)
        moved = Step.objects.filter(
            pk=step.pk, status=Status.PROCESSING, worker=step.worker, attempt=step.attempt
        ).update(
            status=Status.COMPLETED,
            progress=100,
            completed_at=timezone.now(),
            lease_until=None,
            error_code="",
            error_detail="",
            log="",
            results=results,
            cpu_seconds=results.get("cpu_seconds"),
        )
        if not moved:
            raise LeaseLost(step.name)
        if publish is not None:
            publish(step, job)
        jobs.step_done(step=step)
    progress.forget(job_id=step.job_id, step=step.name)


def failed_attempt(*, step: Step, code: str, detail: str, log: str = "", final: bool = False) -> bool:
    """Write down that a run of a step failed; True when it was the last try and the job has failed with it.

    Must run in a transaction that holds the job's row. Between tries there are 5, 10, 20 … seconds.
    """
    last = final or step.attempt >= settings.STEP_ATTEMPTS
    moved = Step.objects.filter(
        pk=step.pk, status=Status.PROCESSING, worker=step.worker, attempt=step.attempt
    ).update(
        status=Status.FAILED if last else Status.PENDING,
        worker="" if not last else step.worker,
        lease_until=None,
        completed_at=timezone.now() if last else None,
        ready_at=Now() + timedelta(seconds=0 if last else 5 * 2 ** (step.attempt - 1)),
        error_code=code,
        error_detail=detail,
        log=log[-8000:],
    )
    if moved:
        growing_rows.drop_of_step(step=step)
    if moved and last:
        jobs.fail(job=step.job, step=step, code=code, detail=detail)
    return last

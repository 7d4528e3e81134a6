"""Starting, ending, cancelling and retrying jobs. Every status moves by a conditional update, in a transaction."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from assets import registry
from assets.access import Caller, person
from assets.models import Asset, ProcessingVerdict, ScanVerdict, UploadStatus
from assets.services import publication
from assets.signals import asset_rejected
from mediaportal.audit.services.log import record
from processing.exceptions import OF_THE_FILE, NotCancellable, NotRetryable, RetryHopeless, WorkUnderWay
from processing.models import OPEN, Job, JobType, Status, Step
from processing.pipeline import plan_of
from processing.services import afterwards, growing_rows, interim, progress
from processing.services.actors import Actor, acting
from processing.services.queues import wake
from processing.signals import job_changed

CHANGING = (JobType.INGEST, JobType.PACKAGE, JobType.TRANSCODE)
"""The jobs that change the files that an asset is played from."""


def changing(asset: Asset) -> QuerySet[Job]:
    """The jobs that change just now what an asset is played from; sure only while its work is locked."""
    return Job.objects.filter(asset=asset, status__in=OPEN, job_type__in=CHANGING)


def start(*, job: Job) -> None:
    """Mark a job and its asset as running when the first step is claimed; later claims change nothing."""
    if Job.objects.filter(pk=job.pk, status=Status.PENDING).update(
        status=Status.PROCESSING, started_at=timezone.now()
    ):
        job.refresh_from_db()
        _give_verdicts(job, processing=ProcessingVerdict.RUNNING)
        job_changed.send(sender=Job, job=job, durable=True)


def step_done(*, step: Step) -> None:
    """Unblock what waited for a completed step, and end the job when nothing is left. The job's row is locked."""
    job = Job.objects.select_for_update().get(pk=step.job_id)
    steps = list(job.steps.all())
    done = {one.name for one in steps if one.status == Status.COMPLETED}
    freed = [
        one
        for one in steps
        if one.status == Status.PENDING and one.ready_at is None and set(one.depends_on) <= done
    ]
    Step.objects.filter(pk__in=[one.pk for one in freed], ready_at=None).update(ready_at=Now())
    job.progress = durable_progress(steps)
    Job.objects.filter(pk=job.pk).update(progress=job.progress)
    if job.job_type == JobType.INGEST:
        Asset.objects.filter(pk=job.asset_id).update(upload_progress=job.progress)
    if len(done) == len(steps):
        _complete(job)
    else:
        job_changed.send(sender=Job, job=job, durable=True)
    wake([one.queue for one in freed])


def durable_progress(steps: list[Step]) -> int:
    """A job's progress in percent from its steps' weights, completed steps only."""
    whole = sum(step.weight for step in steps) or 1
    return sum(step.weight for step in steps if step.status == Status.COMPLETED) * 100 // whole


def _complete(job: Job) -> None:
    """End a job whose steps have all completed, and let the asset's publication follow."""
    if not Job.objects.filter(pk=job.pk, status=Status.PROCESSING).update(
        status=Status.COMPLETED, progress=100, completed_at=timezone.now()
    ):
        return
    job.refresh_from_db()
    interim.drop(job=job)
    _give_verdicts(
        job,
        processing=ProcessingVerdict.DONE,
        upload_status=UploadStatus.COMPLETED,
        upload_progress=100,
        error_code="",
        error_detail="",
    )
    afterwards.measure_quality(job=job)
    job_changed.send(sender=Job, job=job, durable=True)


def _give_verdicts(job: Job, **verdicts: Any) -> None:
    """Let the asset follow its job; what is only looked at afterwards changes nothing of it."""
    if job.job_type == JobType.INGEST:
        publication.give_verdicts(asset=job.asset, **verdicts)


def fail(*, job: Job, step: Step, code: str, detail: str) -> None:
    """End a job because a step has failed for good: the other steps are not begun, running ones are told to stop."""
    if not Job.objects.filter(pk=job.pk, status__in=OPEN).update(
        status=Status.FAILED, error_code=code, error_detail=detail, completed_at=timezone.now()
    ):
        return
    Step.objects.filter(job=job, status__in=OPEN).update(status=Status.CANCELLED, lease_until=None)
    growing_rows.drop_unfinished(job=job)
    job.refresh_from_db()
    _let_go(job)
    _give_verdicts(
        job,
        processing=ProcessingVerdict.FAILED,
        upload_status=UploadStatus.FAILED,
        error_code=code,
        error_detail=detail,
    )
    if job.job_type == JobType.INGEST and _is_gate(job, step):
        asset_rejected.send(sender=Asset, asset=job.asset, code=code, detail=detail)
    job_changed.send(sender=Job, job=job, durable=True)


def _is_gate(job: Job, step: Step) -> bool:
    """Whether the file is refused with a step; one that this version does not know (a later one laid it down) is no
    gate, and its job must be able to end all the same.
    """
    try:
        return plan_of(job.asset.kind, step.name).gate
    except KeyError:
        return False


def _let_go(job: Job) -> None:
    """Keep nothing of what the steps of a job that ended badly have handed on where nobody will try it again."""
    if job.job_type != JobType.INGEST or is_hopeless(job):
        interim.forget(job=job)


@transaction.atomic
def cancel(*, job: Job, user: Actor) -> Job:
    """Stop a job; running steps lose their lease and end within seconds.

    Raises `NotPermitted`, or `NotCancellable` when the job has ended already.
    """
    actor = acting(user, job.asset)
    if not Job.objects.filter(pk=job.pk, status__in=OPEN).update(
        status=Status.CANCELLED, completed_at=timezone.now()
    ):
        raise NotCancellable
    Step.objects.filter(job=job, status__in=OPEN).update(status=Status.CANCELLED, lease_until=None)
    growing_rows.drop_unfinished(job=job)
    record(action="job.cancelled", target=job, actor=person(actor))
    job.refresh_from_db()
    _let_go(job)
    _give_verdicts(
        job,
        processing=ProcessingVerdict.FAILED,
        upload_status=UploadStatus.FAILED,
        error_code="cancelled",
        error_detail=gettext_noop("The work was stopped before it was done."),
    )
    job_changed.send(sender=Job, job=job, durable=True)
    return job


def cancel_all(*, asset: Asset, user: Actor) -> None:
    """Stop all work on an asset; once it is restored, it can be tried again.

    Must run in a transaction that has locked the work. Raises `NotPermitted`.
    """
    for job in Job.objects.select_related("asset").filter(asset=asset, status__in=OPEN).order_by("pk"):
        cancel(job=job, user=user)


def resume(*, asset: Asset, user: Caller) -> None:
    """Go on with an asset's job that stopped at the gate, if it did.

    Must run in a transaction that has locked the work. Raises `NotPermitted`, or `RetryHopeless`.
    """
    job = Job.objects.select_related("asset").filter(pk=asset.job_id, status=Status.FAILED).first()
    if job is not None:
        retry(job=job, user=user)


def is_hopeless(job: Job) -> bool:
    """Whether trying a job again could not help: its file is damaged or refused, carries malware, or is gone.

    What the scanner takes back (`manage.py rescan`) may be tried again.
    """
    asset = job.asset
    return (
        job.error_code in OF_THE_FILE
        or asset.scan_verdict == ScanVerdict.INFECTED
        or asset.original_removed_at is not None
    )


@transaction.atomic
def retry(*, job: Job, user: Actor) -> Job:
    """Go on with a failed or cancelled job from the steps that did not complete.

    Raises `NotPermitted`, `NotRetryable` when the job is not in such a state, `RetryHopeless`, or `WorkUnderWay` while
    another job changes what the asset is played from: both would publish under the same names.
    """
    actor = acting(user, job.asset)
    if is_hopeless(job):
        raise RetryHopeless
    registry.lock_work(job.asset_id)  # as whoever begins a job does
    if job.job_type in {*CHANGING, JobType.QUALITY} and changing(job.asset).exclude(pk=job.pk).exists():
        raise WorkUnderWay
    if not Job.objects.filter(pk=job.pk, status__in=[Status.FAILED, Status.CANCELLED]).update(
        status=Status.PENDING, error_code="", error_detail="", started_at=None, completed_at=None
    ):
        raise NotRetryable
    steps = list(Step.objects.select_for_update().filter(job=job))
    done = {step.name for step in steps if step.status == Status.COMPLETED}
    again = [step for step in steps if step.name not in done]
    for step in again:
        step.status, step.attempt, step.progress = Status.PENDING, 0, 0
        step.error_code = step.error_detail = step.log = step.worker = ""
        step.results = {}
        step.started_at = step.completed_at = step.lease_until = None
        step.ready_at = Now() if set(step.depends_on) <= done else None
        progress.forget(job_id=job.pk, step=step.name)
    Step.objects.bulk_update(
        again,
        [
            "status",
            "attempt",
            "progress",
            "error_code",
            "error_detail",
            "log",
            "worker",
            "started_at",
            "completed_at",
            "lease_until",
            "ready_at",
            "results",
        ],
    )
    record(action="job.retried", target=job, actor=person(actor))
    job.refresh_from_db()
    _give_verdicts(
        job,
        processing=ProcessingVerdict.PENDING,
        upload_status=UploadStatus.PROCESSING,
        error_code="",
        error_detail="",
    )
    job_changed.send(sender=Job, job=job, durable=True)
    wake([step.queue for step in again if step.ready_at])
    return job

"""Whether a run still holds its step: what steps themselves may ask, which know nothing of how jobs begin and end."""

from uuid import UUID

from processing.exceptions import LeaseLost
from processing.models import Job, Status, Step


def lock_job_of(*, step_id: UUID) -> Job:
    """Lock the job of a step for the rest of the transaction; whoever changes both takes the job's row first.

    Raises `LeaseLost` when it is gone, with the asset that it was for.
    """
    jobs_of_it = Job.objects.select_for_update(of=("self",)).select_related("asset").filter(steps__pk=step_id)
    if (job := jobs_of_it.first()) is None:
        raise LeaseLost(str(step_id))
    return job


def holds(*, step: Step) -> bool:
    """Whether this run still holds the step; sure only in a transaction that has locked the job."""
    return Step.objects.filter(
        pk=step.pk, status=Status.PROCESSING, worker=step.worker, attempt=step.attempt
    ).exists()

"""Which jobs go first: managers may raise one above the others, or lower it."""

from django.db import transaction

from assets.access import person
from mediaportal.audit.services.log import record
from mediaportal.core.problems import NotPermitted
from processing.access import can_order_work
from processing.exceptions import JobHasEnded
from processing.models import OPEN, Job
from processing.services.actors import OPERATOR, Actor
from processing.signals import job_changed

HIGHEST = 100
LOWEST = -100


@transaction.atomic
def give(*, job: Job, user: Actor, priority: int) -> Job:
    """Give a job a priority from `LOWEST` to `HIGHEST`; 0 is the usual one, and higher goes first. What runs already
    runs on.

    Raises `NotPermitted`, `JobHasEnded`, or `ValueError` for a number beyond the bounds.
    """
    if user is not OPERATOR and not can_order_work(user):
        raise NotPermitted
    if not LOWEST <= priority <= HIGHEST:
        raise ValueError(f"{priority} is no priority")
    before = job.priority
    if not Job.objects.filter(pk=job.pk, status__in=OPEN).update(priority=priority):
        raise JobHasEnded
    actor = None if user is OPERATOR else user
    record(action="job.priority_given", target=job, actor=person(actor), before=before, priority=priority)
    job.refresh_from_db()
    job_changed.send(sender=Job, job=job, durable=True)
    return job

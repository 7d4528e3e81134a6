"""Celery's side of analyses: what is looked for now and then."""

from celery import shared_task

from analysis.services import automatic, errands


@shared_task(name="analysis.sweep", ignore_result=True)
def sweep() -> None:
    """Order what somebody died before he could order it."""
    automatic.sweep()


@shared_task(name=errands.TASK, ignore_result=True)
def clear_up() -> None:
    """Take away what work at engines elsewhere has left there."""
    errands.sweep()

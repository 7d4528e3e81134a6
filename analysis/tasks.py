"""Celery's side of analyses: what is looked for now and then."""

from celery import shared_task

from analysis.services import automatic, matching, retention


@shared_task(name="analysis.sweep", ignore_result=True)
def sweep() -> None:
    """Order what somebody died before he could order it, and compare what is still to be compared."""
    automatic.sweep()
    matching.catch_up()


@shared_task(name="analysis.prune", ignore_result=True)
def prune() -> None:
    """Remove analyses that newer ones have taken the place of."""
    retention.prune()

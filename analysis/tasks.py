"""Celery's side of analyses: what is looked for now and then."""

import logging

from celery import shared_task

from analysis.services import automatic, errands, faces, matching, retention

logger = logging.getLogger(__name__)


@shared_task(name="analysis.sweep", ignore_result=True)
def sweep() -> None:
    """Order what somebody died before he could order it, compare what is still to be compared, and bring what is kept
    of people to their consents.
    """
    for part in (automatic.sweep, matching.catch_up, faces.sweep):
        try:
            part()
        except Exception:  # whatever it is, the others' work is not to wait for it
            logger.exception("a part of the sweep has failed")


@shared_task(name=faces.TASK, ignore_result=True)
def people() -> None:
    """Take faces in and remove them, as people consent."""
    faces.sweep()


@shared_task(name="analysis.prune", ignore_result=True)
def prune() -> None:
    """Remove analyses that newer ones have taken the place of."""
    retention.prune()


@shared_task(name=errands.TASK, ignore_result=True)
def clear_up() -> None:
    """Take away what work at engines elsewhere has left there."""
    errands.sweep()

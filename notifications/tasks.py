"""Celery's side of the events and of e-mails: thin tasks."""

from uuid import UUID

from celery import shared_task

from notifications.services import mailing, outbox


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep() -> None:
    """Number and send events that a process left behind when it died, and e-mails that could not be sent."""
    outbox.sweep()
    mailing.sweep()


@shared_task(name="notifications.prune", ignore_result=True)
def prune() -> None:
    """Forget old events and the bell's lines about them."""
    outbox.prune()


@shared_task(name=mailing.TASK, ignore_result=True, soft_time_limit=150, time_limit=180)
def mail(line_id: str) -> None:
    """Tell somebody a line of the bell by e-mail too."""
    mailing.send(line_id=UUID(line_id))

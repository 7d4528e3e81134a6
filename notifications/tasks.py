"""Celery's side of the events: thin tasks that a beat starts."""

from celery import shared_task

from notifications.services import outbox


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep() -> None:
    """Number and send events that a process left behind when it died."""
    outbox.sweep()


@shared_task(name="notifications.prune", ignore_result=True)
def prune() -> None:
    """Forget old events and the bell's lines about them."""
    outbox.prune()

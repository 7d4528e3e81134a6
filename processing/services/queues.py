"""Waking workers. A message says only "queue X has work", so a lost or doubled one does no harm."""

from collections.abc import Iterable
from functools import partial

from celery import current_app
from django.db import transaction

WORK_TASK = "processing.work"


def wake(queues: Iterable[str]) -> None:
    """Send one message to each queue once the present transaction has committed."""
    for queue in sorted(set(queues)):
        transaction.on_commit(partial(_send, queue), robust=True)


def _send(queue: str) -> None:
    current_app.send_task(WORK_TASK, args=[queue], queue=queue, retry=False)

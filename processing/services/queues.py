"""Waking workers. A message says only "queue X has work", so a lost or doubled one does no harm."""

from collections.abc import Iterable
from functools import partial

from celery import current_app
from django.db import transaction

WORK_TASK = "processing.work"


def wake(queues: Iterable[str], *, hops: int = 0) -> None:
    """Send one message for each mention of a queue once the present transaction has committed: one for each step that
    can begin. `hops` says how many workers have had it already.
    """
    for queue in queues:
        transaction.on_commit(partial(_send, queue, hops), robust=True)


def _send(queue: str, hops: int) -> None:
    current_app.send_task(WORK_TASK, args=[queue, hops], queue=queue, retry=False)

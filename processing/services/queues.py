"""Waking workers. A message says only "queue X has work", so a lost or doubled one does no harm."""

import logging
from collections.abc import Iterable

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from assets.services import importing, orphans
from processing.models import Queue

logger = logging.getLogger(__name__)
WORK_TASK = "processing.work"
SERVED = (*Queue.values, importing.QUEUE, orphans.QUEUE)
"""Every queue that needs a worker: those of steps, that of imports, and that of the sweepers."""


def wake(queues: Iterable[str], *, hops: int = 0) -> None:
    """Send one message for each mention of a queue once the present transaction has committed: one for each step that
    can begin. `hops` says how many workers have had it already.
    """
    told = list(queues)

    def send() -> None:
        for queue in told:
            _send(queue, hops)

    if told:
        transaction.on_commit(send, robust=True)


def _send(queue: str, hops: int) -> None:
    """Send one message; without a broker the sweeper sends another one later."""
    try:
        current_app.send_task(WORK_TASK, args=[queue, hops], queue=queue, retry=False)
    except OperationalError as error:
        logger.warning("queue %s could not be told that it has work: %s", queue, error)

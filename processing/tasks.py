"""Celery's side of the work: thin tasks that claim, run and sweep."""

import os
import socket
import sys
import threading
from typing import Any

from celery import shared_task
from celery.signals import celeryd_after_setup, worker_init, worker_ready, worker_shutting_down
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from mediaportal.core.checks import require_walls
from processing.models import Queue
from processing.services import (
    burning,
    cutting,
    leases,
    packages,
    running,
    slots,
    sweeping,
    turns,
    workers,
    working,
)
from processing.services.queues import WORK_TASK, wake


def _worker_name() -> str:
    """Who holds a lease: machine, process and thread."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


@shared_task(name=WORK_TASK, acks_late=True, ignore_result=True)
def work(queue: str, hops: int = 0) -> None:
    """Claim the next step of a queue and run it; `hops` is how many workers had no slot for what waits."""
    working.work(queue=queue, worker=_worker_name(), hops=hops)


@shared_task(name="processing.sweep", ignore_result=True)
def sweep() -> None:
    """Take back expired leases and wake queues in which something waits."""
    leases.sweep()
    turns.forget()


@shared_task(name="processing.forget_interim", ignore_result=True)
def forget_interim() -> None:
    """Let what failed and cancelled jobs could have gone on from go, once that was long ago, the keys of files that
    never came, and the sets of share links that have ended.
    """
    sweeping.forget_interim()
    packages.forget_waiting()
    burning.settle_all()
    cutting.settle_all()


@worker_init.connect
def refuse_without_walls(**_kwargs: Any) -> None:
    """A worker that others can reach with foreign bytes does not start without a sandbox, unless told to."""
    try:
        require_walls()
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # a signal swallows every other error


@celeryd_after_setup.connect
def count_slots(instance: Any, **_kwargs: Any) -> None:
    """Know from the start how many steps this process may carry out at once."""
    slots.settle(heavy=settings.TRANSCODE_CONCURRENCY, threads=instance.concurrency)


@worker_ready.connect
def sign_on(sender: Any, **_kwargs: Any) -> None:
    """Let others know that this worker is alive, until it ends."""
    queues = sorted(sender.app.amqp.queues.consume_from)
    workers.sign_on(queues=queues, over=running.shutting_down)


@worker_ready.connect
def tidy_up(**_kwargs: Any) -> None:
    """Each machine that has a worker, whatever that serves, is freed of what dead ones have left there."""
    sweeping.keep_swept(over=running.shutting_down)


@worker_ready.connect
def look_for_work(**_kwargs: Any) -> None:
    """A fresh worker finds what waited while no worker was there."""
    with transaction.atomic():
        wake(Queue.values)


@worker_shutting_down.connect
def stop_running(**_kwargs: Any) -> None:
    """Told to end: stop the programs that run, so that their steps go back at once."""
    running.shutting_down.set()

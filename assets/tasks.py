"""What Celery does for `assets`."""

import logging
import threading
from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.db import transaction

from assets.exceptions import StorageUnavailable
from assets.services import importing, leftovers, orphans, uploads, wording
from assets.services.tus import finishing

logger = logging.getLogger(__name__)
_sweeping = threading.Lock()


@shared_task(name="assets.sweep_uploads", ignore_result=True)
def sweep_uploads() -> None:
    """Finish what was left whole, end uploads that nobody goes on with, and remove their bytes.

    Nothing while the last one still goes on: a slow storage must not take one thread after the other.
    """
    if not _sweeping.acquire(blocking=False):
        return
    try:
        finishing.finish_left_behind()
        importing.sweep()
        uploads.sweep_stale()
        leftovers.sweep()
    finally:
        _sweeping.release()


@shared_task(name=orphans.TASK, acks_late=True, ignore_result=True)
def sweep_orphans(after: str | None = None) -> None:
    """Look through a piece of the storage for what nothing names, and pass the message on until its end.

    Without `after` a new sweep begins, where the last one broke off; nothing happens while one goes on.
    """
    if after is None and (after := orphans.where_to_begin()) is None:
        return
    try:
        piece = orphans.sweep(after=after)
    except StorageUnavailable:
        logger.warning("the storage could not be looked through behind %r", after, exc_info=True)
        return
    orphans.go_on(after=piece.after)


@shared_task(name=importing.TASK, acks_late=True, ignore_result=True)
def import_next() -> None:
    """Fetch one file; when it is done, pass the message on, as another may wait."""
    if importing.run_next():
        with transaction.atomic():
            importing.wake()


@shared_task(name=wording.TASK, acks_late=True, ignore_result=True)
def index_words(asset_ids: list[str]) -> None:
    """Write what search finds these assets by anew."""
    wording.index_changed([UUID(one) for one in asset_ids])


@worker_ready.connect
def look_for_imports(**_kwargs: Any) -> None:
    """A fresh worker finds what waited while no worker was there."""
    with transaction.atomic():
        importing.wake()


@worker_shutting_down.connect
def stop_imports(**_kwargs: Any) -> None:
    """Told to end: give back what is being fetched, so that another worker begins at once."""
    importing.shutting_down.set()

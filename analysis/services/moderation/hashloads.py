"""Files of hashes that are sent for a list: kept until a worker has read them, and told of while and afterwards."""

import io
import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from redis.exceptions import RedisError

from analysis.models import HashList, HashLoad, HashLoadPiece
from analysis.services.moderation import hashfiles, hashlists
from analysis.services.moderation.hashfiles import MOST_BYTES
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.core.problems import FieldProblem, NotFound, Problem

logger = logging.getLogger(__name__)

TASK = "analysis.load_hashes"
BROKEN = "broken"
_PIECE = 1 << 20
_SILENT = timedelta(seconds=60)
_KEPT = timedelta(days=90)
_SHOWN = 20
# How far a worker has read is of use only while it reads.
_REMEMBERED = 3_600


@transaction.atomic
def send(*, user: Caller, list_id: UUID, file: IO[bytes], form: str) -> HashLoad:
    """Keep a file for a list, and have a worker add its hashes, all or none, after the commit.

    Raises `NotPermitted`, `NotFound`, and `InvalidInput` for a file that is too large.
    """
    actor = hashlists.require_manager(user)
    row = HashList.objects.filter(pk=list_id).first()
    if row is None:
        raise NotFound
    load = HashLoad.objects.create(
        hash_list=row, form=form, language=translation.get_language() or "en", sent_by=actor
    )
    for number, data in enumerate(iter(partial(file.read, _PIECE), b"")):
        load.size += len(data)
        if load.size > MOST_BYTES:
            raise hashfiles.too_large()
        HashLoadPiece.objects.create(load=load, number=number, data=data)
    load.save(update_fields=["size"])
    transaction.on_commit(partial(wake, load.pk), robust=True)
    return load


def of_list(*, user: Caller, list_id: UUID) -> list[HashLoad]:
    """The files that were sent for a list last, the newest first. Raises `NotPermitted`, and `NotFound`."""
    return list(_of(user, list_id)[:_SHOWN])


def last_of(*, user: Caller, list_id: UUID) -> HashLoad | None:
    """The file that was sent for a list last, if any. Raises `NotPermitted`, and `NotFound`."""
    return _of(user, list_id).first()


def one(*, user: Caller, list_id: UUID, load_id: UUID) -> HashLoad:
    """One of them. Raises `NotPermitted`, and `NotFound`."""
    hashlists.require_manager(user)
    found = HashLoad.objects.filter(pk=load_id, hash_list=list_id).first()
    if found is None:
        raise NotFound
    return found


def read_of(load: HashLoad) -> int:
    """How many of its bytes have been read."""
    if load.status != HashLoad.Status.RUNNING:
        return load.size
    try:
        return min(load.size, int(cache.get(_mark(load.pk), 0)))
    except RedisError:
        return 0


def wake(load_id: UUID) -> None:
    """Ask a worker to read a file; when the broker is away the sweep does."""
    current_app.send_task(TASK, args=[str(load_id)], queue="upkeep", retry=False)


def run(*, load_id: UUID) -> None:
    """Read a file that nobody has read yet, and add its hashes, all or none. What is wrong with it is kept."""
    try:
        with transaction.atomic():
            # Held until the end, so no two read it; who dies lets go of it, and somebody else begins anew.
            running = HashLoad.objects.select_for_update(skip_locked=True, of=("self",))
            load = (
                running.filter(pk=load_id, status=HashLoad.Status.RUNNING).select_related("sent_by").first()
            )
            if load is not None:
                # Some words are put into a language only when they are written down.
                with translation.override(load.language):
                    _read(load)
    except OperationalError:
        # The database was away, or something else came first: the sweep has it read again.
        raise
    except Exception:
        logger.exception("the file of hashes %s cannot be read", load_id)
        fault = FieldProblem("file", BROKEN, "")
        _end(load_id, status=HashLoad.Status.FAILED, faults=[_told(fault)])


def sweep() -> None:
    """Have files read that nobody has begun with, or that a worker has left; forget what nobody asks for any more."""
    now = timezone.now()
    left = HashLoad.objects.filter(status=HashLoad.Status.RUNNING, created_at__lt=now - _SILENT)
    for pk in left.values_list("pk", flat=True)[:_SHOWN]:
        wake(pk)
    HashLoad.objects.filter(ended_at__lt=now - _KEPT).delete()


def _of(user: Caller, list_id: UUID) -> QuerySet[HashLoad]:
    """All that were sent for a list, the newest first. Its hashes, a million maybe, are not counted for that."""
    hashlists.require_manager(user)
    if not HashList.objects.filter(pk=list_id).exists():
        raise NotFound
    return HashLoad.objects.filter(hash_list=list_id).order_by("-created_at", "-pk")


def _read(load: HashLoad) -> None:
    """Add the hashes of a file, and end it."""
    scratch = Path(settings.SCRATCH_ROOT)
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        with transaction.atomic(), TemporaryFile(dir=scratch) as file:
            # Together at first: the connection is taken while hashes are sent to the database.
            pieces = HashLoadPiece.objects.filter(load=load).order_by("number")
            for data in pieces.values_list("data", flat=True).iterator(chunk_size=1):
                file.write(data)
            file.seek(0)
            told: Any = _Told(file, load.pk)
            added = hashlists.load(
                user=_sender(load), list_id=load.hash_list_id, entries=hashfiles.read(told, form=load.form)
            )
    except Problem as problem:
        faults = problem.errors or [FieldProblem("file", problem.code, problem.detail)]
        _end(load.pk, status=HashLoad.Status.FAILED, faults=[_told(fault) for fault in faults])
    else:
        _end(load.pk, status=HashLoad.Status.DONE, added=added)


def _end(load_id: UUID, **facts: Any) -> None:
    """End what runs, and let its bytes go."""
    running = HashLoad.objects.filter(pk=load_id, status=HashLoad.Status.RUNNING)
    if running.update(**facts, ended_at=timezone.now()):
        HashLoadPiece.objects.filter(load=load_id).delete()


def _sender(load: HashLoad) -> Caller:
    """Who has sent it, as they are now: what they may not do any more is not done for them."""
    person: User | None = load.sent_by
    if person is None or not person.is_active:
        raise NotFound
    return person


def _told(fault: FieldProblem) -> dict[str, str]:
    return {"field": fault.field, "code": fault.code, "detail": str(fault.detail)}


def _mark(load_id: UUID) -> str:
    return f"hash-load-{load_id}"


class _Told(io.RawIOBase):
    """A file while it is read: now and then it is told how far."""

    def __init__(self, file: IO[bytes], load_id: UUID) -> None:
        """`file` stands at its beginning."""
        super().__init__()
        self._file, self._load_id, self._done, self._told = file, load_id, 0, 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._done += len(data)
        if self._done - self._told >= _PIECE:
            # Only told, never waited for: it is read on without Redis.
            with suppress(RedisError):
                cache.set(_mark(self._load_id), self._done, _REMEMBERED)
            self._told = self._done
        return len(data)

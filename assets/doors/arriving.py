"""What every door does while bytes arrive: wait for them, look at the first of them, tell those who watch, and let
one person have only so many requests of that kind.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from assets.models import GuestLink, UploadSession
from assets.services import limits, recognition, uploads
from mediaportal.core import filetype
from mediaportal.core.bodies import Disconnected
from mediaportal.core.doors import Receive
from mediaportal.core.problems import RateLimited
from mediaportal.core.threads import in_database, in_sandbox

log = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
PROGRESS_SECONDS = 0.25


class Turnstile:
    """Counts how many uploads each person has running in this process."""

    def __init__(self) -> None:
        self._running: Counter[UUID] = Counter()

    @contextmanager
    def passing(self, user_id: UUID) -> Iterator[None]:
        """Count one more for as long as the block runs; raises `RateLimited` beyond `UPLOADS_AT_ONCE`."""
        self._running[user_id] += 1
        try:
            if self._running[user_id] > settings.UPLOADS_AT_ONCE:
                raise RateLimited(_("Too many uploads at once."), retry_after=5)
            yield
        finally:
            self._running[user_id] -= 1
            if not self._running[user_id]:
                del self._running[user_id]


class Glance:
    """The look at a file's first bytes: begun as soon as there are enough of them. A guest link, loaded, may take only
    some kinds.
    """

    def __init__(self, guest_link: GuestLink | None = None) -> None:
        self._guest_link = guest_link
        self._sniffing: asyncio.Task[str] | None = None

    def look(self, head: bytearray, announced: str) -> None:
        """Begin when enough of the head is there; raise `UnsupportedMediaType` as soon as the answer is."""
        if self._sniffing is None:
            if len(head) >= filetype.HEAD_BYTES:
                self._begin(head)
        elif self._sniffing.done():
            self._judge(self._sniffing.result(), announced)

    async def verdict(self, head: bytearray, announced: str) -> str:
        """What the bytes are, with as much of the head as there is. Raises `UnsupportedMediaType`."""
        found = await (self._sniffing or self._begin(head))
        self._judge(found, announced)
        return found

    def _judge(self, found: str, announced: str) -> None:
        """Raise `UnsupportedMediaType` as the acceptance would."""
        recognition.judge(found, announced=announced)
        limits.require_kind(guest_link=self._guest_link, kind=filetype.KINDS[found])

    def forget(self) -> None:
        """Nobody waits for the answer any more."""
        if self._sniffing is not None:
            self._sniffing.add_done_callback(_looked_at)

    def _begin(self, head: bytearray) -> "asyncio.Task[str]":
        """Ask what the bytes are."""
        self._sniffing = asyncio.ensure_future(in_sandbox(recognition.sniff, bytes(head)))
        return self._sniffing


class Teller:
    """Tells those who watch, but not more often than they can see, and never two at a time.

    With `row_seconds` it also writes the row that often, so that the upload is known to live.
    """

    def __init__(self, session: UploadSession, *, row_seconds: float | None = None) -> None:
        self._session = session
        self._row_seconds = row_seconds
        self._telling: asyncio.Task[None] | None = None
        self._told_at = 0.0
        # The row has just been made.
        self._written_at = time.monotonic()

    def tell(self, *, received: int, total: int | None) -> None:
        """So many bytes of so many have come."""
        now = time.monotonic()
        if now - self._told_at < PROGRESS_SECONDS:
            return
        if self._telling is not None and not self._telling.done():
            return
        durable = self._row_seconds is not None and now - self._written_at >= self._row_seconds
        self._told_at, self._written_at = now, now if durable else self._written_at
        self._telling = asyncio.ensure_future(
            in_database(
                uploads.note_progress,
                session=self._session,
                received=received,
                total=max(total, received) if total else None,
                durable=durable,
            )
        )
        self._telling.add_done_callback(_log_failure)

    async def quiet(self) -> None:
        """Wait until the last progress has been told, so that none follows the end."""
        if self._telling is not None:
            await asyncio.wait([self._telling])


async def next_piece(receive: Receive, *, seconds: float) -> tuple[bytes, bool]:
    """The next bytes of a body, and whether more follow. Raises `TimeoutError`, `Disconnected`."""
    async with asyncio.timeout(seconds):
        message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message.get("body", b""), message.get("more_body", False)


def _looked_at(task: "asyncio.Task[Any]") -> None:
    """Take note of how a task ended that nobody waits for any more."""
    if not task.cancelled():
        task.exception()


def _log_failure(task: "asyncio.Task[Any]") -> None:
    """Progress that could not be told is no reason to end an upload."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("could not tell the progress of an upload", exc_info=error)

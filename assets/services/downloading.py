"""One file's way from another server to the incoming folder: hashed, counted, looked at, and gone on with when the
connection breaks.
"""

import logging
import re
import time
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import UploadSession
from assets.services import limits, recognition, remotenames, uploads
from assets.services.partfiles import PartFile
from mediaportal.core import fetching
from mediaportal.core.fetching import Answer, AnswerTooLarge, ConnectionBroke, FetchFailed
from mediaportal.core.filetype import HEAD_BYTES

log = logging.getLogger(__name__)

PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Seconds between the tries of one download."""

_TELL_SECONDS = 0.5
_ROW_SECONDS = 5.0
_RENEW_SECONDS = 2.0
# Answers after which another try may go better.
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_WHOLE, _PART, _NO_SUCH_PART = 200, 206, 416
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class Hold(Protocol):
    """What a download asks of whoever started it. Both raise when it must not go on."""

    def renew(self) -> None:
        """Say that it goes on."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait before the next try."""
        ...


class Download:
    """Takes the file of one upload from its `origin` to its part file. Everything blocks; `run` is called once."""

    def __init__(self, *, session: UploadSession, hold: Hold) -> None:
        self._session, self._hold = session, hold
        self._path: Path = uploads.part_path(session.pk)
        self._ends = time.monotonic() + settings.IMPORT_SECONDS
        self._named_by_user = bool(session.filename)
        self._told_at = self._written_at = self._renewed_at = 0.0
        self._file = PartFile(None)
        self._forget()

    def run(self) -> str:
        """Fetch the file and return its SHA-256 in hex.

        Raises a `Problem` for what cannot or must not be had, and what the hold raises.
        """
        try:
            self._begin_anew()
            for pause in PAUSES:
                try:
                    self._go_on()
                    return self._finish()
                except ConnectionBroke as problem:
                    log.info("Upload %s: %s Another try follows.", self._session.pk, problem)
                self._hold.wait(pause)
            self._go_on()
            return self._finish()
        finally:
            self._file.close()

    def _forget(self) -> None:
        """Nothing has come yet."""
        self._head = bytearray()
        self._type = ""
        self._total: int | None = None
        self._mark = ""

    def _begin_anew(self) -> None:
        """Throw away what has come, also what a lost worker left: should it still write, it writes to nobody."""
        self._file.close()
        self._path.unlink(missing_ok=True)
        self._file = PartFile(self._path)
        self._forget()

    def _go_on(self) -> None:
        """Fetch what is missing. Raises `ConnectionBroke` when some is missing still."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise FetchFailed(_("It took too long."))
        self._hold.renew()
        wanted = {}
        if self._file.position and self._mark:
            wanted = {"Range": f"bytes={self._file.position}-", "If-Range": self._mark}
        bounds = fetching.Limits(most_bytes=settings.MAX_FILE_SIZE, total=left)
        try:
            with fetching.fetch(self._session.origin, limits=bounds, headers=wanted) as answer:
                self._open(answer, asked_for_part=bool(wanted))
                for piece in answer.pieces():
                    self._take(piece)
        except AnswerTooLarge:
            limits.require_size(settings.MAX_FILE_SIZE + 1)

    def _open(self, answer: Answer, *, asked_for_part: bool) -> None:
        """Look at the head of an answer: is it the file, the rest of it, or neither?"""
        if asked_for_part and answer.status == _PART and self._continues(answer):
            return
        if asked_for_part and answer.status in {_PART, _NO_SUCH_PART}:
            self._begin_anew()
            raise ConnectionBroke(_("The file was changed while it was fetched."))
        if answer.status in _BUSY:
            raise ConnectionBroke(_("The server answered with status %d.") % answer.status)
        if answer.status != _WHOLE:
            raise FetchFailed(_("The server answered with status %d.") % answer.status)
        if self._file.position:
            self._begin_anew()
        self._mark = _mark_of(answer)
        self._announce(answer)

    def _continues(self, answer: Answer) -> bool:
        """Whether a part goes on exactly where we stand, in the same file."""
        found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
        if found is None or int(found[1]) != self._file.position:
            return False
        same_size = self._total is None or found[3] in {"*", str(self._total)}
        return same_size and _mark_of(answer) in {"", self._mark}

    def _announce(self, answer: Answer) -> None:
        """Write down the size and name of the file, and refuse what does not fit."""
        self._total = answer.length
        size = answer.length or 0
        limits.require_size(size)
        limits.require_room(size)
        if not self._named_by_user:
            self._session.filename = remotenames.name_of(
                disposition=answer.headers.get("Content-Disposition", ""), url=answer.url
            )
        user, pk = self._session.user, self._session.pk
        with transaction.atomic():
            limits.require_quota(user=user, size=max(1, size), coming=self._session)
            UploadSession.objects.filter(pk=pk, status=UploadSession.Status.UPLOADING).update(
                filename=self._session.filename, bytes_total=self._total
            )

    def _take(self, piece: bytes) -> None:
        """Keep a piece."""
        limits.require_size(self._file.position + len(piece))
        if len(self._head) < HEAD_BYTES:
            self._head += piece[: HEAD_BYTES - len(self._head)]
        self._file.write(memoryview(piece))
        if not self._type and len(self._head) >= HEAD_BYTES:
            self._look()
        self._tell()

    def _look(self) -> None:
        """Find out what the file is. Raises `UnsupportedMediaType`."""
        self._hold.renew()
        self._type = recognition.sniff(bytes(self._head))
        recognition.judge(self._type, announced=self._session.kind)

    def _tell(self) -> None:
        """Tell those who watch, and say that the work goes on, both not too often."""
        now = time.monotonic()
        if now - self._renewed_at >= _RENEW_SECONDS:
            self._renewed_at = now
            self._hold.renew()
        if now - self._told_at >= _TELL_SECONDS:
            durable = now - self._written_at >= _ROW_SECONDS
            self._told_at, self._written_at = now, now if durable else self._written_at
            uploads.note_progress(
                session=self._session, received=self._file.position, total=self._total, durable=durable
            )

    def _finish(self) -> str:
        """Make the bytes durable, and give the file its full name."""
        self._hold.renew()
        sha256, size = self._file.finish(), self._file.position
        uploads.note_progress(session=self._session, received=size, total=size, durable=True)
        if self._head and not self._named_by_user:
            if not self._type:
                self._look()
            self._session.filename = remotenames.with_extension(self._session.filename, self._type)
            UploadSession.objects.filter(pk=self._session.pk).update(filename=self._session.filename)
        return sha256


def _mark_of(answer: Answer) -> str:
    """What tells one state of a file from another, as `If-Range` takes it: a strong tag, or the date; may be empty."""
    tag = answer.headers.get("ETag", "").strip()
    if tag.startswith('"'):
        return tag
    return "" if tag else answer.headers.get("Last-Modified", "").strip()

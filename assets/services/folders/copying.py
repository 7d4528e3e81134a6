"""Reading files into the portal: written to where uploads lie while they come, and hashed as the bytes pass."""

import errno
import fcntl
import os
import stat
import threading
import time
from collections.abc import Callable, Sequence
from io import FileIO
from pathlib import Path
from uuid import UUID

from assets.models import UploadSession
from assets.services import uploads
from assets.services.folders.listing import Facts
from assets.services.partfiles import PartFile

_PIECE = 1024 * 1024
_TELL_SECONDS = 0.5
_WRITE_SECONDS = 5.0

Progress = Callable[[int], None]


class Stopped(Exception):
    """The program is to end; what was begun is gone on with at the next start."""


class Changed(Exception):
    """A file was written to, or went away, while it was read."""


def copy_in(
    sources: Sequence[Path],
    *,
    upload_id: UUID,
    stop: threading.Event,
    progress: Progress = lambda _received: None,
) -> tuple[Path, str]:
    """Copy files, one behind the other, to where the bytes of an upload lie; returns that path and their SHA-256.

    Links are not followed. `progress` is told the bytes so far after each piece. What an earlier try has left is
    begun anew. Raises `Stopped`, `Changed`, `StorageFull`, or `OSError`; then nothing is left.
    """
    path = uploads.part_path(upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    part = PartFile(path)
    try:
        for source in sources:
            _append(source, part, stop, progress)
        return path, part.finish()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        part.close()


def link_in(source: Path, *, upload_id: UUID, stop: threading.Event) -> tuple[Path, str] | None:
    """Give one file a second name where the bytes of an upload lie, in place of a copy; the first name stays until
    the caller removes it. None where that cannot be or is not safe: on another file system, for a file of somebody
    else or with further names, and while somebody writes to it. Raises `Stopped` or `Changed`.
    """
    path = uploads.part_path(upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_plain(source) as file:
        found = os.fstat(file.fileno())
        if found.st_uid != os.geteuid() or found.st_nlink != 1 or not nobody_writes(file.fileno()):
            return None
        try:
            os.link(source, path, follow_symlinks=False)
        except OSError:
            return None
    try:
        sha256 = digest_of([path], stop=stop)
        if os.path.samestat(found, path.lstat()):
            return path, sha256
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)
    raise Changed


def digest_of(sources: Sequence[Path], *, stop: threading.Event) -> str:
    """The SHA-256 of files, one behind the other. Raises `Stopped` or `Changed`."""
    part = PartFile(None)
    for source in sources:
        _append(source, part, stop, lambda _received: None)
    return part.finish()


def nobody_writes(descriptor: int) -> bool:
    """Whether nobody has the file open for writing: the kernel gives a lease to read on such a file only.

    Where it gives no leases (network drives, files of other people) nobody is taken to write.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _append(source: Path, part: PartFile, stop: threading.Event, progress: Progress) -> None:
    """Copy one file behind what is there; raises `Changed` when it is not the same at the end as at the beginning."""
    with open_plain(source) as file:
        before = facts_of(file.fileno())
        left = before.size  # and no more: a file that grows for ever would be read for ever
        while left and (piece := file.read(min(left, _PIECE))):
            if stop.is_set():
                raise Stopped
            left -= len(piece)
            part.write(memoryview(piece))
            progress(part.position)
        if facts_of(file.fileno()) != before:
            raise Changed


def open_plain(path: Path) -> FileIO:
    """A plain file to read from; raises `Changed` for what is no such any longer."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Changed from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Changed from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Changed
    return FileIO(descriptor, "rb")


def facts_of(descriptor: int) -> Facts:
    """What tells that an open file has changed."""
    found = os.fstat(descriptor)
    return Facts(found.st_size, found.st_mtime_ns)


class Telling:
    """Tells those who watch an upload how far it is, now and then, and keeps its row alive meanwhile."""

    def __init__(self, session: UploadSession, *, total: int) -> None:
        self._session, self._total = session, total
        self._told = self._written = time.monotonic()

    def __call__(self, received: int) -> None:
        """Tell that so many bytes have come."""
        now = time.monotonic()
        if now - self._told < _TELL_SECONDS:
            return
        durable = now - self._written >= _WRITE_SECONDS
        uploads.note_progress(session=self._session, received=received, total=self._total, durable=durable)
        self._told = now
        self._written = now if durable else self._written

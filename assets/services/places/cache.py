"""Objects of a bucket as local files of a worker's machine: each fetched once, kept while it is used and a little
longer, bounded in all.

Every worker of the machine shares the folder. A file is fetched under an exclusive lock and used under a shared one,
so two steps do not fetch the same bytes and nothing is removed that somebody reads. Locks end with their process.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from mediaportal.core.stopping import Stop

FOLDER = "fetched"
KEPT_SECONDS = 3600
_LOOK_SECONDS = 0.2
_LOCK = ".lock"


class Stopped(Exception):
    """Whoever waited for a file does not want it any more."""


@contextmanager
def held(name: str, *, size: Callable[[], int], fetch: Callable[[Path], None], stop: Stop) -> Iterator[Path]:
    """The file of this name for as long as the block runs; `fetch` writes it to the path that it is given when the
    machine does not have it, and then `size` is asked (bytes). Raises `Stopped`, and whatever `fetch` raises.
    """
    folder = _folder()
    path = folder / hashlib.sha256(name.encode()).hexdigest()[:40]
    lock = _shared_lock(path, size=size, fetch=fetch, stop=stop)
    try:
        with suppress(FileNotFoundError):
            os.utime(path)
        yield path
    finally:
        os.close(lock)


def _folder() -> Path:
    """Where fetched files lie."""
    folder = Path(settings.SCRATCH_ROOT) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _shared_lock(path: Path, *, size: Callable[[], int], fetch: Callable[[Path], None], stop: Stop) -> int:
    """A descriptor that holds a shared lock on a file that is there."""
    while True:
        lock = _lock(path, fcntl.LOCK_SH, stop=stop)
        if path.exists():
            return lock
        os.close(lock)
        lock = _lock(path, fcntl.LOCK_EX, stop=stop)
        try:
            if not path.exists():
                _make_room(size(), keep=path)
                _fetch(path, fetch)
        finally:
            os.close(lock)


def _fetch(path: Path, fetch: Callable[[Path], None]) -> None:
    """Fetch to a name beside it, then rename: a file under its own name is whole."""
    halfway = path.with_name(f"{path.name}.part")
    try:
        fetch(halfway)
        halfway.replace(path)
    finally:
        halfway.unlink(missing_ok=True)


def _lock(path: Path, kind: int, *, stop: Stop) -> int:
    """Wait for a lock on the file beside `path`; raises `Stopped`."""
    while True:
        lock = _try_lock(path, kind)
        if lock is not None:
            return lock
        if stop():
            raise Stopped
        time.sleep(_LOOK_SECONDS)


def _try_lock(path: Path, kind: int) -> int | None:
    """A lock, or None while somebody else has it (or has just removed the file that the lock was on)."""
    beside = path.with_name(path.name + _LOCK)
    lock = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
        if os.fstat(lock).st_ino == beside.stat().st_ino:
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None


def _make_room(size: int, *, keep: Path) -> None:
    """Remove what was used longest ago until `size` more bytes fit into `FETCHED_MOST`; what is in use stays."""
    known = sorted(_files(), key=lambda found: found[1])
    total = sum(facts[2] for facts in known)
    for path, _used, bytes_ in known:
        if total + size <= settings.FETCHED_MOST:
            return
        if path != keep and _drop(path):
            total -= bytes_


def _files() -> list[tuple[Path, float, int]]:
    """Every fetched file with when it was last used (seconds since 1970) and its size in bytes."""
    found = []
    for path in _folder().iterdir():
        with suppress(FileNotFoundError):
            if path.suffix != _LOCK:
                facts = path.stat()
                found.append((path, facts.st_mtime, facts.st_size))
    return found


def _drop(path: Path) -> bool:
    """Remove a file and its lock unless somebody uses it."""
    own = path.with_suffix("")
    lock = _try_lock(own, fcntl.LOCK_EX)
    if lock is None:
        return False
    path.unlink(missing_ok=True)
    own.with_name(own.name + _LOCK).unlink(missing_ok=True)
    os.close(lock)
    return True


def sweep(*, older_than: float = KEPT_SECONDS) -> int:
    """Remove files, also half-fetched ones, that nothing has used for so many seconds; returns how many."""
    if not (Path(settings.SCRATCH_ROOT) / FOLDER).is_dir():
        return 0
    limit = time.time() - older_than
    return sum(_drop(path) for path, used, _size in _files() if used < limit)

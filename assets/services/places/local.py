"""The storage as a local folder: everything is moved by rename."""

import errno
import logging
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage

from assets.services.places.stored import Stored
from mediaportal.core.ranges import Validators
from mediaportal.core.stopping import Stop

logger = logging.getLogger(__name__)


def path_of(key: str) -> Path:
    """The local path of a storage key; raises `SuspiciousFileOperation` for a key that leads out of the storage."""
    return Path(default_storage.path(key))


@contextmanager
def local_file(key: str, *, stop: Stop) -> Iterator[Path]:
    """The object itself: it is a local file already."""
    yield path_of(key)


def put(source: Path, key: str) -> int:
    """Move a local file to its place."""
    target = path_of(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    size = source.stat().st_size
    _move(source, target)
    return size


def bring_beside(source: Path, key: str, *, mark: str) -> Path:
    """Move a file or a folder beside its place, under a hidden name; what breaks off leaves nothing there."""
    target = path_of(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    halfway = target.with_name(f".{mark}.part")
    done = False
    try:
        shutil.move(source, halfway)
        done = True
    finally:
        if not done:
            discard(halfway)
    return halfway


def discard(path: Path) -> None:
    """Remove a local file or folder; nothing happens when it is not there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def take_over(source: Path, key: str) -> None:
    """Give a local file a second name, at its place, and see to it that the disk remembers it; where a file cannot
    have two names it is moved.
    """
    target = path_of(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target, follow_symlinks=False)
    except FileNotFoundError:
        raise
    except OSError:
        _move(source, target)
    # The file itself is on the disk by now; the shelf, the asset's folder and the one in it may all be new.
    for folder in (target.parent, *target.parent.parents[:3]):
        _sync(folder)


def _sync(folder: Path) -> None:
    """Make sure that the disk remembers the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_tree(source: Path, prefix: str) -> int:
    """Move a whole folder to its place."""
    target = path_of(prefix)
    target.parent.mkdir(parents=True, exist_ok=True)
    size = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    _move(source, target)
    return size


def move(key: str, new_key: str) -> None:
    """Rename a file."""
    target = path_of(new_key)
    target.parent.mkdir(parents=True, exist_ok=True)
    path_of(key).replace(target)


def remove(key: str) -> None:
    """Remove a file or a folder."""
    discard(path_of(key))


@dataclass(frozen=True)
class _OpenFile:
    """An open descriptor."""

    descriptor: int
    size: int
    validators: Validators

    def read(self, at: int, count: int) -> bytes:
        """A piece; empty past the end of a file that has become shorter."""
        return os.pread(self.descriptor, count, at)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.descriptor)


def open_file(key: str, *, within: str) -> _OpenFile:
    """Open a file. The path is checked twice: by its words, and by where it really leads, so that no symbolic link
    leads out of the folder `within`. Raises `FileNotFoundError`.
    """
    try:
        path = path_of(key)
        home = Path(os.path.realpath(path_of(within)))
        if not Path(os.path.realpath(path)).is_relative_to(home):
            raise FileNotFoundError(key)
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError, SuspiciousFileOperation):
        raise FileNotFoundError(key) from None
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        os.close(descriptor)
        raise FileNotFoundError(key)
    tag = f'"{facts.st_size:x}-{facts.st_mtime_ns:x}"'
    return _OpenFile(descriptor, facts.st_size, Validators(tag, facts.st_mtime))


def listed(prefix: str, *, after: str) -> Iterator[Stored]:
    """Every file below a folder, folder by folder. A file that was moved here counts from then, whatever its age; what
    cannot be read is passed over.
    """
    root = path_of(prefix.strip("/"))
    skipped = after.split("/") if after else []

    def walk(folder: Path, key: list[str]) -> Iterator[Stored]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            logger.warning("%s cannot be looked through: %s", "/".join(key), error)
            return
        for entry in entries:
            own = [*key, entry.name]
            if entry.is_dir(follow_symlinks=False):
                if own >= skipped[: len(own)]:
                    yield from walk(folder / entry.name, own)
            elif own > skipped:
                try:
                    facts = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    logger.warning("%s cannot be looked at: %s", "/".join(own), error)
                    continue
                yield Stored("/".join(own), facts.st_size, max(facts.st_mtime, facts.st_ctime))

    yield from walk(root, prefix.strip("/").split("/"))


def _move(source: Path, target: Path) -> None:
    """Rename; over a border between file systems copy to a temporary name first, then rename."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        halfway = target.with_name(f".{target.name}.part")
        shutil.move(source, halfway)
        halfway.replace(target)

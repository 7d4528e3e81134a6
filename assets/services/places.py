"""Where files lie in the default storage, and the only ways in which they get there and go away.

Everything is moved by rename where the storage is a local folder, so nothing is written twice and no reader ever
sees half a file.
"""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage


def path_of(key: str) -> Path:
    """The local path of a storage key; raises `SuspiciousFileOperation` for a key that leads out of the storage."""
    return Path(default_storage.path(key))


@contextmanager
def local_file(key: str) -> Iterator[Path]:
    """A stored object as a local file for as long as the block runs; not to be written to."""
    yield path_of(key)


def put(source: Path, key: str) -> int:
    """Move a local file into the storage, replacing what was there; returns its size in bytes."""
    target = path_of(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    size = source.stat().st_size
    _move(source, target)
    return size


def put_tree(source: Path, prefix: str) -> int:
    """Move a whole folder into the storage under a prefix that must be new; returns the bytes it holds."""
    target = path_of(prefix)
    target.parent.mkdir(parents=True, exist_ok=True)
    size = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    _move(source, target)
    return size


def remove(key: str) -> None:
    """Remove an object or a whole prefix; nothing happens when it is not there."""
    path = path_of(key)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def free_for_incoming() -> int:
    """Bytes that are left where files lie while they come."""
    root = Path(settings.INCOMING_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root).free


def free_space() -> int:
    """Bytes that are left for new files on the storage's file system."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root).free


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

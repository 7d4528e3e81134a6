"""Where files lie in the storage, and the only ways in which they get there, are read, and go away.

The storage is a local folder or a bucket, by the `STORAGE` setting; what is asked here is the same for both. In a
local folder everything is moved by rename, so nothing is written twice; in a bucket an object appears whole when its
last byte has come. No reader ever sees half a file.
"""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.conf import settings

from assets.services.places import bucket, cache, local
from assets.services.places.cache import Stopped
from assets.services.places.local import discard, path_of
from assets.services.places.opened import Opened
from assets.services.places.stored import Stored
from mediaportal.core.stopping import Stop, never

__all__ = [
    "Opened",
    "Stopped",
    "Stored",
    "ask_bucket",
    "bring_beside",
    "discard",
    "free_for_incoming",
    "free_space",
    "is_remote",
    "listed",
    "local_file",
    "open_file",
    "path_of",
    "put",
    "put_tree",
    "remove",
    "signed_url",
    "sweep",
    "take_over",
]


class _Place(Protocol):
    """What each kind of storage can do."""

    def put(self, source: Path, key: str) -> int: ...

    def put_tree(self, source: Path, prefix: str) -> int: ...

    def move(self, key: str, new_key: str) -> None: ...

    def remove(self, key: str) -> None: ...

    def local_file(self, key: str, *, stop: Stop) -> AbstractContextManager[Path]: ...

    def open_file(self, key: str, *, within: str) -> Opened: ...

    def listed(self, prefix: str, *, after: str) -> Iterator[Stored]: ...


def is_remote() -> bool:
    """Whether files lie in a bucket: moving one there takes time, and must not happen inside a transaction."""
    return bool(settings.STORAGE == "s3")


def _place() -> _Place:
    """The kind that the installation is set to."""
    if is_remote():
        return bucket
    return local


def put(source: Path, key: str) -> int:
    """Move a local file into the storage, replacing what was there; returns its size in bytes.

    Raises `StorageUnavailable` when a bucket does not answer; then the file is where it was.
    """
    return _place().put(source, key)


def take_over(source: Path, key: str) -> None:
    """Give a local file its durable place in the local storage, and leave its first name (where the file system can)
    to the caller, who removes it once nobody will ask for it again.
    """
    local.take_over(source, key)


def bring_beside(source: Path, key: str, *, mark: str) -> Path:
    """Move a file or a folder beside its place in the local storage, from where `put` or `put_tree` only rename it;
    returns where it is now. Between file systems every byte is copied, which may take long. `mark` is new each time.
    """
    return local.bring_beside(source, key, mark=mark)


def put_tree(source: Path, prefix: str) -> int:
    """Move a whole folder into the storage under a prefix that must be new; returns the bytes it holds.

    Raises `StorageUnavailable`; then a part of it may lie in the bucket.
    """
    return _place().put_tree(source, prefix)


def move(key: str, new_key: str) -> None:
    """Give a stored object another key, replacing what was there.

    Raises `FileNotFoundError`, or `StorageUnavailable`; then it lies under the old key, the new one, or both.
    """
    _place().move(key, new_key)


def remove(key: str) -> None:
    """Remove an object or a whole prefix; nothing happens when it is not there. Raises `StorageUnavailable`."""
    if not key.strip("/"):
        raise ValueError("an empty key would remove everything")
    _place().remove(key)


def local_file(key: str, *, stop: Stop = never) -> AbstractContextManager[Path]:
    """A stored object as a local file for as long as the block runs; not to be written to.

    One from a bucket is fetched once for this machine and kept for a while; `stop` ends the fetching. Raises
    `FileNotFoundError`, `StorageUnavailable`, or `Stopped`.
    """
    return _place().local_file(key, stop=stop)


def open_file(key: str, *, within: str) -> Opened:
    """Open a stored object for reading in pieces; `within` is the folder that it must not lead out of.

    Raises `FileNotFoundError`, or `StorageUnavailable`.
    """
    return _place().open_file(key, within=within)


def signed_url(key: str, *, within: str, seconds: int, mime_type: str, disposition: str) -> str:
    """An address outside the portal under which anybody may get an object for so many seconds, of this type and to be
    shown or saved as `disposition` says; only where files lie in a bucket. Nobody is asked whether it is there.

    `within` is the folder that the key must not lead out of. Raises `FileNotFoundError`, or `StorageUnavailable` where
    nothing can be signed.
    """
    return bucket.signed_url(
        key, within=within, seconds=seconds, mime_type=mime_type, disposition=disposition
    )


def listed(prefix: str, *, after: str = "") -> Iterator[Stored]:
    """Every object below a prefix, one at a time and always in the same order, from behind the key `after` on.

    A bucket is asked page by page; of a folder one level at a time is held. What comes or goes meanwhile may be told
    or not. Raises `StorageUnavailable`.
    """
    return _place().listed(prefix, after=after)


def ask_bucket(*, seconds: float) -> None:
    """Raise unless the bucket answers within so many seconds."""
    bucket.ask(seconds=seconds)


def sweep() -> int:
    """Remove fetched files that nothing has used for a while from this machine; returns how many."""
    return cache.sweep()


def free_for_incoming() -> int:
    """Bytes that are left where files lie while they come."""
    root = Path(settings.INCOMING_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root).free


def free_space() -> int:
    """Bytes that are left for new files on a local storage's file system."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root).free

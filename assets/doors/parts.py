"""The file that an upload is written to while it comes, and the buffer in front of it.

Bytes are hashed and written in threads, one piece behind the piece that is being filled: at most two pieces of an
upload are in memory, and when the disk is slower than the network the network waits.
"""

import asyncio
import errno
import hashlib
import os
import shutil
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from assets.exceptions import FileTooLarge, StorageFull
from mediaportal.core.filetype import HEAD_BYTES
from mediaportal.core.threads import on_disk

PIECE_BYTES = 1024 * 1024


def require_room(key: str, size: int) -> None:
    """Raise `StorageFull` unless `size` bytes fit into the storage and `MIN_FREE_SPACE` stays free."""
    folder = Path(default_storage.path(key)).parent
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size + settings.MIN_FREE_SPACE:
        raise StorageFull


class PartFile:
    """The bytes on the disk. Without a key they are hashed only. Every method blocks."""

    def __init__(self, key: str | None) -> None:
        self._digest = hashlib.sha256()
        self._descriptor = -1
        if key is not None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
            self._descriptor = os.open(default_storage.path(key), flags, 0o600)

    def write(self, piece: bytes | bytearray) -> None:
        """Hash and append a piece; raises `StorageFull`."""
        self._digest.update(piece)
        if self._descriptor < 0:
            return
        left = memoryview(piece)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise StorageFull from error
            raise

    def finish(self) -> str:
        """Make sure that the bytes are on the disk, close, and return their SHA-256 in hex."""
        if self._descriptor >= 0:
            os.fsync(self._descriptor)
        self.close()
        return self._digest.hexdigest()

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Intake:
    """Where the form puts the file's bytes. `take` is called by the parser and only keeps them; `settle` passes
    them on and is where the event loop waits.
    """

    def __init__(self, file: PartFile) -> None:
        self.received = 0
        self.head = bytearray()
        self._file = file
        self._filling = bytearray()
        self._writing: asyncio.Task[None] | None = None

    def take(self, data: memoryview) -> None:
        """Keep some bytes of the file; raises `FileTooLarge`."""
        self.received += len(data)
        if self.received > settings.MAX_FILE_SIZE:
            raise FileTooLarge
        if len(self.head) < HEAD_BYTES:
            self.head += data[: HEAD_BYTES - len(self.head)]
        self._filling += data

    async def settle(self, *, all_of_it: bool = False) -> None:
        """Pass a full piece (or everything) on to the disk; raises `StorageFull`."""
        if len(self._filling) < PIECE_BYTES and not (all_of_it and self._filling):
            return
        await self._written()
        piece, self._filling = self._filling, bytearray()
        self._writing = asyncio.ensure_future(on_disk(self._file.write, piece))

    async def finish(self) -> str:
        """Write what is left and return the SHA-256 in hex."""
        await self.settle(all_of_it=True)
        await self._written()
        return await on_disk(self._file.finish)

    async def abandon(self) -> None:
        """Stop writing and close the file."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
            if not self._writing.cancelled():
                self._writing.exception()  # looked at, so that nobody warns of it
        await on_disk(self._file.close)

    async def _written(self) -> None:
        """Wait for the piece that is being written."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing

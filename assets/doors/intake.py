"""The buffer in front of the file that an upload is written to.

Bytes are hashed and written in threads, one piece behind the piece that is being filled: at most two pieces of an
upload are in memory (8 MiB, and half a MiB for a slow one), and when the disk is slower than the network the network
waits.
"""

import asyncio
import time

from django.conf import settings

from assets.exceptions import FileTooLarge
from assets.services.partfiles import PartFile
from mediaportal.core.filetype import HEAD_BYTES
from mediaportal.core.threads import on_disk

# A piece is passed on when it is this large, or large enough and this old: handing over costs time, so a fast upload
# does it rarely, while a slow one keeps little in memory.
PIECE_BYTES = 4 * 1024 * 1024
LEAST_BYTES = 256 * 1024
PIECE_SECONDS = 0.05


class Intake:
    """Where a door puts the file's bytes. `take` only keeps them; `settle` passes them on and is where the event
    loop waits. `most` is how many may come, `MAX_FILE_SIZE` unless told; `head` is the file's beginning as far as
    it came before.
    """

    def __init__(self, file: PartFile, *, most: int | None = None, head: bytes = b"") -> None:
        self.received = 0
        self.head = bytearray(head)
        self._file = file
        self._most = settings.MAX_FILE_SIZE if most is None else most
        # Two buffers take turns and are used again and again: fresh memory for each piece would cost the kernel
        # more than writing does. Of a slow upload only the beginnings are ever touched, so only they are real.
        self._filling, self._spare = bytearray(PIECE_BYTES), bytearray(PIECE_BYTES)
        self._used = 0
        self._passed_at = time.monotonic()
        self._writing: asyncio.Task[None] | None = None

    def take(self, data: memoryview) -> None:
        """Keep some bytes of the file; raises `FileTooLarge`."""
        size = len(data)
        self.received += size
        if self.received > self._most:
            raise FileTooLarge
        if len(self.head) < HEAD_BYTES:
            self.head += data[: HEAD_BYTES - len(self.head)]
        if self._used + size > len(self._filling):
            self._filling.extend(bytes(self._used + size - len(self._filling)))
        self._filling[self._used : self._used + size] = data
        self._used += size

    async def settle(self, *, all_of_it: bool = False) -> None:
        """Pass a piece that is ripe (or everything) on to the disk; raises `StorageFull`."""
        size, now = self._used, time.monotonic()
        ripe = size >= PIECE_BYTES or (size >= LEAST_BYTES and now - self._passed_at >= PIECE_SECONDS)
        if not ripe and not (all_of_it and size):
            return
        await self._written()
        full, self._filling, self._spare = self._filling, self._spare, self._filling
        self._used, self._passed_at = 0, now
        self._writing = asyncio.ensure_future(on_disk(self._file.write, memoryview(full)[:size]))

    async def flush(self) -> None:
        """Pass everything on and wait until it is written; raises `StorageFull`."""
        await self.settle(all_of_it=True)
        await self._written()

    async def finish(self) -> str:
        """Write what is left and return the SHA-256 in hex."""
        await self.flush()
        return await on_disk(self._file.finish)

    async def still(self) -> None:
        """Wait until nothing is being written, however it ended."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
            if not self._writing.cancelled():
                self._writing.exception()  # looked at, so that nobody warns of it

    async def abandon(self) -> None:
        """Stop writing and close the file."""
        await self.still()
        await on_disk(self._file.close)

    async def _written(self) -> None:
        """Wait for the piece that is being written."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing

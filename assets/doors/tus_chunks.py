"""The bytes of one chunk of a resumable upload: streamed to their place while they are hashed, and acknowledged.

What is answered is on the disk and in the row before: first the file is synced, then the row is updated, then the
answer goes out. A chunk that breaks off is acknowledged as far as it came, unless it had a checksum; a long one is
acknowledged every few seconds while it comes.
"""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

from assets.doors import arriving
from assets.doors.arriving import Glance, Teller, next_piece
from assets.doors.intake import Intake
from assets.exceptions import (
    ChunkChanged,
    OffsetMismatch,
    QuotaExceeded,
    StorageFull,
    UnsupportedMediaType,
    UploadGone,
    UploadLocked,
)
from assets.models import UploadSession
from assets.services import limits, uploads
from assets.services.partfiles import ResumedFile
from assets.services.tus import hashes, leases
from assets.services.tus.leases import Lease
from mediaportal.core.bodies import Disconnected
from mediaportal.core.doors import Receive
from mediaportal.core.filetype import HEAD_BYTES
from mediaportal.core.threads import in_database, on_disk
from mediaportal.core.tus import Chunk

# After so long without a byte the client may be gone; then it is asked whether somebody else wants to go on.
SILENT_SECONDS = 2.0
# How much is read back at a time when a hash is caught up with.
_CATCH_UP_BYTES = 64 * 1024 * 1024


class _Silent(Exception):
    """No more bytes come, or somebody else wants to go on."""


@dataclass
class Place:
    """Where a chunk goes: the file, locked, the right to write to it, and how many bytes the whole may have."""

    lease: Lease
    most: int
    file: ResumedFile

    @property
    def session(self) -> UploadSession:
        """The upload."""
        return self.lease.session

    async def leave(self) -> None:
        """Let go of both."""
        await in_database(leases.release, self.lease)
        await on_disk(self.file.close)


class ChunkReception:
    """Receives the bytes of one chunk and acknowledges them."""

    def __init__(self, receive: Receive, chunk: Chunk, place: Place, head: bytes) -> None:
        self._receive, self._chunk, self._place = receive, chunk, place
        self._lease, self._file, self._session = place.lease, place.file, place.session
        self.intake = Intake(self._file, most=place.most - chunk.offset, head=head)
        self._glance = Glance(self._session.guest_link)
        self._teller = Teller(self._session)
        self._stop = asyncio.Event()
        self._check = chunk.checksum.new() if chunk.checksum else None
        if self._check is not None:
            self._file.digests.append(self._check)

    @property
    def _looks(self) -> bool:
        """Whether the file's beginning is completed by this chunk and is of the file itself."""
        whole_file = self._session.concat == UploadSession.Concat.NONE
        return whole_file and self._check is None and self._chunk.offset < HEAD_BYTES

    async def take(self) -> bool:
        """Receive and acknowledge; False when the chunk broke off. Raises a `Problem` for what is refused."""
        keeping = asyncio.ensure_future(self._keep())
        try:
            whole = await self._read(keeping)
            await self.intake.flush()
        except StorageFull:
            await self._ended(keeping)
            await self._acknowledge()
            raise
        except UnsupportedMediaType as problem:
            await self._refuse(problem)
            raise
        finally:
            self._glance.forget()
            await self._ended(keeping)
        if self._check is not None and not whole:
            return False
        self._require_checksum()
        await self._acknowledge()
        return whole

    async def _read(self, keeping: "asyncio.Task[None]") -> bool:
        """Read the body to its end; False when it broke off before."""
        more = True
        try:
            while more:
                data, more = await self._next()
                self.intake.take(memoryview(data))
                await self.intake.settle()
                if self._looks:
                    self._glance.look(self.intake.head, self._session.kind)
                if keeping.done():
                    keeping.result()
                self._teller.tell(
                    received=self._chunk.offset + self.intake.received, total=self._session.bytes_total
                )
        except (Disconnected, _Silent):
            return False
        if self._looks and len(self.intake.head) >= HEAD_BYTES:
            await self._glance.verdict(self.intake.head, self._session.kind)
        return True

    async def _next(self) -> tuple[bytes, bool]:
        """The next bytes and whether more follow; raises `Disconnected`, `_Silent`."""
        deadline = time.monotonic() + arriving.IDLE_SECONDS
        while True:
            try:
                return await next_piece(self._receive, seconds=min(SILENT_SECONDS, arriving.IDLE_SECONDS))
            except TimeoutError:
                # While nothing comes, what has come is brought to safety.
                await self.intake.flush()
                if time.monotonic() >= deadline or await in_database(leases.is_wanted, self._session.pk):
                    raise _Silent from None

    async def _keep(self) -> None:
        """Renew the right to write and acknowledge what has come, every few seconds until the chunk has ended."""
        while not self._stop.is_set():
            try:
                async with asyncio.timeout(leases.RENEW_SECONDS):
                    await self._stop.wait()
            except TimeoutError:
                # A chunk with a checksum is acknowledged whole or not at all.
                at = self._lease.offset if self._check is not None else self._file.position
                if at != self._lease.offset:
                    await on_disk(self._file.sync)
                await in_database(leases.acknowledge, self._lease, offset=at)

    async def _ended(self, keeping: "asyncio.Task[None]") -> None:
        """Wait until nothing is written or acknowledged beside us any more."""
        self._stop.set()
        await asyncio.wait([keeping])
        if not keeping.cancelled():
            keeping.exception()  # looked at: whoever has lost the right hears it from the next acknowledgement
        await self.intake.still()
        await self._teller.quiet()

    def _require_checksum(self) -> None:
        """Raise `ChunkChanged` unless the bytes are those that were announced."""
        expected = self._chunk.checksum
        if expected is not None and self._check is not None and self._check.digest() != expected.digest:
            raise ChunkChanged

    async def _acknowledge(self) -> None:
        """First the disk, then the row: what is answered afterwards outlives a power cut."""
        at = self._file.position
        if at != self._lease.offset:
            await on_disk(self._file.sync)
        await in_database(leases.acknowledge, self._lease, offset=at)
        if self._session.concat == UploadSession.Concat.NONE:
            hashes.remember(self._session.pk, at, self._file.digests[0])

    async def _refuse(self, problem: UnsupportedMediaType) -> None:
        """End the upload."""
        await in_database(uploads.fail, upload_id=self._session.pk, problem=problem)
        hashes.forget(self._session.pk)


async def take_place(session: UploadSession, chunk: Chunk) -> Place:
    """Lock the file, and take the right to write. Raises `UploadLocked` while another request writes."""
    path = uploads.part_path(session.pk)
    try:
        file = await on_disk(ResumedFile, path, create=not session.bytes_received)
    except UploadLocked:
        await in_database(leases.want, session.pk)
        raise
    except FileNotFoundError:
        await in_database(_lost, session.pk)
        # It has been accepted in the meantime: the client asks, and hears of it.
        raise OffsetMismatch from None
    try:
        return Place(*await in_database(_take_right, session, chunk), file)
    except BaseException:
        await asyncio.shield(on_disk(file.close))
        raise


def _take_right(session: UploadSession, chunk: Chunk) -> tuple[Lease, int]:
    """The right to write, and how many bytes the upload may have. Raises `QuotaExceeded` when what only now is told
    of its length does not fit, and what `leases.take` raises.
    """
    lease = leases.take(session)
    if session.bytes_total is not None:
        return lease, session.bytes_total
    most = limits.most_bytes_of(session)
    told = chunk.offset + (chunk.size or 0) if chunk.length is None else chunk.length
    if told > most:
        leases.release(lease)
        raise QuotaExceeded
    if chunk.length is not None:
        leases.set_length(lease, length=chunk.length)
    return lease, most if chunk.length is None else chunk.length


def _lost(upload_id: UUID) -> None:
    """End an upload whose bytes are not there any more, unless it has ended; then raise `UploadGone`."""
    if uploads.fail(upload_id=upload_id, problem=UploadGone()):
        raise UploadGone


async def prepare(place: Place, chunk: Chunk) -> bytes:
    """Make the file ready to be gone on with, its hash too; returns its first bytes when they matter."""
    session, file, offset = place.session, place.file, chunk.offset
    try:
        await on_disk(file.stand_at, offset)
        if session.concat == UploadSession.Concat.PARTIAL:
            return b""  # it is hashed when it is joined
        known, state = hashes.recall(session.pk, offset)
        while known < offset:
            end = min(offset, known + _CATCH_UP_BYTES)
            await on_disk(file.read_into, state, start=known, end=end)
            await in_database(leases.acknowledge, place.lease, offset=offset)
            known = end
        file.digests = [state]
        return await on_disk(file.head, offset) if offset < HEAD_BYTES else b""
    except UploadGone:
        await in_database(_lost, session.pk)
        raise

"""tus 1.0.0, the part with bytes: PATCH, POST with a first chunk, POST that joins parts, and HEAD.

A chunk is streamed to its place while it is hashed. What is answered is on the disk and in the row before: first the
file is synced, then the row is updated, then the answer goes out. A chunk that breaks off is acknowledged as far as
it came, unless it had a checksum; a long one is acknowledged every few seconds while it comes.
"""

import asyncio
import http
import re
import time
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.access import Caller
from assets.doors import arriving
from assets.doors.arriving import Glance, Teller, Turnstile, next_piece
from assets.doors.intake import Intake
from assets.exceptions import (
    ChunkChanged,
    FileTooLarge,
    OffsetMismatch,
    QuotaExceeded,
    StorageFull,
    UnsupportedMediaType,
    UploadGone,
    UploadLocked,
)
from assets.models import GuestLink, UploadSession
from assets.services import limits, places, uploads
from assets.services.partfiles import ResumedFile
from assets.services.tus import control, finishing, hashes, leases
from assets.services.tus.leases import Lease
from mediaportal.accounts.authentication import signed_in
from mediaportal.core.bodies import Disconnected, refusing_early
from mediaportal.core.doors import App, Receive, Scope, Send, raw_app, start_answer
from mediaportal.core.filetype import HEAD_BYTES
from mediaportal.core.problems import NotPermitted, Problem
from mediaportal.core.threads import in_database, in_transit, on_disk
from mediaportal.core.tus import (
    BadHeader,
    Chunk,
    Creation,
    ScopeHeaders,
    checksum_of,
    chunk_of,
    creation_of,
    has_chunk,
    require_version,
    size_of,
)

# After so long without a byte the client may be gone; then it is asked whether somebody else wants to go on.
SILENT_SECONDS = 2.0
# How long HEAD waits for a request that is still writing, and how often it looks.
PATIENCE_SECONDS = 3.0
_POLL_SECONDS = 0.1
# How much is read back at a time when a hash is caught up with.
_CATCH_UP_BYTES = 64 * 1024 * 1024
_TOO_MANY = gettext_lazy("These are more bytes than the upload's length.")
_ONE = re.compile(rf"{control.PATH}([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})")


def speaks(path: str) -> bool:
    """Whether an address is one of tus: the collection or one upload."""
    return path == control.PATH or _ONE.fullmatch(path) is not None


def takes(scope: Scope) -> bool:
    """Whether a request to such an address brings or moves bytes, or may have to wait for one that does."""
    headers = ScopeHeaders(scope)
    if scope["path"] != control.PATH:
        return scope["method"] in {"PATCH", "HEAD"}
    joins = headers.get("Upload-Concat").strip().startswith("final")
    return scope["method"] == "POST" and (has_chunk(headers) or joins)


class _Silent(Exception):
    """No more bytes come, or somebody else wants to go on."""


@dataclass
class _Place:
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

    def __init__(self, receive: Receive, chunk: Chunk, place: _Place, head: bytes) -> None:
        self._receive, self._chunk, self._place = receive, chunk, place
        self._lease, self._file, self._session = place.lease, place.file, place.session
        self.intake = Intake(self._file, most=place.most - chunk.offset, head=head)
        self._glance = Glance()
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


class TusDoor:
    """The app behind the addresses."""

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        headers = ScopeHeaders(scope)
        require_version(headers)
        if scope["path"] == control.PATH:
            await self._create(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self._look(scope, send)
        else:
            await self._continue(scope, receive, send)

    async def _create(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST: begin, and take the first chunk or join the parts."""
        headers = ScopeHeaders(scope)
        creation = creation_of(headers)
        if creation.concat == "final":
            if has_chunk(headers) and size_of(headers) != 0:
                raise NotPermitted(_("A joined upload takes no bytes of its own."))
            session = await in_database(_begin_joined, scope, creation)
            session = await in_transit(finishing.finish_if_whole, session)
            await _answer(send, 201, session, location=True)
            return
        chunk = Chunk(0, size_of(headers), None, checksum_of(headers))
        session = await in_database(_create, scope, creation, chunk)
        try:
            whole, session = await self._chunk_taken(receive, chunk, session)
        except Problem as problem:
            # Who is refused does not hear the address, so nobody will go on with it.
            if session.bytes_received != session.bytes_total:
                await in_database(uploads.fail, upload_id=session.pk, problem=problem)
            raise
        await _answer(send, 201, session, location=True, close=not whole)

    async def _look(self, scope: Scope, send: Send) -> None:
        """HEAD: where the upload stands. What is whole and was not accepted is accepted now."""
        session = await _settled(_id_in(scope))
        if session.status == UploadSession.Status.UPLOADING:
            session = await in_transit(finishing.finish_if_whole, session)
        await _answer(send, 200, session, whole=True)

    async def _continue(self, scope: Scope, receive: Receive, send: Send) -> None:
        """PATCH: take a chunk."""
        headers = ScopeHeaders(scope)
        session, whole = await in_database(_find_for, _id_in(scope)), True
        if not has_chunk(headers):
            raise UnsupportedMediaType(_("Send chunks as application/offset+octet-stream."))
        chunk = chunk_of(headers)
        _require_fit(session, chunk)
        if session.status == UploadSession.Status.UPLOADING:
            whole, session = await self._chunk_taken(receive, chunk, session)
        await _answer(send, 204, session, close=not whole)

    async def _chunk_taken(
        self, receive: Receive, chunk: Chunk, session: UploadSession
    ) -> tuple[bool, UploadSession]:
        """Take a chunk and, after the last one, accept the file; whether the chunk came whole, and the upload."""
        # Guests are counted by their link, so that they do not stand in the way of whoever made it.
        with self._turnstile.passing(session.guest_link_id or session.user_id):
            place = await _take_place(session, chunk)
            try:
                reception = ChunkReception(receive, chunk, place, await _prepare(place, chunk))
                whole = await reception.take()
                session = place.session
                if (
                    session.bytes_received == session.bytes_total
                    and session.concat == UploadSession.Concat.NONE
                ):
                    sha256 = place.file.digests[0].hexdigest()
                    run = in_transit if places.is_remote() else in_database
                    session = await run(finishing.hand_over, session, sha256=sha256)
            finally:
                await asyncio.shield(place.leave())
        return whole, session


def _create(scope: Scope, creation: Creation, chunk: Chunk) -> UploadSession:
    """Begin an upload for the caller, or for the guest link; the first chunk must fit."""
    user, link = _caller(scope)
    if creation.length is not None and (chunk.size or 0) > creation.length:
        raise FileTooLarge(str(_TOO_MANY))
    return control.create(user=user, guest_link=link, creation=creation)


def _begin_joined(scope: Scope, creation: Creation) -> UploadSession:
    """Begin the joining of parts for the caller, or for the guest link."""
    user, link = _caller(scope)
    return finishing.begin_joined(user=user, guest_link=link, creation=creation)


def _caller(scope: Scope) -> tuple[Caller, GuestLink | None]:
    """Who begins an upload: the owner of the guest link, if there is one, else whoever is signed in."""
    address = (scope.get("client") or ("",))[0]
    link = control.link_of(ScopeHeaders(scope).get("X-Guest-Link"), address=address)
    return (link.created_by, link) if link is not None else (signed_in(scope), None)


def _require_fit(session: UploadSession, chunk: Chunk) -> None:
    """Raise the `Problem` of a chunk that does not belong where the upload stands."""
    if session.concat == UploadSession.Concat.FINAL:
        raise NotPermitted(_("A joined upload takes no bytes of its own."))
    if chunk.offset != session.bytes_received:
        raise OffsetMismatch
    total = session.bytes_total
    if chunk.length is not None:
        if total not in {None, chunk.length}:
            raise BadHeader("Upload-Length", _("The length has been told already."))
        limits.require_size(chunk.length)
        total = chunk.length
    if total is not None and chunk.offset + (chunk.size or 0) > total:
        raise FileTooLarge(str(_TOO_MANY))


def _id_in(scope: Scope) -> UUID:
    """The id in the address of one upload."""
    found = _ONE.fullmatch(scope["path"])
    assert found is not None  # noqa: S101 - the router has matched the path
    return UUID(found[1])


async def _settled(upload_id: UUID) -> UploadSession:
    """The upload, once the request that writes to it has let go: who asks has lost a connection, and what came over
    that one is being brought to safety. After some seconds the answer is what stands in the row.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    session = await in_database(control.find, upload_id)
    if session.holder:
        await in_database(leases.want, upload_id)
    while session.holder and time.monotonic() < deadline:
        await asyncio.sleep(_POLL_SECONDS)
        session = await in_database(control.find, upload_id)
    return session


def _find_for(upload_id: UUID) -> UploadSession:
    """The upload; there must be some room on the disk left for it."""
    session = control.find(upload_id)
    if session.status == UploadSession.Status.UPLOADING:
        limits.require_room(0)
    return session


async def _take_place(session: UploadSession, chunk: Chunk) -> _Place:
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
        return _Place(*await in_database(_take_right, session, chunk), file)
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


async def _prepare(place: _Place, chunk: Chunk) -> bytes:
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


async def _answer(
    send: Send,
    status: int,
    session: UploadSession,
    *,
    location: bool = False,
    close: bool = False,
    whole: bool = False,
) -> None:
    """Tell where the upload stands; `whole` also what it is."""
    told = control.whole_facts(session) if whole else control.facts(session)
    headers = [*told.items(), ("Cache-Control", "no-store")]
    if status != http.HTTPStatus.NO_CONTENT:
        headers.append(("Content-Length", "0"))
    if location:
        headers.append(("Location", control.path_of(session.pk)))
    if close:
        headers.append(("Connection", "close"))
    await start_answer(send, status=status, headers=headers)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def tus_app(turnstile: Turnstile) -> App:
    """The app for the router."""
    return raw_app(refusing_early(TusDoor(turnstile)))

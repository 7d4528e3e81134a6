"""tus 1.0.0, the part with bytes: PATCH, POST with a first chunk, POST that joins parts, and HEAD.

What a request asks for is read here; `tus_chunks` takes the bytes.
"""

import asyncio
import http
import re
import time
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.access import Caller
from assets.doors.arriving import Turnstile
from assets.doors.tus_chunks import ChunkReception, prepare, take_place
from assets.exceptions import FileTooLarge, OffsetMismatch, UnsupportedMediaType
from assets.models import GuestLink, UploadSession
from assets.services import limits, places, uploads
from assets.services.tus import control, finishing, leases
from mediaportal.accounts.authentication import signed_in
from mediaportal.core.bodies import refusing_early
from mediaportal.core.doors import App, Receive, Scope, Send, raw_app, start_answer
from mediaportal.core.problems import NotPermitted, Problem
from mediaportal.core.threads import in_database, in_transit
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

# How long HEAD waits for a request that is still writing, and how often it looks.
PATIENCE_SECONDS = 3.0
_POLL_SECONDS = 0.1
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
            place = await take_place(session, chunk)
            try:
                reception = ChunkReception(receive, chunk, place, await prepare(place, chunk))
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

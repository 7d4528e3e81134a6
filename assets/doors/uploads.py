"""`POST /api/v1/media/upload`: a form with one file, streamed to the storage.

The bytes are written once, to the file system where they will stay, while they are hashed and counted. What can be
refused is refused at the first byte that shows it. Nothing of this holds a Django thread, so that any number of slow
uploads leaves the pages alone.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from assets import registry
from assets.doors import arriving
from assets.doors.arriving import Glance, Teller, Turnstile, next_piece
from assets.doors.intake import Intake
from assets.exceptions import EmptyFile, InvalidOptions, UploadBroken
from assets.models import UploadSession
from assets.services import ingest, limits, places, recognition, room, transit, uploads, wishes
from assets.services.partfiles import PartFile
from mediaportal.accounts.authentication import signed_in
from mediaportal.accounts.models import User
from mediaportal.core import idempotency
from mediaportal.core.bodies import Disconnected, content_length, header, refusing_early
from mediaportal.core.doors import App, Receive, Scope, Send, problem_of, raw_app, send_json
from mediaportal.core.ids import new_id
from mediaportal.core.multipart import StreamedForm
from mediaportal.core.problems import FieldProblem, MethodNotAllowed, Problem
from mediaportal.core.threads import in_database, in_transit, on_disk

PATH = "/api/v1/media/upload"
ROUTE = "media.upload"
ROW_SECONDS = 5.0


@dataclass
class _Request:
    """One upload while it runs."""

    user: User
    claim: idempotency.Claim | None
    session: UploadSession | None = None
    before: idempotency.Answer | None = None

    @property
    def path(self) -> Path | None:
        """Where its bytes go; nowhere for a repeated request, whose bytes are only compared."""
        return uploads.part_path(self.session.pk) if self.session else None


def _begin(scope: Scope) -> _Request:
    """Everything that is asked before the first byte, in one visit to the database."""
    user = signed_in(scope)
    chosen = _chosen_id(scope)
    length = content_length(scope)
    limits.require_size((length or 0) - room.FORM_BYTES)
    limits.require_room(length or 0)
    key = header(scope, b"idempotency-key")
    request = _Request(user, idempotency.Claim(user.pk, ROUTE, key) if key else None)
    upload_id = chosen or new_id()
    if request.claim:
        request.before = idempotency.begin(
            request.claim, note={"upload_id": str(upload_id)}, alive=_still_running
        )
    if request.before is None:
        try:
            request.session = uploads.begin(user=user, upload_id=upload_id, bytes_total=length)
        except Problem:
            if request.claim:
                idempotency.release(request.claim)
            raise
    return request


def _still_running(note: dict[str, Any]) -> bool:
    """Whether the upload of an earlier, unfinished try is still being received."""
    return uploads.is_alive(upload_id=UUID(note["upload_id"]))


def _chosen_id(scope: Scope) -> UUID | None:
    """`?upload_id=` when the client chose one; raises `InvalidOptions`."""
    values = parse_qs(scope["query_string"].decode()).get("upload_id")
    if not values:
        return None
    try:
        return UUID(values[0])
    except ValueError:
        detail = _("Must be a UUID.")
        raise InvalidOptions(detail, errors=[FieldProblem("upload_id", "invalid", detail)]) from None


class Reception:
    """Receives the bytes of one upload."""

    def __init__(self, scope: Scope, receive: Receive, request: _Request) -> None:
        self._receive, self._request = receive, request
        self._length = content_length(scope)
        self.form = StreamedForm(
            header(scope, b"content-type"),
            file_field="file",
            fields=wishes.FIELDS,
            sink=self._take,
            content_length=self._length,
        )
        # Last: what is opened here is closed by `abandon`, which needs a whole object.
        self.intake = Intake(PartFile(request.path))
        self._glance = Glance()
        self._teller = Teller(request.session, row_seconds=ROW_SECONDS) if request.session else None
        self._fields_seen = False

    def _take(self, data: memoryview) -> None:
        """Where the form's file goes."""
        self.intake.take(data)

    async def all_bytes(self) -> str:
        """Read the request to its end and return the file's SHA-256 in hex.

        Raises a `Problem` for what must be refused, and `Disconnected`.
        """
        more = True
        while more:
            data, more = await self._next()
            self.form.push(data)
            await self.intake.settle()
            await self._look_at_fields()
            self._glance.look(self.intake.head, self._announced)
            self._tell()
        if not self.form.complete:
            raise UploadBroken
        if self.form.file_name is None:
            detail = _("Send the file in the field “file”.")
            raise InvalidOptions(detail, errors=[FieldProblem("file", "required", detail)])
        if not self.intake.received:
            raise EmptyFile
        return await self.intake.finish()

    async def mime_type(self) -> str:
        """What the bytes, which have all arrived, are. Raises `UnsupportedMediaType`, `DisguisedFile`."""
        found = await self._glance.verdict(self.intake.head, self._announced)
        if (path := self._request.path) is not None:
            await on_disk(recognition.look_through, path, found)
        return found

    @property
    def _announced(self) -> str:
        """What kind of file the form said it is (so far)."""
        return self.form.fields.get("content_type", "")

    async def abandon(self) -> None:
        """Let go of everything."""
        self._glance.forget()
        await self.quiet()
        await self.intake.abandon()

    async def quiet(self) -> None:
        """Wait until the last progress has been told, so that none follows the end."""
        if self._teller is not None:
            await self._teller.quiet()

    async def _next(self) -> tuple[bytes, bool]:
        """The next bytes of the body, and whether more follow."""
        try:
            return await next_piece(self._receive, seconds=arriving.IDLE_SECONDS)
        except TimeoutError:
            raise UploadBroken(_("No more bytes came.")) from None

    async def _look_at_fields(self) -> None:
        """Refuse wrong fields that stand before the file when the file begins, not after its last byte."""
        if not self._fields_seen and self.form.file_name is not None:
            self._fields_seen = True
            if self.form.fields:
                await in_database(wishes.parse, dict(self.form.fields))

    def _tell(self) -> None:
        """Tell those who watch."""
        if self._teller is not None:
            total = self.form.file_bytes_expected or self._length
            self._teller.tell(received=self.intake.received, total=total)


class UploadDoor:
    """The app behind the path."""

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one upload."""
        if scope["method"] != "POST":
            raise MethodNotAllowed("POST")
        request = await in_database(_begin, scope)
        try:
            status, document = await self._taken(scope, receive, request)
        except Disconnected:
            return
        await send_json(send, status, document)

    async def _taken(self, scope: Scope, receive: Receive, request: _Request) -> tuple[int, dict[str, Any]]:
        """Receive, judge and accept; whatever goes wrong leaves no bytes behind."""
        reception: Reception | None = None
        problem: Problem = UploadBroken()
        done = False
        try:
            with self._turnstile.passing(request.user.pk):
                reception = await on_disk(Reception, scope, receive, request)
                sha256 = await reception.all_bytes()
                mime_type = await reception.mime_type()
                await reception.quiet()
                await _send(request, reception)
                answer = await in_database(_accept, request, reception, sha256, mime_type)
            done = True
        except Disconnected:
            raise
        except Exception as error:
            problem = problem_of(error)
            raise
        finally:
            if not done:
                await asyncio.shield(_clean_up(request, reception, problem))
        return answer


async def _send(request: _Request, reception: Reception) -> None:
    """With a bucket: send the bytes there before the transaction, in threads that nothing else waits for."""
    if request.session is not None and places.is_remote():
        form, staged = reception.form, uploads.part_path(request.session.pk)
        name = form.fields.get("filename", "").strip() or form.file_name or ""
        await in_transit(transit.stage, session=request.session, staged=staged, filename=name)


def _accept(
    request: _Request, reception: Reception, sha256: str, mime_type: str
) -> tuple[int, dict[str, Any]]:
    """Check the fields, accept the bytes, and make the answer (or give the one of the first time)."""
    form, size = reception.form, reception.intake.received
    wanted = wishes.parse(form.fields)
    fingerprint = idempotency.fingerprint_of(
        [wanted.filename or form.file_name, wanted.kind, wanted.metadata, wanted.options, size, sha256]
    )
    if request.before is not None:
        request.before.check(fingerprint)
        return request.before.status, request.before.document
    assert request.session is not None  # noqa: S101 - made whenever there was no answer before
    with transaction.atomic():
        # The answer is kept with what it tells of, so that no repeat ever finds one without the other.
        session = uploads.describe(session=request.session, filename=form.file_name or "", wishes=wanted)
        asset = ingest.accept(
            session=session,
            staged=uploads.part_path(session.pk),
            mime_type=mime_type,
            file_size=size,
            sha256=sha256,
        )
        seconds = registry.expected_seconds(asset)
        document = uploads.accepted_document(session=session, asset=asset, seconds=seconds)
        if request.claim:
            idempotency.finish(request.claim, fingerprint=fingerprint, status=202, document=document)
    return 202, document


async def _clean_up(request: _Request, reception: Reception | None, problem: Problem) -> None:
    """Close and remove what was written, and end the upload."""
    received = 0
    if reception is not None:
        received = reception.intake.received
        await reception.abandon()
    await in_database(_give_up, request, problem, received)


def _give_up(request: _Request, problem: Problem, received: int) -> None:
    """End the upload with a reason, and let the idempotency key go."""
    if request.session is not None:
        uploads.fail(upload_id=request.session.pk, problem=problem, received=received)
    if request.claim is not None:
        idempotency.release(request.claim)


def upload_app(turnstile: Turnstile) -> App:
    """The app for the router."""
    return raw_app(refusing_early(UploadDoor(turnstile)))

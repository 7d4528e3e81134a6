"""`POST /api/v1/assets/{id}/poster` with a form: a picture that is to stand for an asset, streamed to the storage.

The same address with JSON, which names a frame, is Django's. What is sent is told by its bytes and looked through as
every upload, and scanned before anything is made of it.
"""

import re
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from assets.doors import arriving
from assets.doors.arriving import Turnstile, next_piece
from assets.doors.intake import Intake
from assets.exceptions import EmptyFile, FileTooLarge, InvalidOptions, UploadBroken
from assets.models import Asset
from assets.services import places, recognition, uploads
from assets.services.partfiles import PartFile
from mediaportal.accounts.authentication import signed_in
from mediaportal.accounts.models import User
from mediaportal.core.bodies import Disconnected, content_length, header, refusing_early
from mediaportal.core.doors import App, Receive, Scope, Send, raw_app, send_json
from mediaportal.core.ids import new_id
from mediaportal.core.multipart import StreamedForm
from mediaportal.core.problems import FieldProblem, NotFound
from mediaportal.core.threads import in_database, in_transit, on_disk
from processing.services import posters, stilljobs

_PATH = re.compile(r"/api/v1/assets/(?P<asset>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/poster")
_FORM = "multipart/form-data"
# What stands in a form around its file.
_FORM_BYTES = 4096


def serves(path: str) -> bool:
    """Whether an address is one of those that choose a poster."""
    return _PATH.fullmatch(path) is not None


def takes(scope: Scope) -> bool:
    """Whether a request to such an address carries a picture."""
    return scope["method"] == "POST" and header(scope, b"content-type").lower().startswith(_FORM)


class PosterDoor:
    """The app behind the path."""

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one picture."""
        found = _PATH.fullmatch(scope["path"])
        if found is None:
            raise NotFound
        user, asset = await in_database(_begin, scope, UUID(found["asset"]))
        try:
            with self._turnstile.passing(user.pk):
                document = await _taken(scope, receive, user, asset)
        except Disconnected:
            return
        await send_json(send, 202, document)


def _begin(scope: Scope, asset_id: UUID) -> tuple[User, Asset]:
    """Everything that is asked before the first byte."""
    user = signed_in(scope)
    asset = Asset.objects.visible_to(user).filter(pk=asset_id).first()
    if asset is None:
        raise NotFound
    posters.require_poster(user=user, asset=asset)
    if (content_length(scope) or 0) > settings.MAX_POSTER_SIZE + _FORM_BYTES:
        raise FileTooLarge
    return user, asset


async def _taken(scope: Scope, receive: Receive, user: User, asset: Asset) -> dict[str, object]:
    """Receive, judge, lay down and order; whatever goes wrong leaves no bytes behind."""
    job_id = new_id()
    path = uploads.part_path(job_id)
    key, done = "", False
    intake = await on_disk(lambda: Intake(PartFile(path), most=settings.MAX_POSTER_SIZE))
    try:
        await _read(scope, receive, intake)
        mime_type = await on_disk(recognition.of_file, path, announced="image")
        key = await in_transit(posters.lay_down, asset_id=asset.pk, job_id=job_id, staged=path)
        document = await in_database(_order, user, asset, job_id, key, mime_type)
        done = True
    finally:
        await intake.abandon()
        await on_disk(path.unlink, missing_ok=True)
        if key and not done:
            await in_transit(places.remove, key)
    return document


async def _read(scope: Scope, receive: Receive, intake: Intake) -> None:
    """Read the form to its end. Raises a `Problem` for what must be refused, and `Disconnected`."""
    form = StreamedForm(
        header(scope, b"content-type"),
        file_field="file",
        fields=frozenset(),
        sink=intake.take,
        content_length=content_length(scope),
    )
    more = True
    while more:
        try:
            data, more = await next_piece(receive, seconds=arriving.IDLE_SECONDS)
        except TimeoutError:
            raise UploadBroken(_("No more bytes came.")) from None
        form.push(data)
        await intake.settle()
    if not form.complete:
        raise UploadBroken
    if form.file_name is None:
        detail = _("Send the file in the field “file”.")
        raise InvalidOptions(detail, errors=[FieldProblem("file", "required", detail)])
    if not intake.received:
        raise EmptyFile
    await intake.finish()


def _order(user: User, asset: Asset, job_id: UUID, key: str, mime_type: str) -> dict[str, object]:
    """Make the job, and the answer."""
    job = posters.choose_picture(user=user, asset=asset, job_id=job_id, key=key, mime_type=mime_type)
    return stilljobs.document_of(job)


def posters_app(turnstile: Turnstile) -> App:
    """The app for the router."""
    return raw_app(refusing_early(PosterDoor(turnstile)))

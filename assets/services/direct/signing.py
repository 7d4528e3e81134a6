"""What both ways straight into the bucket share: beginning, finding again, and what is signed."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import DirectUploadOff, EmptyFile, UploadGone
from assets.models import UploadSession
from assets.services import limits, places, uploads
from assets.services.names import safe_filename
from assets.services.places import bucket
from assets.services.wishes import Wishes
from mediaportal.accounts.models import User
from mediaportal.core.problems import Conflict, NotFound

SIGNED_SECONDS = 900
"""How long a signed address may be used to begin a request."""


@dataclass(frozen=True)
class Signed:
    """An address at which the bucket takes one request: with this method and exactly these headers, so long."""

    url: str
    method: str
    headers: dict[str, str]
    expires_at: datetime


def require_on() -> None:
    """Raise `DirectUploadOff` when files do not lie in a bucket."""
    if not places.is_remote():
        raise DirectUploadOff


def begin(
    *, user: access.Caller, filename: str, size: int, wishes: Wishes, sha256: str = "", **facts: Any
) -> UploadSession:
    """Begin an upload of `size` bytes; `sha256` is in hex. Raises what `uploads.begin` does, `DirectUploadOff`,
    `EmptyFile`, `FileTooLarge`.
    """
    require_on()
    if size <= 0:
        raise EmptyFile
    limits.require_size(size)
    return uploads.begin(
        user=user,
        bytes_total=size,
        source=UploadSession.Source.S3,
        filename=safe_filename(wishes.filename or filename),
        kind=wishes.kind,
        metadata=wishes.metadata,
        options=wishes.options,
        announced_sha256=sha256,
        expires_at=_kept_until(),
        **facts,
    )


def find(*, user: access.Caller, upload_id: UUID) -> UploadSession:
    """An upload of this person's own that goes straight to the bucket; raises `NotFound`, `DirectUploadOff`."""
    require_on()
    if not isinstance(user, User):
        raise NotFound
    found = UploadSession.objects.filter(
        pk=upload_id, user=user, source=UploadSession.Source.S3, guest_link=None
    )
    session = found.select_related("asset").first()
    if session is None:
        raise NotFound
    return session


def require_running(session: UploadSession) -> None:
    """Note that an upload is gone on with; raises `UploadGone` when it has ended, `Conflict` when it was accepted."""
    if session.status == UploadSession.Status.ACCEPTED:
        raise Conflict(_("This upload has ended already."))
    now = timezone.now()
    if not UploadSession.objects.filter(
        pk=session.pk, status=UploadSession.Status.UPLOADING, expires_at__gt=now
    ).update(expires_at=_kept_until(), updated_at=now):
        raise UploadGone


def sign(
    verb: str, *, key: str, method: str = "PUT", headers: dict[str, str] | None = None, **facts: Any
) -> Signed:
    """Sign one call of the bucket (boto's name of it, and what it takes) for browsers.

    `headers` are those that the client must send; they must be bound into the signature by `facts`.
    """
    place = bucket.storage()
    with bucket.calling(key):
        url = place.signer().generate_presigned_url(
            verb,
            Params={"Bucket": place.bucket_name, "Key": place.full_key(key)} | facts,
            ExpiresIn=SIGNED_SECONDS,
            HttpMethod=method,
        )
    return Signed(url, method, headers or {}, timezone.now() + timedelta(seconds=SIGNED_SECONDS))


def in_base64(digest: str) -> str:
    """A digest in hex as the bucket's headers take it."""
    return base64.b64encode(bytes.fromhex(digest)).decode()


def _kept_until() -> datetime:
    """When an upload that nobody goes on with from now is swept away."""
    return timezone.now() + timedelta(hours=settings.UPLOAD_EXPIRE_HOURS)

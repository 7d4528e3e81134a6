"""A file by one signed PUT, for simple clients, and the look at what has arrived.

A signed PUT can be repeated until its address ends, so the object is copied inside the bucket to a key that nobody
else can write, and judged there.
"""

import logging
from datetime import timedelta
from typing import Any

from boto3.s3.transfer import TransferConfig
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import EmptyFile, FileTooLarge, NotArrived, StorageUnavailable, UploadBroken
from assets.models import Asset, UploadSession
from assets.services import ingest, limits, places, transit, uploads
from assets.services.direct import signing
from assets.services.direct.signing import Signed
from assets.services.places import bucket
from assets.services.wishes import Wishes
from mediaportal.core.problems import Conflict, NotFound, Problem

log = logging.getLogger(__name__)

MOST_BYTES = 5 * 1024**3
"""What a bucket takes in one request."""
# Copying happens inside the bucket; large objects in several parts at once, as one call takes 5 GiB at most.
_COPY = TransferConfig(
    multipart_threshold=256 * 1024**2, multipart_chunksize=256 * 1024**2, max_concurrency=8
)
# A look that has not ended after so long was left behind by a process that was killed.
_LOOK_ENDS = timedelta(minutes=10)


def begin(
    *, user: access.Caller, filename: str, size: int, wishes: Wishes, sha256: str = ""
) -> tuple[UploadSession, Signed]:
    """Begin a file of `size` bytes; the upload and the address for its one PUT. The size, and the SHA-256 (hex) when
    it is given, are bound into the signature.

    Raises what `signing.begin` does.
    """
    signing.require_on()
    if size > MOST_BYTES:
        raise FileTooLarge(_("By one request a bucket takes at most 5 GiB; send the file in parts."))
    session = signing.begin(user=user, filename=filename, size=size, wishes=wishes, sha256=sha256)
    facts: dict[str, Any] = {"ContentLength": size}
    headers: dict[str, str] = {}
    if sha256:
        headers["x-amz-checksum-sha256"] = facts["ChecksumSHA256"] = signing.in_base64(sha256)
    return session, signing.sign("put_object", key=transit.incoming_key(session.pk), headers=headers, **facts)


def refresh(*, session: UploadSession) -> Asset:
    """Look for the object that should have arrived, and accept it. Doing it again gives the same asset.

    Raises `NotArrived` while it is not there, `UploadGone` when the upload has ended, `Conflict` while it is being
    looked at, and what `ingest.accept_object` raises; a refusal ends the upload and removes the object.
    """
    if session.multipart_id:
        raise NotFound
    if session.asset is not None:
        return session.asset
    if session.storage_key and session.updated_at > timezone.now() - _LOOK_ENDS:
        raise Conflict(_("This upload is being looked at just now."))
    signing.require_running(session)
    incoming = transit.incoming_key(session.pk)
    try:
        facts = bucket.head(incoming)
    except FileNotFoundError:
        raise NotArrived from None
    _judge_size(session, int(facts["ContentLength"]))
    key = _claim(session)
    done = False
    try:
        size = _copy(incoming, key, etag=str(facts["ETag"]))
        asset = ingest.accept_object(session=session, key=key, size=size)
        done = True
    finally:
        if not done:
            _let_go(session, key)
    _remove(incoming)
    return asset


def _judge_size(session: UploadSession, size: int) -> None:
    """Refuse an object of a wrong size before it is copied; ends the upload."""
    try:
        if size <= 0:
            raise EmptyFile
        limits.require_size(size)
        if size != session.bytes_total:
            raise UploadBroken(
                _("%(found)d bytes came, announced were %(wanted)d.")
                % {"found": size, "wanted": session.bytes_total}
            )
    except Problem as problem:
        uploads.fail(upload_id=session.pk, problem=problem)
        raise


def _claim(session: UploadSession) -> str:
    """A new key for the copy, written down so that only one look at a time copies, and none is left behind.

    Raises `Conflict` while another one copies.
    """
    key = transit.new_key(session.filename)
    now = timezone.now()
    running = UploadSession.objects.filter(
        pk=session.pk, status=UploadSession.Status.UPLOADING, storage_key=session.storage_key
    )
    if not running.update(storage_key=key, updated_at=now):
        raise Conflict(_("This upload is being looked at just now."))
    if session.storage_key:
        _remove(session.storage_key)
    session.storage_key = key
    return key


def _copy(source: str, key: str, *, etag: str) -> int:
    """Copy an object inside the bucket, if it is still the one that was looked at; returns its size in bytes."""
    place = bucket.storage()
    try:
        with bucket.calling(source):
            place.client.copy(
                {"Bucket": place.bucket_name, "Key": place.full_key(source)},
                place.bucket_name,
                place.full_key(key),
                ExtraArgs={"CopySourceIfMatch": etag},
                Config=_COPY,
            )
        return bucket.size_of(key)
    except FileNotFoundError:
        raise NotArrived from None


def _let_go(session: UploadSession, key: str) -> None:
    """Undo a look that came to nothing, so that another one may follow at once."""
    UploadSession.objects.filter(
        pk=session.pk, status=UploadSession.Status.UPLOADING, storage_key=key
    ).update(storage_key="")
    if not Asset.objects.filter(storage_key=key).exists():
        _remove(key)


def _remove(key: str) -> None:
    """Remove an object; what stays because the bucket is away is swept later."""
    try:
        places.remove(key)
    except StorageUnavailable as error:
        log.warning("%s is left in the bucket", key, exc_info=error)

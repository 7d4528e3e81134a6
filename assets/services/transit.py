"""Files on their way into a bucket: sent before the transaction that accepts them, removed when it does not come to
that, and swept away when nobody goes on with them.

The key of an original is decided before its asset exists and stands in the upload's row, so whatever is left behind
can be found again.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from botocore.exceptions import ClientError
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.exceptions import StorageUnavailable
from assets.models import Asset, UploadSession
from assets.services import places
from assets.services.names import original_key, safe_filename
from assets.services.places import bucket
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Conflict

log = logging.getLogger(__name__)

# Where an object lies that came by a single PUT: whoever has its address may write it again for a while.
INCOMING = "incoming"
_TOUCH_SECONDS = 30.0
# What a bucket says of a multipart upload that has ended.
NO_UPLOAD = {"NoSuchUpload"}


def incoming_key(upload_id: UUID) -> str:
    """The key under which an upload's object comes by a single PUT."""
    return f"{INCOMING}/{upload_id}"


def new_key(filename: str) -> str:
    """A key for an original that nobody else has, and with it the id of the asset that it will belong to."""
    return original_key(new_id(), safe_filename(filename))


def stage(*, session: UploadSession, staged: Path, filename: str = "") -> None:
    """Send a local file that has arrived whole to the place of its future asset; on local storage do nothing.

    Blocks for as long as sending takes, so it must not run inside a transaction; the upload is known to live
    meanwhile. What has been sent already is not sent again. `filename` outdoes the session's. The local file stays.
    Raises `Conflict` when the upload has ended, or `StorageUnavailable`.
    """
    if not places.is_remote():
        return
    session.refresh_from_db(fields=["storage_key", "status", "asset_id"])
    if session.asset_id is not None:
        return
    if session.status != UploadSession.Status.UPLOADING:
        raise Conflict(_("This upload has ended already."))
    if session.storage_key and _is_there(session.storage_key, staged.stat().st_size):
        return
    key = session.storage_key or new_key(filename or session.filename)
    moved = UploadSession.objects.filter(pk=session.pk, status=UploadSession.Status.UPLOADING).update(
        storage_key=key, updated_at=timezone.now()
    )
    if not moved:
        raise Conflict(_("This upload has ended already."))
    session.storage_key = key
    with _kept_alive(session.pk):
        bucket.copy(staged, key)


def _is_there(key: str, size: int) -> bool:
    """Whether an object of this size (bytes) has arrived; objects appear whole."""
    try:
        return bucket.size_of(key) == size
    except FileNotFoundError:
        return False


@contextmanager
def _kept_alive(upload_id: UUID) -> Iterator[None]:
    """Touch the upload's row while the block runs, so that it is not swept away."""
    done = threading.Event()

    def touch() -> None:
        try:
            while not done.wait(_TOUCH_SECONDS):
                UploadSession.objects.filter(pk=upload_id, status=UploadSession.Status.UPLOADING).update(
                    updated_at=timezone.now()
                )
        finally:
            connection.close()

    thread = threading.Thread(target=touch, name="upload-in-transit", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=10)


def discard(*, upload_id: UUID) -> None:
    """Remove from the bucket what an upload that has failed has left there; never raises for a bucket that is away.

    What an asset's row names stays.
    """
    session = UploadSession.objects.filter(pk=upload_id).first()
    if session is None or not places.is_remote():
        return
    try:
        if session.multipart_id:
            abort_multipart(key=session.storage_key, multipart_id=session.multipart_id)
        if session.storage_key and not Asset.objects.filter(storage_key=session.storage_key).exists():
            places.remove(session.storage_key)
        if session.source == UploadSession.Source.S3:
            places.remove(incoming_key(session.pk))
    except StorageUnavailable as error:
        log.warning("what upload %s has sent may be left in the bucket", upload_id, exc_info=error)


def abort_multipart(*, key: str, multipart_id: str) -> None:
    """End a multipart upload and forget its parts; nothing happens when there is none (any more)."""
    place = bucket.storage()
    try:
        with bucket.calling(key):
            place.client.abort_multipart_upload(
                Bucket=place.bucket_name, Key=place.full_key(key), UploadId=multipart_id
            )
    except FileNotFoundError:
        pass
    except StorageUnavailable as error:
        if not (isinstance(error.__cause__, ClientError) and bucket.code_of(error.__cause__) in NO_UPLOAD):
            raise


def sweep(*, before: datetime) -> int:
    """Remove objects that came by a PUT before a time and belong to no running upload, and parts that nobody went on
    with for `UPLOAD_EXPIRE_HOURS`; returns how many. Nothing happens on local storage, or while the bucket is away.
    """
    if not places.is_remote():
        return 0
    try:
        return _sweep_incoming(before) + _sweep_multiparts()
    except StorageUnavailable as error:
        log.warning("the bucket could not be swept", exc_info=error)
        return 0


def _sweep_incoming(before: datetime) -> int:
    """Remove what came by a PUT and belongs to no running upload."""
    removed = 0
    for entry in _listed("list_objects_v2", "Contents", f"{INCOMING}/"):
        name = str(entry["Key"]).rsplit("/", 1)[-1]
        if entry["LastModified"] < before and not is_running(name):
            places.remove(f"{INCOMING}/{name}")
            removed += 1
    return removed


def _sweep_multiparts() -> int:
    """End multipart uploads that have been left: by a browser, or by a process that was killed while it sent."""
    place = bucket.storage()
    before = timezone.now() - timedelta(hours=settings.UPLOAD_EXPIRE_HOURS)
    prefix = place.full_key("").rstrip("/")
    ended = 0
    for entry in _listed("list_multipart_uploads", "Uploads", ""):
        known = UploadSession.objects.filter(
            multipart_id=entry["UploadId"], status=UploadSession.Status.UPLOADING
        )
        if entry["Initiated"] < before and not known.exists():
            key = str(entry["Key"]).removeprefix(f"{prefix}/" if prefix else "")
            abort_multipart(key=key, multipart_id=entry["UploadId"])
            ended += 1
    return ended


def _listed(verb: str, name: str, key: str) -> Iterator[dict[str, Any]]:
    """Every entry of a listing below a key (empty: of the whole installation)."""
    place = bucket.storage()
    prefix = place.full_key(key).rstrip("/")
    with bucket.calling(key):
        pages = place.client.get_paginator(verb).paginate(
            Bucket=place.bucket_name, Prefix=f"{prefix}/" if prefix else ""
        )
        for page in pages:
            yield from page.get(name, [])


def is_running(name: str) -> bool:
    """Whether a name is the id of an upload that has not ended."""
    try:
        upload_id = UUID(name)
    except ValueError:
        return False
    return UploadSession.objects.filter(pk=upload_id, status=UploadSession.Status.UPLOADING).exists()

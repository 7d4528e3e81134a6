"""Acceptance: the one function in which every way in ends, whatever door the bytes came through."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assets.exceptions import EmptyFile
from assets.models import Asset, Kind, UploadSession, UploadStatus, Visibility
from assets.services import places
from assets.services.names import asset_folder, safe_filename, safe_words
from assets.signals import asset_stored
from mediaportal.audit.services.log import record
from mediaportal.core.filetype import KINDS
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Conflict


def accept(*, session: UploadSession, staged_key: str, mime_type: str, file_size: int, sha256: str) -> Asset:
    """Make an asset of bytes that have arrived whole, hand it to the work, and return it.

    `staged_key` is where the bytes lie in the default storage; they are moved, never copied, to the asset's own
    folder. `mime_type` comes from the bytes themselves and must be in `KINDS`. `file_size` is in bytes, `sha256`
    in hex. Accepting the same session again returns the asset that it became.
    Raises `EmptyFile`, or `Conflict` for a session that has failed.
    """
    if file_size <= 0:
        raise EmptyFile
    with transaction.atomic():
        row = UploadSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if row.asset_id is not None:
            return Asset.objects.get(pk=row.asset_id)
        if row.status != UploadSession.Status.UPLOADING:
            raise Conflict(_("This upload has ended already."))
        asset = _new_asset(row, mime_type=mime_type, file_size=file_size, sha256=sha256)
        asset.save(force_insert=True)
        UploadSession.objects.filter(pk=row.pk, status=UploadSession.Status.UPLOADING).update(
            status=UploadSession.Status.ACCEPTED, asset=asset, bytes_received=file_size, bytes_total=file_size
        )
        record(
            action="asset.uploaded",
            target=asset,
            actor=row.user,
            filename=asset.original_filename,
            size=file_size,
            sha256=sha256,
        )
        asset_stored.send(
            sender=Asset, asset=asset, options=row.options, user=row.user, began_at=row.created_at
        )
        # The last act inside the transaction: when it fails nothing is kept. Only when the commit itself fails do
        # the bytes lie in the folder of an asset that does not exist.
        places.put(places.path_of(staged_key), asset.storage_key)
    session.refresh_from_db()
    return asset


def _new_asset(session: UploadSession, *, mime_type: str, file_size: int, sha256: str) -> Asset:
    """An unsaved asset from a session's wishes and the facts about its bytes."""
    wishes = session.metadata
    filename = safe_filename(session.filename)
    asset_id = new_id()
    stem = filename.rsplit(".", 1)[0] or filename
    return Asset(
        id=asset_id,
        kind=Kind(KINDS[mime_type]),
        title=(safe_words(str(wishes.get("title") or "")).strip() or stem)[:255],
        description=safe_words(str(wishes.get("description") or "")),
        original_filename=filename,
        mime_type=mime_type,
        file_size=file_size,
        sha256=sha256,
        storage_bucket=settings.MEDIA_BUCKET,
        storage_key=f"{asset_folder(asset_id)}/original/{filename}",
        uploaded_by=session.user,
        job_id=session.job_id,
        visibility=wishes.get("visibility") or Visibility.PRIVATE,
        upload_status=UploadStatus.PROCESSING,
    )

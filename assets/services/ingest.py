"""Acceptance: the one function in which every way in ends, whatever door the bytes came through."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assets.exceptions import ChecksumMismatch, EmptyFile
from assets.models import Asset, Kind, PolicyVerdict, UploadSession, UploadStatus, Visibility
from assets.services import limits, places, recognition, shelves, uploads
from assets.services.names import asset_folder, safe_filename, safe_words
from assets.signals import asset_stored
from mediaportal.audit.services.log import record
from mediaportal.core.filetype import KINDS
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Conflict, Problem


def accept_file(*, session: UploadSession, path: Path, sha256: str) -> Asset:
    """Recognise a local file that has arrived whole, and accept it: the end of every way in that has a file in hand.

    Blocks, and runs a program in the sandbox. Whatever is refused ends the upload with its reason, and the
    `Problem` is raised: `EmptyFile`, `FileTooLarge`, `ChecksumMismatch`, and those of `accept`.
    Accepting again what was accepted returns the asset that it became.
    """
    if (done := _accepted(session)) is not None:
        return done
    try:
        size = path.stat().st_size
        if size <= 0:
            raise EmptyFile
        limits.require_size(size)
        if session.announced_sha256 not in {"", sha256}:
            raise ChecksumMismatch
        mime_type = recognition.of_file(path, announced=session.kind)
        return accept(session=session, staged=path, mime_type=mime_type, file_size=size, sha256=sha256)
    except Problem as problem:
        uploads.fail(upload_id=session.pk, problem=problem)
        raise


def _accepted(session: UploadSession) -> Asset | None:
    """The asset that an upload has become, if it has."""
    return Asset.objects.filter(upload=session.pk).first()


def accept(*, session: UploadSession, staged: Path, mime_type: str, file_size: int, sha256: str) -> Asset:
    """Make an asset of bytes that have arrived whole, hand it to the work, and return it.

    `staged` is where the bytes lie, below `INCOMING_ROOT`; they are moved, never copied, to the asset's own folder
    (over a border between file systems copying cannot be helped). `mime_type` comes from the bytes themselves and
    must be in `KINDS`. `file_size` is in bytes, `sha256` in hex. Accepting the same session again returns the asset
    that it became.
    Raises `EmptyFile`, `QuotaExceeded`, `LinkEnded` for a guest link that was ended in the meantime,
    `UnsupportedMediaType` for a kind that the link does not take, or `Conflict` for a session that has failed.
    """
    if file_size <= 0:
        raise EmptyFile
    with transaction.atomic():
        row = UploadSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if row.asset_id is not None:
            return Asset.objects.get(pk=row.asset_id)
        if row.status != UploadSession.Status.UPLOADING:
            raise Conflict(_("This upload has ended already."))
        limits.require_kind(guest_link=row.guest_link, kind=KINDS[mime_type])
        limits.require_quota(user=row.user, size=file_size, guest_link=row.guest_link, coming=row)
        asset = _new_asset(row, mime_type=mime_type, file_size=file_size, sha256=sha256)
        asset.save(force_insert=True)
        shelves.arrange(asset=asset, wishes=row.metadata, guest_link=row.guest_link)
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
        places.put(staged, asset.storage_key)
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
        guest_link=session.guest_link,
        # What a stranger sends is shown to nobody until a manager has looked at it.
        policy_verdict=PolicyVerdict.REVIEW if session.guest_link_id else PolicyVerdict.PASS,
        upload_status=UploadStatus.PROCESSING,
    )

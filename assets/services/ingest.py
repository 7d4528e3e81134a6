"""Acceptance: the one function in which every way in ends, whatever door the bytes came through."""

from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import ChecksumMismatch, EmptyFile, StorageUnavailable
from assets.models import Asset, Hold, Kind, PolicyVerdict, UploadSession, UploadStatus, Visibility
from assets.services import limits, places, recognition, shelves, transit, uploads, wording
from assets.services.names import asset_folder, asset_of, original_key, safe_filename, safe_words
from assets.signals import asset_stored
from mediaportal.accounts.ages import AgeRating
from mediaportal.audit.services.log import record
from mediaportal.core.filetype import HEAD_BYTES, KINDS
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Conflict, Problem


def accept_file(*, session: UploadSession, path: Path, sha256: str) -> Asset:
    """Recognise a local file that has arrived whole, and accept it: the end of every way in that has a file in hand.

    Blocks, and runs a program in the sandbox. Whatever is refused ends the upload with its reason, and the
    `Problem` is raised: `EmptyFile`, `FileTooLarge`, `ChecksumMismatch`, and those of `accept`. With a bucket the
    file is sent there, which takes time; `StorageUnavailable` does not end the upload: it can be accepted later.
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
    except StorageUnavailable:
        raise
    except Problem as problem:
        uploads.fail(upload_id=session.pk, problem=problem)
        raise


def accept_object(*, session: UploadSession, key: str, size: int) -> Asset:
    """Recognise an object that has come straight to its place in the bucket, and accept it.

    `key` is one of `transit.new_key`, under which nobody can write any more; `size` is in bytes. Only its two ends
    are read: the hash, and what a look through the whole file shows, are left to the first worker. Raises as
    `accept_file` does; a refusal removes the object. `Conflict` also when the upload has another object by now.
    """
    if (done := _accepted(session)) is not None:
        return done
    try:
        if size <= 0:
            raise EmptyFile
        limits.require_size(size)
        mime_type = _type_of_object(key, size, announced=session.kind)
        return _keep(session, key=key, mime_type=mime_type, file_size=size, sha256="")
    except (StorageUnavailable, Conflict):
        raise
    except Problem as problem:
        uploads.fail(upload_id=session.pk, problem=problem)
        raise


def _type_of_object(key: str, size: int, *, announced: str) -> str:
    """What the two ends of an object say that it is."""
    opened = places.open_file(key, within=asset_folder(asset_of(key)))
    try:
        head = opened.read(0, min(size, HEAD_BYTES))
        tail = opened.read(max(0, size - recognition.TAIL_BYTES), min(size, recognition.TAIL_BYTES))
    finally:
        opened.close()
    return recognition.of_bytes(head=head, tail=tail, size=size, announced=announced)


def _accepted(session: UploadSession) -> Asset | None:
    """The asset that an upload has become, if it has."""
    return Asset.objects.filter(upload=session.pk).first()


def accept(*, session: UploadSession, staged: Path, mime_type: str, file_size: int, sha256: str) -> Asset:
    """Make an asset of bytes that have arrived whole, hand it to the work, and return it.

    `staged` is where the bytes lie, below `INCOMING_ROOT`; they are moved, never copied, to the asset's own folder
    (over a border between file systems copying cannot be helped), and gone from there once the acceptance is sure.
    `mime_type` comes from the bytes themselves and must be in `KINDS`. `file_size` is in bytes, `sha256` in hex.
    Accepting the same session again returns the asset that it became. With a bucket they are sent there first
    (`transit.stage`; whoever calls this inside a transaction has done so before), and the local file goes once the
    asset is sure. Raises `EmptyFile`, `MayNotUpload` for one who may do so no more, `QuotaExceeded`, `LinkEnded` for
    a guest link that was ended in the meantime, `UnsupportedMediaType` for a kind that the link does not take, or
    `Conflict` for a session that has failed.
    """
    if file_size <= 0:
        raise EmptyFile
    transit.stage(session=session, staged=staged)
    return _keep(
        session,
        key=session.storage_key if places.is_remote() else "",
        mime_type=mime_type,
        file_size=file_size,
        sha256=sha256,
        staged=staged,
    )


def _keep(
    session: UploadSession,
    *,
    key: str,
    mime_type: str,
    file_size: int,
    sha256: str,
    staged: Path | None = None,
) -> Asset:
    """The transaction of acceptance. `key` is where the bytes lie already, or empty for a `staged` file that is to be
    moved; a file that was sent to a bucket is removed here.
    """
    with transaction.atomic():
        row = UploadSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if row.asset_id is not None:
            return Asset.objects.get(pk=row.asset_id)
        if row.status != UploadSession.Status.UPLOADING or (key and row.storage_key != key):
            raise Conflict(_("This upload has ended already."))
        access.require_upload(row.user)
        limits.require_kind(guest_link=row.guest_link, kind=KINDS[mime_type])
        limits.require_quota(user=row.user, size=file_size, guest_link=row.guest_link, coming=row)
        asset = _new_asset(row, key=key, mime_type=mime_type, file_size=file_size, sha256=sha256)
        asset.save(force_insert=True)
        shelves.arrange(asset=asset, wishes=row.metadata, guest_link=row.guest_link)
        wording.index([asset.pk])
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
        if staged is not None:
            if not key:
                # The last act inside the transaction: when it fails nothing is kept. The staged file stays until the
                # commit, so that a process killed before it loses no upload; its second name then leads nowhere.
                places.take_over(staged, asset.storage_key)
            transaction.on_commit(partial(staged.unlink, missing_ok=True))
    session.refresh_from_db()
    return asset


def _new_asset(session: UploadSession, *, key: str, mime_type: str, file_size: int, sha256: str) -> Asset:
    """An unsaved asset from a session's wishes and the facts about its bytes."""
    wishes = session.metadata
    filename = safe_filename(session.filename)
    asset_id = asset_of(key) if key else new_id()
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
        storage_key=key or original_key(asset_id, filename),
        uploaded_by=session.user,
        job_id=session.job_id,
        visibility=wishes.get("visibility") or Visibility.PRIVATE,
        age_rating=wishes.get("age_rating") or AgeRating.ALL,
        guest_link=session.guest_link,
        # What a stranger sends is shown to nobody until a manager has looked at it.
        policy_verdict=PolicyVerdict.REVIEW if session.guest_link_id else PolicyVerdict.PASS,
        holds=[Hold.GUEST] if session.guest_link_id else [],
        upload_status=UploadStatus.PROCESSING,
    )

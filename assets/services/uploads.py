"""Uploads on their way in: begun, watched, ended, and swept away when nobody goes on with them."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import UploadBroken
from assets.models import Asset, GuestLink, ProcessingVerdict, ScanVerdict, UploadSession, UploadStatus
from assets.services import limits, room, transit
from assets.services.names import safe_filename
from assets.services.reasons import said
from assets.services.wishes import Wishes
from assets.signals import upload_failed, upload_progressed
from mediaportal.core import idempotency
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Conflict, Problem

STATUS_URL = "/api/v1/media/job/{}/status"
PROGRESS_URL = "/api/v1/media/upload/{}/progress"
# An upload whose row has not been touched for so long is not being received by any process.
SILENT_AFTER = timedelta(minutes=5)
_FAILED_KEPT = timedelta(days=30)
_GUEST_WORDS = frozenset({"title", "description", "email"})
_PROGRESS_KEPT = 600  # seconds in the cache after the last byte


def part_path(upload_id: UUID) -> Path:
    """Where the bytes of an upload lie until they are accepted."""
    return Path(settings.INCOMING_ROOT) / f"{upload_id}.part"


def begin(
    *,
    user: access.Caller,
    upload_id: UUID | None = None,
    bytes_total: int | None = None,
    guest_link: GuestLink | None = None,
    **facts: Any,
) -> UploadSession:
    """Begin an upload; `upload_id` may be chosen by the client, who can then watch it from the first byte.

    `bytes_total` is the size in bytes as far as it is known; for a form it is that of the whole request. With a
    `guest_link` the upload belongs to whoever made the link. `facts` are further columns of the session: source,
    filename, kind, metadata, options, expires_at … A guest's wishes are heard only as far as they are words about
    the file. Raises `MayNotUpload`, `UploadsStopped`, `QuotaExceeded`, `LinkEnded`, `UnsupportedMediaType` for a kind
    that the link does not take, or `Conflict` for an id that is taken.
    """
    if guest_link is not None:
        user, facts = guest_link.created_by, _of_a_guest(facts)
    person = access.require_upload(user)
    session = UploadSession(
        id=upload_id or new_id(),
        user=person,
        bytes_total=bytes_total,
        guest_link=guest_link,
        **({"filename": ""} | facts),
    )
    limits.require_kind(guest_link=guest_link, kind=session.kind)
    try:
        with transaction.atomic():
            limits.require_quota(
                user=person, size=_least_size(session), guest_link=guest_link, coming=session
            )
            session.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("This upload_id is in use; choose another one.")) from None
    return session


def _of_a_guest(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a guest's upload: who sees it, where it stands and what is made of it is not theirs to say."""
    words = {key: value for key, value in facts.get("metadata", {}).items() if key in _GUEST_WORDS}
    return facts | {"metadata": words, "options": {}}


def _least_size(session: UploadSession) -> int:
    """The bytes that a new upload will have at least; the rest is asked at acceptance."""
    around = room.FORM_BYTES if session.source == UploadSession.Source.FORM else 0
    return max(1, (session.bytes_total or 0) - around)


def describe(*, session: UploadSession, filename: str, wishes: Wishes) -> UploadSession:
    """Write down what the form said; `filename` is the name of the file's part, which a `filename` field outdoes.

    Raises `Conflict` when the upload has ended in the meantime.
    """
    session.filename = safe_filename(wishes.filename or filename)
    session.metadata, session.options, session.kind = wishes.metadata, wishes.options, wishes.kind
    moved = UploadSession.objects.filter(pk=session.pk, status=UploadSession.Status.UPLOADING).update(
        filename=session.filename,
        kind=wishes.kind,
        metadata=wishes.metadata,
        options=wishes.options,
        updated_at=timezone.now(),
    )
    if not moved:
        raise Conflict(_("This upload has ended already."))
    return session


def note_progress(*, session: UploadSession, received: int, total: int | None, durable: bool) -> None:
    """Tell those who watch how many bytes have come. `durable` also writes it to the row, which keeps it alive."""
    cache.set(_cache_key(session.pk), {"received": received, "total": total}, _PROGRESS_KEPT)
    if durable:
        UploadSession.objects.filter(pk=session.pk, status=UploadSession.Status.UPLOADING).update(
            bytes_received=received, bytes_total=total, updated_at=timezone.now()
        )
    upload_progressed.send(
        sender=UploadSession,
        session_id=session.pk,
        user_id=session.user_id,
        bytes_received=received,
        bytes_total=total,
    )


def fail(*, upload_id: UUID, problem: Problem, received: int | None = None) -> bool:
    """End an upload that was refused or broke off, and remove its bytes; False when it had ended already."""
    changes: dict[str, Any] = {} if received is None else {"bytes_received": received}
    moved = UploadSession.objects.filter(pk=upload_id, status=UploadSession.Status.UPLOADING).update(
        status=UploadSession.Status.FAILED,
        error_code=problem.code,
        error_detail=str(problem.detail),
        updated_at=timezone.now(),
        **changes,
    )
    if moved:
        part_path(upload_id).unlink(missing_ok=True)
        transit.discard(upload_id=upload_id)
        upload_failed.send(
            sender=UploadSession, session_id=upload_id, code=problem.code, detail=str(problem.detail)
        )
    return bool(moved)


def is_alive(*, upload_id: UUID) -> bool:
    """Whether some process is receiving this upload just now, or has only just accepted it and is answering."""
    return UploadSession.objects.filter(
        pk=upload_id,
        status__in=[UploadSession.Status.UPLOADING, UploadSession.Status.ACCEPTED],
        updated_at__gt=timezone.now() - SILENT_AFTER,
    ).exists()


# --- What others see ----------------------------------------------------------------------------------------------
def progress_document(*, session: UploadSession) -> dict[str, Any]:
    """The body of `GET /api/v1/media/upload/{upload_id}/progress`; load the session with its asset.

    `progress` is in percent, of the bytes while they come and of the processing afterwards.
    """
    received, total = session.bytes_received, session.bytes_total
    if session.status == UploadSession.Status.UPLOADING and (live := cache.get(_cache_key(session.pk))):
        received, total = max(received, live["received"]), live["total"]
    return {
        "upload_id": str(session.pk),
        "status": status_word(session),
        "bytes_received": received,
        "bytes_total": total,
        "progress": _percent(session, received, total),
        "asset_id": str(session.asset_id) if session.asset_id else None,
        "job_id": str(session.job_id) if session.asset_id else None,
        "error": _error(session),
    }


def status_word(session: UploadSession) -> str:
    """One of pending, uploading, scanning, processing, completed, failed."""
    if session.status == UploadSession.Status.FAILED:
        return "failed"
    asset = session.asset
    if asset is None:
        begun = session.bytes_received or cache.get(_cache_key(session.pk))
        return "uploading" if begun else "pending"
    if UploadStatus.FAILED in {asset.upload_status, asset.processing_verdict}:
        return "failed"
    if asset.scan_verdict in {ScanVerdict.INFECTED, ScanVerdict.UNSCANNABLE}:
        return "failed"
    if asset.processing_verdict == ProcessingVerdict.DONE:
        return "completed"
    return "processing" if access.gate_passed(asset) else "scanning"


def _percent(session: UploadSession, received: int, total: int | None) -> int:
    """How far it is, in percent; never 100 before it is there."""
    asset = session.asset
    if asset is not None:
        return 100 if asset.processing_verdict == ProcessingVerdict.DONE else asset.upload_progress
    return min(99, received * 100 // total) if total else 0


def _error(session: UploadSession) -> dict[str, str] | None:
    """Why it failed, or None."""
    source: UploadSession | Asset = session.asset or session
    return {"code": source.error_code, "detail": said(source.error_detail)} if source.error_code else None


def _cache_key(upload_id: UUID) -> str:
    """Where the number of bytes so far stands."""
    return f"upload:{upload_id}"


def accepted_document(*, session: UploadSession, asset: Asset, seconds: float | None) -> dict[str, Any]:
    """The answer to an upload that was accepted; `seconds` is how long its processing may take, if that is known."""
    done = None if seconds is None else timezone.now() + timedelta(seconds=seconds)
    return {
        "upload_id": str(session.pk),
        "asset_id": str(asset.pk),
        "job_id": str(asset.job_id),
        "status": status_word(session),
        "progress_url": PROGRESS_URL.format(session.pk),
        "status_url": STATUS_URL.format(asset.job_id),
        "estimated_completion": done.isoformat(timespec="seconds").replace("+00:00", "Z") if done else None,
    }


def expected_document(*, session: UploadSession) -> dict[str, Any]:
    """The answer to an upload whose bytes are yet to come: as `accepted_document`, without an asset."""
    return {
        "upload_id": str(session.pk),
        "asset_id": None,
        "job_id": str(session.job_id),
        "status": status_word(session),
        "progress_url": PROGRESS_URL.format(session.pk),
        "status_url": STATUS_URL.format(session.job_id),
        "estimated_completion": None,
    }


# --- Sweeping -----------------------------------------------------------------------------------------------------
def sweep_stale(*, older_than: timedelta | None = None) -> int:
    """End uploads that nobody goes on with, and remove files that belong to none; returns how many.

    One that can be resumed ends when its `expires_at` has passed. A process that receives a form touches its row
    every few seconds and gives up after a minute of silence, so what is older was left behind by a process that was
    killed. `older_than` is `UPLOAD_STALE_MINUTES` unless told.
    """
    age = timedelta(minutes=settings.UPLOAD_STALE_MINUTES) if older_than is None else older_than
    limit = timezone.now() - age
    stale = UploadSession.objects.filter(status=UploadSession.Status.UPLOADING).filter(
        Q(expires_at=None, updated_at__lt=limit) | Q(expires_at__lt=timezone.now())
    )
    ended = sum(fail(upload_id=pk, problem=UploadBroken()) for pk in stale.values_list("pk", flat=True))
    ended += _remove_orphans(limit.timestamp()) + transit.sweep(before=limit)
    idempotency.forget_old()
    UploadSession.objects.filter(
        status=UploadSession.Status.FAILED, updated_at__lt=timezone.now() - _FAILED_KEPT
    ).delete()
    return ended


def _remove_orphans(limit: float) -> int:
    """Remove files in the incoming folder that were last written before a time and that no running upload owns.

    One with a second name is being taken over from where it lay (`folders.copying.link_in`), and takes no room.
    """
    folder = Path(settings.INCOMING_ROOT)
    if not folder.is_dir():
        return 0
    removed = 0
    for path in folder.iterdir():
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        old = found.st_mtime < limit
        if old and found.st_nlink == 1 and not transit.is_running(path.stem):
            path.unlink(missing_ok=True)
            removed += 1
    return removed

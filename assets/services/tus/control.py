"""Resumable uploads begun, found and ended, and what each answer tells of them."""

import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import EmptyFile, LinkEnded, MayNotUpload, UploadGone, UploadTerminated
from assets.models import GuestLink, UploadSession
from assets.services import guests, limits, uploads
from assets.services.names import safe_filename
from assets.services.reasons import said
from assets.services.tus import hashes, leases
from assets.services.tus.metadata import wished
from mediaportal.core.problems import NotFound, NotPermitted
from mediaportal.core.tus import Creation

PATH = "/api/v1/uploads/"


def path_of(upload_id: UUID) -> str:
    """The address of an upload: whoever has it may go on with it."""
    return f"{PATH}{upload_id}"


def link_of(token: str, *, address: str) -> GuestLink | None:
    """The guest link through which somebody at an address uploads, None for an empty token; raises `NotFound`,
    `LinkEnded`, `RateLimited`.
    """
    if not token:
        return None
    guests.count_visit(token=token, address=address)
    return guests.link_of(token)


def create(
    *,
    user: access.Caller,
    guest_link: GuestLink | None,
    creation: Creation,
    parts: Sequence[UUID] = (),
) -> UploadSession:
    """Begin an upload of one file, of a part of one, or (with `parts`) of one that is joined from finished parts.

    Raises `MayNotUpload`, `InvalidOptions`, `EmptyFile`, `FileTooLarge`, `StorageFull`, and what `uploads.begin`
    raises.
    """
    wanted, sha256 = wished(creation.metadata)
    if creation.length is not None:
        if not creation.length:
            raise EmptyFile
        limits.require_size(creation.length)
    limits.require_room(creation.length or 0)
    return uploads.begin(
        user=user,
        # Knowing the id is the right to write, so it must not be guessed: no time in it.
        upload_id=uuid.uuid4(),
        bytes_total=creation.length,
        guest_link=guest_link,
        source=UploadSession.Source.TUS,
        concat=creation.concat,
        parts=[str(part) for part in parts],
        expires_at=leases.expiry(),
        raw_metadata=creation.raw_metadata,
        filename=safe_filename(wanted.filename),
        kind=wanted.kind,
        metadata=wanted.metadata,
        options=wanted.options,
        announced_sha256=sha256,
    )


def find(upload_id: UUID) -> UploadSession:
    """An upload that runs or was accepted, with its owner, asset and guest link.

    Raises `NotFound`, `UploadGone` for one that has ended or expired, `MayNotUpload` when its owner may no longer
    upload, `LinkEnded` when its guest link was ended.
    """
    sessions = UploadSession.objects.select_related("user", "asset", "guest_link")
    session = sessions.filter(pk=upload_id, source=UploadSession.Source.TUS).first()
    if session is None:
        raise NotFound
    if session.status == UploadSession.Status.FAILED:
        raise UploadGone(said(session.error_detail))
    expires_at = session.expires_at
    running = session.status == UploadSession.Status.UPLOADING
    if running and expires_at is not None and expires_at < timezone.now():
        raise UploadGone
    if not access.can_upload(session.user):
        raise MayNotUpload
    if session.guest_link is not None and session.guest_link.ended_at is not None:
        raise LinkEnded
    return session


def terminate(upload_id: UUID) -> None:
    """End an upload at its client's wish and remove its bytes.

    Raises what `find` raises, and `NotPermitted` for one that has been accepted: its asset is removed elsewhere.
    """
    session = find(upload_id)
    if not uploads.fail(upload_id=session.pk, problem=UploadTerminated()):
        raise NotPermitted(_("This upload has become an asset already; remove that."))
    hashes.forget(session.pk)


def facts(session: UploadSession) -> dict[str, str]:
    """The headers that tell where an upload stands."""
    accepted = session.status == UploadSession.Status.ACCEPTED
    found = {"Upload-Offset": str(session.bytes_received)}
    if session.concat == UploadSession.Concat.FINAL and not accepted:
        found = {}  # a joined upload has an offset when it is joined
    if session.expires_at is not None and not accepted:
        found["Upload-Expires"] = http_date(session.expires_at.timestamp())
    if accepted and session.guest_link_id is None:  # a guest hears nothing of what becomes of the file
        found |= {"X-Asset-Id": str(session.asset_id), "X-Job-Id": str(session.job_id)}
    return found


def whole_facts(session: UploadSession) -> dict[str, str]:
    """As `facts`, with everything that HEAD tells beside it."""
    found: dict[str, Any] = facts(session)
    if session.bytes_total is None:
        found["Upload-Defer-Length"] = "1"
    else:
        found["Upload-Length"] = str(session.bytes_total)
    if session.raw_metadata:
        found["Upload-Metadata"] = session.raw_metadata
    if session.concat == UploadSession.Concat.PARTIAL:
        found["Upload-Concat"] = "partial"
    elif session.concat == UploadSession.Concat.FINAL:
        found["Upload-Concat"] = "final;" + " ".join(path_of(UUID(part)) for part in session.parts)
    return found

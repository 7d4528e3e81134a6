"""Whole files handed over, parts joined, and both done later when the process that should have done it was killed.

Everything here blocks for as long as it takes to read a file.
"""

import hashlib
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import StorageUnavailable, UploadGone, UploadLocked
from assets.models import GuestLink, UploadSession
from assets.services import ingest, uploads
from assets.services.partfiles import ResumedFile
from assets.services.tus import control, hashes, leases
from mediaportal.core.problems import Problem
from mediaportal.core.tus import BadHeader, Creation

log = logging.getLogger(__name__)

# What was whole for so long and was not accepted was left behind.
_LEFT_AFTER = timedelta(minutes=2)


def hand_over(session: UploadSession, *, sha256: str) -> UploadSession:
    """Accept a whole file whose bytes are on the disk, and return the row as it is then.

    The caller has locked the file. Raises the `Problem` of a file that is refused, which has ended the upload.
    """
    ingest.accept_file(session=session, path=uploads.part_path(session.pk), sha256=sha256)
    hashes.forget(session.pk)
    return control.find(session.pk)


def finish_if_whole(session: UploadSession) -> UploadSession:
    """Accept an upload all of whose bytes came but which nobody accepted, unless somebody does so just now."""
    whole = session.bytes_total is not None and session.bytes_received == session.bytes_total
    joined = session.concat == UploadSession.Concat.FINAL
    if session.status != UploadSession.Status.UPLOADING or session.concat == UploadSession.Concat.PARTIAL:
        return session
    if not whole and not joined:
        return session
    try:
        return _finish(session, joined=joined)
    except UploadLocked:
        pass
    except (UploadGone, FileNotFoundError):
        # Its bytes are lost, unless somebody has accepted or ended it in the meantime.
        uploads.fail(upload_id=session.pk, problem=UploadGone())
    return control.find(session.pk)


def _finish(session: UploadSession, *, joined: bool) -> UploadSession:
    """Join where there are parts, hash, and hand over."""
    with ResumedFile(uploads.part_path(session.pk), create=joined) as file:
        lease = leases.take(session)
        try:
            if joined:
                _join(lease, file)
            digest = hashlib.sha256()
            file.read_into(digest, start=0, end=session.bytes_total or 0)
            found = hand_over(session, sha256=digest.hexdigest())
        except StorageUnavailable:
            raise
        except Problem:
            # Refused for good: whoever could have the same parts joined again would have them copied each time.
            _remove_parts(session)
            raise
        finally:
            leases.release(lease)
    _remove_parts(session)
    return found


# --- Joining ------------------------------------------------------------------------------------------------------
@transaction.atomic
def begin_joined(*, user: access.Caller, guest_link: GuestLink | None, creation: Creation) -> UploadSession:
    """Begin the upload that joins finished parts, or find the one that was begun for them before.

    A part is joined once: naming it costs a few bytes, copying it as many as it has. Raises `BadHeader` for parts
    that are named twice, not there, not the caller's, not finished, or being joined to another file, and what
    `control.create` raises.
    """
    ids = [_part_id(path) for path in creation.parts]
    if len(set(ids)) != len(ids):
        raise BadHeader("Upload-Concat", _("A part is named more than once."))
    person = guest_link.created_by if guest_link is not None else access.person(user)
    owner_id: Any = None if person is None else person.pk
    # Two requests for the same parts come one after the other.
    list(UploadSession.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values("pk"))
    joinings = UploadSession.objects.filter(
        user_id=owner_id, guest_link=guest_link, concat=UploadSession.Concat.FINAL
    )
    before = joinings.filter(parts=[str(one) for one in ids]).exclude(status=UploadSession.Status.FAILED)
    if (found := before.first()) is not None:
        return control.find(found.pk)
    running = joinings.filter(status=UploadSession.Status.UPLOADING).values_list("parts", flat=True)
    if any(str(one) in parts for parts in running for one in ids):
        raise BadHeader("Upload-Concat", _("A part is being joined to another file."))
    parts = UploadSession.objects.filter(
        pk__in=ids,
        user_id=owner_id,
        guest_link=guest_link,
        concat=UploadSession.Concat.PARTIAL,
        status=UploadSession.Status.UPLOADING,
        expires_at__gte=timezone.now(),
    ).in_bulk()
    if set(parts) != set(ids):
        raise BadHeader("Upload-Concat", _("There is no such part."))
    if any(part.bytes_total is None or part.bytes_received != part.bytes_total for part in parts.values()):
        raise BadHeader("Upload-Concat", _("A part is not finished."))
    total = sum(parts[one].bytes_received for one in ids)
    joined = Creation(total, "final", (), creation.metadata, creation.raw_metadata)
    return control.create(user=user, guest_link=guest_link, creation=joined, parts=ids)


def _part_id(path: str) -> UUID:
    """The id in the address of a part; raises `BadHeader`."""
    head, _slash, name = path.rpartition("/")
    try:
        if head.endswith(control.PATH.rstrip("/")):
            return UUID(name)
    except ValueError:
        pass
    raise BadHeader("Upload-Concat", _("There is no such part."))


def _join(lease: leases.Lease, file: ResumedFile) -> None:
    """Write the parts one after the other into the file, and acknowledge them."""
    session = lease.session
    sizes = UploadSession.objects.filter(pk__in=session.parts).in_bulk()
    file.stand_at(0)
    for name in session.parts:
        part = sizes.get(UUID(name))
        if part is None:
            raise UploadGone
        file.append_file(uploads.part_path(part.pk), part.bytes_received)
    file.sync()
    leases.acknowledge(lease, offset=file.position)


def _remove_parts(session: UploadSession) -> None:
    """Remove the parts of an upload that was joined and accepted."""
    for name in session.parts:
        UploadSession.objects.filter(pk=name, concat=UploadSession.Concat.PARTIAL).delete()
        uploads.part_path(UUID(name)).unlink(missing_ok=True)


# --- Sweeping -----------------------------------------------------------------------------------------------------
def finish_left_behind() -> int:
    """Finish what was whole when its process was killed; returns how many were accepted."""
    left = UploadSession.objects.filter(
        source=UploadSession.Source.TUS,
        status=UploadSession.Status.UPLOADING,
        updated_at__lt=timezone.now() - _LEFT_AFTER,
    ).filter(
        Q(concat=UploadSession.Concat.NONE, bytes_received=F("bytes_total"))
        | Q(concat=UploadSession.Concat.FINAL)
    )
    return sum(_finished_quietly(session) for session in left)


def _finished_quietly(session: UploadSession) -> bool:
    """Try one; a refusal ends it, anything else is tried again with the next sweep."""
    try:
        return finish_if_whole(session).status == UploadSession.Status.ACCEPTED
    except Problem as problem:
        log.info("an upload that was left behind was refused: %s", problem.code)
    return False

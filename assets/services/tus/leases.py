"""Who writes to an upload: one request at a time, whichever process it came to.

The right to write stands in the upload's row, and every acknowledgement is an update of that row by its holder, so
that one who has lost the right cannot move the offset. It runs out when its holder is not heard of. Beside it the
file is locked by the kernel (`partfiles.ResumedFile`): between processes of one machine that lock is the surer
witness, because it goes with a process that was killed, so a right that is held from this machine while the file is
free belongs to the dead and is taken over at once.
"""

import functools
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from assets.exceptions import OffsetMismatch, UploadGone, UploadLocked
from assets.models import UploadSession

LEASE = timedelta(seconds=15)
# How often a holder renews it; a few may fail.
RENEW_SECONDS = 4.0
_WANTED_SECONDS = 15


@dataclass
class Lease:
    """The right to write to an upload. `offset` is what was acknowledged last, in bytes."""

    session: UploadSession
    holder: str
    offset: int


@functools.cache
def machine() -> str:
    """This machine since it was started last: what shares the kernel that locks files."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return f"node-{uuid.getnode():x}"


def expiry() -> datetime:
    """When an upload that is gone on with now will expire."""
    return timezone.now() + timedelta(hours=settings.UPLOAD_EXPIRE_HOURS)


def take(session: UploadSession) -> Lease:
    """Take the right to write to an upload as it was read; the caller has locked its file.

    Raises `UploadLocked`, `OffsetMismatch` when it has moved in the meantime, `UploadGone` when it has ended.
    """
    holder = f"{machine()}:{uuid.uuid4().hex}"
    free = Q(holder="") | Q(held_until__lt=timezone.now()) | Q(holder__startswith=machine())
    moved = (
        UploadSession.objects.filter(free, pk=session.pk, status=UploadSession.Status.UPLOADING)
        .filter(bytes_received=session.bytes_received)
        .update(holder=holder, held_until=timezone.now() + LEASE)
    )
    if moved:
        return Lease(session, holder, session.bytes_received)
    now = UploadSession.objects.filter(pk=session.pk).values_list("status", "bytes_received").first()
    if now is None or now[0] != UploadSession.Status.UPLOADING:
        raise UploadGone
    raise OffsetMismatch if now[1] != session.bytes_received else UploadLocked


def acknowledge(lease: Lease, *, offset: int, release: bool = False) -> None:
    """Write down that the first `offset` bytes are on the disk for good, and go on holding (or let go).

    Raises `UploadGone` when the upload has ended, `UploadLocked` when somebody else has taken it over.
    """
    held = {"holder": "", "held_until": None} if release else {"held_until": timezone.now() + LEASE}
    expires_at = expiry()
    moved = UploadSession.objects.filter(
        pk=lease.session.pk,
        status=UploadSession.Status.UPLOADING,
        holder=lease.holder,
        bytes_received__lte=offset,
    ).update(bytes_received=offset, expires_at=expires_at, updated_at=timezone.now(), **held)
    if not moved:
        running = UploadSession.objects.filter(pk=lease.session.pk, status=UploadSession.Status.UPLOADING)
        raise UploadLocked if running.exists() else UploadGone
    lease.offset = offset
    lease.session.bytes_received, lease.session.expires_at = offset, expires_at


def set_length(lease: Lease, *, length: int) -> None:
    """Write down the length of an upload that was begun without one."""
    UploadSession.objects.filter(pk=lease.session.pk, holder=lease.holder, bytes_total=None).update(
        bytes_total=length
    )
    lease.session.bytes_total = length


def release(lease: Lease) -> None:
    """Let go."""
    UploadSession.objects.filter(pk=lease.session.pk, holder=lease.holder).update(holder="", held_until=None)


# --- Asking the holder to let go ----------------------------------------------------------------------------------
def want(upload_id: UUID) -> None:
    """Say that somebody else would go on with an upload: a holder whose client has fallen silent lets go."""
    cache.set(f"upload-wanted:{upload_id}", 1, _WANTED_SECONDS)


def is_wanted(upload_id: UUID) -> bool:
    """Whether somebody else would go on with it."""
    return cache.get(f"upload-wanted:{upload_id}") is not None

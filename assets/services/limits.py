"""How large and how many: what is asked of an upload before its bytes, and of its bytes at the end."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assets.exceptions import (
    FileTooLarge,
    LinkEnded,
    QuotaExceeded,
    StorageFull,
    UnsupportedMediaType,
)
from assets.models import GuestLink, Kind, UploadSession
from assets.services import places, room
from mediaportal.accounts.models import User
from mediaportal.core.lists import listed


def require_size(size: int) -> None:
    """Raise `FileTooLarge` for a file of more bytes than `MAX_FILE_SIZE`."""
    if size > settings.MAX_FILE_SIZE:
        raise FileTooLarge(_("A file may have at most %d MiB.") % (settings.MAX_FILE_SIZE // 1024**2))


def require_room(size: int) -> None:
    """Raise `StorageFull` unless so many bytes fit where files come in and `MIN_FREE_SPACE` stays free."""
    if places.free_for_incoming() < size + settings.MIN_FREE_SPACE:
        raise StorageFull


def require_kind(*, guest_link: GuestLink | None, kind: str) -> None:
    """Raise `UnsupportedMediaType` when the link does not take files of this kind; an empty kind is not known yet."""
    if guest_link is None or not guest_link.kinds or kind in {"", *guest_link.kinds}:
        return
    raise UnsupportedMediaType(kinds_said(guest_link))


def kinds_said(guest_link: GuestLink) -> str:
    """Which kinds a link takes, as a sentence; empty for one that takes them all."""
    taken = listed(str(Kind(one).label) for one in guest_link.kinds if one in Kind.values)
    return _("Through this link you may send only: %s.") % taken if taken else ""


@transaction.atomic
def require_quota(
    *, user: User, size: int, guest_link: GuestLink | None = None, coming: UploadSession | None = None
) -> None:
    """Raise `QuotaExceeded` unless so many bytes fit into the person's quota and the guest link's limits, or
    `LinkEnded` when somebody ended the link in the meantime.

    What other uploads on their way have announced counts as taken. `coming` is the upload that asks: it does not
    count for itself, and after it has begun only earlier ones stand before it. The rows of the person and the link
    stay locked until the surrounding transaction ends, in which the caller writes down what was allowed; so two
    uploads never share the same room.
    """
    before = room.Before.of(coming) if coming else None
    if room.quota_of(user) is not None:
        locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        found = room.of_person(locked, before=before)
        if found.quota is not None and found.used + found.reserved + size > found.quota:
            raise QuotaExceeded
    if guest_link is not None:
        link = GuestLink.objects.select_for_update(no_key=True).get(pk=guest_link.pk)
        if link.ended_at is not None:
            raise LinkEnded
        _require_link_room(link, size=size, files=_files_of(coming), before=before)


def most_bytes_of(session: UploadSession) -> int:
    """How many bytes an upload may have that has not told its length. What everybody else has sent or announced counts,
    whoever began first: here nobody has been promised anything.
    """
    itself = room.Before([session.pk])
    bounds = [settings.MAX_FILE_SIZE]
    if (left := room.of_person(session.user, before=itself).left) is not None:
        bounds.append(left)
    link = session.guest_link
    if link is not None and (most := _most_bytes(link)) is not None:
        use = room.of_link(link, before=itself)
        bounds.append(max(0, most - use.bytes - use.coming_bytes))
    return min(bounds)


def _most_bytes(link: GuestLink) -> int | None:
    """How many bytes a link takes at most; a number of files bounds them too, for parts are not counted as files."""
    if link.most_bytes is not None or link.most_files is None:
        return link.most_bytes
    return link.most_files * settings.MAX_FILE_SIZE


def _files_of(coming: UploadSession | None) -> int:
    """How many files an upload is: a part of one is none."""
    return 0 if coming is not None and coming.concat == UploadSession.Concat.PARTIAL else 1


def _require_link_room(link: GuestLink, *, size: int, files: int, before: room.Before | None) -> None:
    """Raise `QuotaExceeded` unless the link takes so many more files and bytes."""
    if link.most_files is None and link.most_bytes is None:
        return
    use = room.of_link(link, before=before)
    if link.most_files is not None and use.files + use.coming_files + files > link.most_files:
        raise QuotaExceeded(_("This link takes no more files."))
    most = _most_bytes(link)
    if most is not None and use.bytes + use.coming_bytes + size > most:
        raise QuotaExceeded(_("This file is larger than what may still be sent through this link."))

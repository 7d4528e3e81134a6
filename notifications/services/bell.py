"""The bell: what a person is told of their own assets, and that they have read it."""

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from assets.models import Asset, Block, GuestLink, ProcessingVerdict, Publication, ScanVerdict
from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role
from notifications.events import NotificationData, person_topic
from notifications.models import Event, Notification
from notifications.services import outbox

SHOWN_AT_ONCE: Final = 20
_COUNTED_UP_TO: Final = 100
_ONE_FAILURE: Final = timedelta(minutes=1)

# Which events ring, and what they mean to the owner.
_KINDS: Final[dict[str, str]] = {
    "asset.published": "asset.ready",
    "asset.held": "asset.held",
    "asset.blocked": "asset.blocked",
    "asset.rejected": "asset.rejected",
    "job.failed": "asset.failed",
}
_ARRIVED: Final = "guest.arrived"
_MATCHED: Final = "work.matched"
_MENTIONED: Final = "case.mentioned"
_FAILURES: Final = ("asset.rejected", "asset.failed")


def ring(*, event: Event, asset: Asset) -> Notification | None:
    """Tell an asset's owner of an event, in its transaction; None when it is not for the bell.

    A cancelled job is not told: its owner or the staff did that. A refusal that also ends the job is told once.
    """
    kind = _kind_of(event, asset)
    if kind == "asset.held" and asset.guest_link_id is not None:
        return None  # its owner and all who decide on it were told when it arrived
    if kind is None or (kind in _FAILURES and _told_already(asset)):
        return None
    line, new = Notification.objects.get_or_create(
        user_id=asset.uploaded_by_id,
        event=event,
        defaults={"kind": kind, "data": _remembered(event, asset)},
    )
    if new:
        _announce(line)
    return line


def alarm(*, event: Event, asset: Asset) -> None:
    """Tell every administrator that malware was found in somebody's file; its owner is told by `ring`."""
    administrators = User.objects.filter(groups__name=Role.ADMINISTRATOR, is_active=True)
    for person in administrators.exclude(pk=asset.uploaded_by_id):
        line, new = Notification.objects.get_or_create(
            user=person, event=event, defaults={"kind": "malware.found", "data": _remembered(event, asset)}
        )
        if new:
            _announce(line)


def arrived(*, event: Event, asset: Asset, link: GuestLink) -> None:
    """Tell everybody who decides on what guests send that something came through a link.

    While a person has not read of the link, the line that they have counts on: many files are one piece of news.
    """
    for person in User.objects.holding("assets.manage_guest_links").order_by("pk"):
        lines = unread(user=person).filter(kind=_ARRIVED, data__link_id=str(link.pk))
        line = lines.select_for_update().order_by("-created_at").first()
        if line is not None:
            line.data["count"] += 1
            line.save(update_fields=["data"])
            continue
        data = _remembered(event, asset) | {"link_id": str(link.pk), "link": link.title, "count": 1}
        _announce(Notification.objects.create(user=person, event=event, kind=_ARRIVED, data=data))


def matched(*, event: Event, asset: Asset, work: str) -> None:
    """Tell everybody who keeps the list of protected works that an asset is alike to one of them."""
    for person in User.objects.holding("assets.manage_all_assets").order_by("pk"):
        line, new = Notification.objects.get_or_create(
            user=person,
            event=event,
            defaults={"kind": _MATCHED, "data": _remembered(event, asset) | {"work": work}},
        )
        if new:
            _announce(line)


def mentioned(*, event: Event, asset: Asset, author: str, people: Collection[User]) -> None:
    """Tell people that somebody has named them in a comment on a case."""
    data = _remembered(event, asset) | {"case_id": event.data["case_id"], "author": author}
    for person in people:
        line, new = Notification.objects.get_or_create(
            user=person, event=event, defaults={"kind": _MENTIONED, "data": data}
        )
        if new:
            _announce(line)


def unread_count(*, user: User) -> int:
    """How many lines are not read yet, counted up to 100."""
    return unread(user=user)[:_COUNTED_UP_TO].count()


def unread(*, user: User) -> QuerySet[Notification]:
    """The lines that are not read yet."""
    return Notification.objects.filter(user=user, read_at=None)


def lines_of(*, user: User) -> QuerySet[Notification]:
    """Everything that a person was told, the newest first."""
    return Notification.objects.filter(user=user)


def mark_read(*, user: User, ids: Collection[uuid.UUID] | None = None) -> int:
    """Mark these lines as read, or all of them; other people's ids are passed over. Returns how many moved."""
    lines = unread(user=user)
    if ids is not None:
        lines = lines.filter(pk__in=ids)
    return lines.update(read_at=timezone.now())


def _kind_of(event: Event, asset: Asset) -> str | None:
    if asset.scan_verdict == ScanVerdict.UNSCANNABLE and asset.scan_released_at is None:
        return "asset.held" if event.type == "asset.rejected" else None
    if event.type == "job.completed":
        return "asset.held" if asset.publication == Publication.HELD else None
    if event.data.get("status") == "cancelled":
        return None
    if event.type == "asset.held" and asset.processing_verdict != ProcessingVerdict.DONE:
        return None  # it is in work again; nobody waits for a decision
    told_better = asset.scan_verdict == ScanVerdict.INFECTED or Block.DECISION in asset.blocks
    if event.type == "asset.blocked" and told_better:
        return None  # the refusal says it better; of a decision its owner is told once it cannot be undone any more
    return _KINDS.get(event.type)


def _told_already(asset: Asset) -> bool:
    return Notification.objects.filter(
        user_id=asset.uploaded_by_id,
        event__asset_id=asset.pk,
        kind__in=_FAILURES,
        created_at__gt=timezone.now() - _ONE_FAILURE,
    ).exists()


def _remembered(event: Event, asset: Asset) -> dict[str, Any]:
    """What a line needs for its words, however the asset changes later."""
    return {
        "asset_id": str(asset.pk),
        "title": asset.title,
        "error": event.data.get("error"),
    }


def _announce(line: Notification) -> None:
    data: NotificationData = {
        "notification_id": str(line.pk),
        "kind": line.kind,
        "asset_id": line.data["asset_id"],
        "title": line.data["title"],
        "unread": unread_count(user=line.user),
    }
    outbox.write(event_type="notification.new", topics=[person_topic(line.user_id)], data=dict(data))

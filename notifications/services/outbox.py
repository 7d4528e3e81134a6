"""The outbox: events are written with the change that they tell of, numbered after its commit, then sent.

Numbers. A number taken inside the caller's transaction would not do: a transaction that took 7 may commit after one
that took 8, and a listener that has asked for everything after 8 would never see 7. Locking each topic until the end
of the caller's transaction would keep the order but could deadlock with the caller's own row locks. So an event is
written without a number, and `relay` numbers what has been committed in a short transaction of its own that holds
one advisory lock. Readers that join in the middle take the same lock shared (`settled`).

If the process dies between the commit and `relay`, the next event's relay, or the sweep that a beat and every listener
do (`sweep`), numbers and sends what was left.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from notifications.events import EventType, Told
from notifications.models import Event
from notifications.services import audience, broadcast

_LOCK = 0x6D656469  # any number that nobody else takes for an advisory lock
_AT_ONCE = 500
_STALE_SECONDS = 3
_KEPT_DAYS = 90


def write(
    *,
    event_type: EventType,
    topics: Sequence[str],
    data: dict[str, Any],
    asset_id: uuid.UUID | None = None,
    owner_id: uuid.UUID | None = None,
    shown: bool = False,
) -> Event:
    """Write an event in the caller's transaction; it is sent after the commit.

    `shown` says whether everyone here can see the asset now. Whether they could before is known from the asset's
    last event, so that those who could are told when it goes.
    """
    before = (
        asset_id is not None
        and Event.objects.filter(asset_id=asset_id).order_by("-id").values_list("shown", flat=True).first()
    )
    event = Event.objects.create(
        type=event_type,
        topics=list(topics),
        data=data,
        asset_id=asset_id,
        owner_id=owner_id,
        shown=shown,
        told_all=shown or bool(before),
    )
    # Robust: the change has been committed, and its caller must not fail because telling of it does.
    transaction.on_commit(lambda: _relay_of(event.pk), robust=True)
    return event


def _relay_of(event_id: int) -> None:
    """Relay unless another event of the same transaction has done so already."""
    if Event.objects.filter(pk=event_id, seq=None).exists():
        relay()


def relay() -> int:
    """Number and send the committed events that have no number yet; returns how many there were."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            cursor.execute(
                "UPDATE notifications_event SET seq = numbered.seq FROM ("
                "  SELECT id, nextval('notifications_event_number') AS seq FROM ("
                "    SELECT id FROM notifications_event WHERE seq IS NULL ORDER BY id LIMIT %s"
                "  ) AS waiting"
                ") AS numbered WHERE notifications_event.id = numbered.id RETURNING notifications_event.id",
                [_AT_ONCE],
            )
            ids = [row[0] for row in cursor.fetchall()]
        events = list(Event.objects.filter(pk__in=ids).order_by("seq"))
        # Under the lock, so that listeners receive the numbers in order.
        broadcast.send(parcel for event in events for parcel in _parcels(event))
    return len(events)


def sweep() -> int:
    """Relay what a process that died has left behind; returns how many events there were."""
    left = Event.objects.filter(seq=None, at__lt=timezone.now() - timedelta(seconds=_STALE_SECONDS))
    return relay() if left.exists() else 0


def prune() -> int:
    """Forget what is older than 90 days, the bell's lines with it; returns how many events there were.

    A client that has been away for longer asks with a `since` that finds nothing, and has its snapshot.
    """
    old = timezone.now() - timedelta(days=_KEPT_DAYS)
    _count, by_model = Event.objects.filter(at__lt=old, seq__isnull=False).delete()
    return by_model.get(Event._meta.label, 0)


def settled() -> None:
    """Wait until every number that has been sent can be read; to be called first in a reader's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def as_told(event: Event, topic: str) -> Told:
    """An event as the listeners of one of its topics receive it."""
    return {
        "topic": topic,
        "type": event.type,
        "id": event.pk,
        "seq": event.seq,
        "at": event.at.isoformat(),
        "data": event.data,
        "asset_id": None if event.asset_id is None else str(event.asset_id),
        "owner_id": None if event.owner_id is None else str(event.owner_id),
        "told_all": event.told_all,
    }


def _parcels(event: Event) -> Iterable[tuple[str, Told]]:
    for group, topic in audience.groups_of(event.topics, owner_id=event.owner_id, told_all=event.told_all):
        yield group, as_told(event, topic)

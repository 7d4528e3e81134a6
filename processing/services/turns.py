"""Whose work is next: one person's thousand files do not keep another's one waiting.

Urgent steps go first, but one of each person at a time; then jobs of a higher priority; then whoever has fewest steps
running in the queue, and of those who was served longest ago. A person's own steps go by urgency and age.
"""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
    Value,
    When,
)
from django.utils import timezone

from processing.models import Status, Step, Turn

_REMEMBERED = timedelta(days=7)


def in_turn(queue: str, *, urgent_only: bool = False) -> QuerySet[Step]:
    """The steps of a queue that may be started now, the next first. Makes one query, for what runs already."""
    by_count, pressed = _running(queue)
    served = Turn.objects.filter(queue=queue, turn_key=OuterRef("job__turn_key")).values("served_at")
    found = Step.objects.claimable(queue)
    if urgent_only:
        found = found.filter(urgency__gt=0)
    return found.annotate(
        pressing=Case(
            When(job__turn_key__in=pressed, then=Value(0)),
            default=F("urgency"),
            output_field=SmallIntegerField(),
        ),
        running=Case(
            *(When(job__turn_key__in=keys, then=Value(count)) for count, keys in by_count.items()),
            default=Value(0),
            output_field=IntegerField(),
        ),
    ).order_by(
        "-pressing",
        "-job__priority",
        "running",
        Subquery(served).asc(nulls_first=True),
        "-urgency",
        "ready_at",
        "position",
    )


def _running(queue: str) -> tuple[dict[int, list[UUID]], list[UUID]]:
    """Who has how many steps running in a queue, and who has an urgent one among them."""
    found = (
        Step.objects.filter(queue=queue, status=Status.PROCESSING)
        .order_by()
        .values("job__turn_key")
        .annotate(count=Count("pk"), urgent=Count("pk", filter=Q(urgency__gt=0)))
    )
    by_count: dict[int, list[UUID]] = defaultdict(list)
    pressed = []
    for row in found:
        by_count[row["count"]].append(row["job__turn_key"])
        if row["urgent"]:
            pressed.append(row["job__turn_key"])
    return by_count, pressed


def take(*, queue: str, turn_key: UUID) -> None:
    """Write down that somebody's work in a queue begins now; part of the transaction that claims it."""
    Turn.objects.bulk_create(
        [Turn(queue=queue, turn_key=turn_key, served_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["queue", "turn_key"],
        update_fields=["served_at"],
    )


def forget() -> int:
    """Drop turns so old that they change nothing any more; returns how many."""
    return Turn.objects.filter(served_at__lt=timezone.now() - _REMEMBERED).delete()[0]

"""Whose work is next: one person's thousand files do not keep another's one waiting.

Urgent steps go first, as far as the asking process lets them (`Ahead`); then jobs of a higher priority; then whoever
has fewest steps running in the queue, and of those who was served longest ago. A person's own urgent steps go first,
and then older jobs: what was begun is ended before the next is begun.
"""

from collections import defaultdict
from datetime import timedelta
from enum import Enum
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Now

from processing.models import Status, Step, Turn

_REMEMBERED = timedelta(days=7)


class Ahead(Enum):
    """Which urgent steps go before all turns: all, those of people who have none running in the queue, or none."""

    ALL = "all"
    OF_IDLE = "of idle"
    NONE = "none"


def in_turn(queue: str, *, urgent_only: bool = False, ahead: Ahead = Ahead.ALL) -> QuerySet[Step]:
    """The steps of a queue that may be started now, the next first. Makes one query, for what runs already."""
    served = Turn.objects.filter(queue=queue, turn_key=OuterRef("job__turn_key")).values("served_at")
    found = Step.objects.claimable(queue)
    if urgent_only:
        found = found.filter(urgency__gt=0)
    running, hurrying = _running(queue)
    going_ahead = Q(urgency__gt=0)
    if ahead == Ahead.OF_IDLE and hurrying:
        going_ahead &= ~Q(job__turn_key__in=hurrying)
    return found.annotate(
        running=Case(
            *(When(job__turn_key__in=keys, then=Value(count)) for count, keys in running.items()),
            default=Value(0),
            output_field=IntegerField(),
        ),
        first=Case(When(going_ahead, then="urgency"), default=Value(0), output_field=IntegerField()),
    ).order_by(
        *([] if ahead == Ahead.NONE else ["-first"]),
        "-job__priority",
        "running",
        Subquery(served).asc(nulls_first=True),
        "-urgency",
        "job__created_at",
        "ready_at",
        "position",
    )


def _running(queue: str) -> tuple[dict[int, list[UUID]], list[UUID]]:
    """Who has how many steps running in a queue, and who has urgent ones among them."""
    found = (
        Step.objects.filter(queue=queue, status=Status.PROCESSING)
        .order_by()
        .values_list("job__turn_key")
        .annotate(count=Count("pk"), urgent=Count("pk", filter=Q(urgency__gt=0)))
    )
    by_count: dict[int, list[UUID]] = defaultdict(list)
    hurrying = []
    for turn_key, count, urgent in found:
        by_count[count].append(turn_key)
        if urgent:
            hurrying.append(turn_key)
    return by_count, hurrying


def take(*, queue: str, turn_key: UUID) -> None:
    """Write down that somebody's work in a queue begins now; part of the transaction that claims it.

    By the database's clock: a machine whose own is fast would make its owners wait for as long as that.
    """
    Turn.objects.bulk_create(
        [Turn(queue=queue, turn_key=turn_key, served_at=Now())],
        update_conflicts=True,
        unique_fields=["queue", "turn_key"],
        update_fields=["served_at"],
    )


def forget() -> int:
    """Drop turns so old that they change nothing any more; returns how many."""
    return Turn.objects.filter(served_at__lt=Now() - _REMEMBERED).delete()[0]

"""The list of cases: filtered, in the order in which they are dealt with, and page by page."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from analysis import access
from analysis.models import (
    OPEN_CASE,
    Case,
    CaseQueue,
    CaseSource,
    CaseStatus,
    ModeratorSetting,
    Policy,
    Severity,
)
from analysis.services.moderation.rights import require_reviewer
from assets.access import Caller
from assets.models import Asset
from assets.services.cards import Card, card_of
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound

PAGE = 50
OPEN = "open"
STATUSES = (OPEN, CaseStatus.WAITING, CaseStatus.CLAIMED, CaseStatus.DECIDED)
ASSIGNEES = ("me", "none", "others")
# What a list is ordered by, and which of it counts down: open cases by urgency, decided ones the newest first.
_URGENT = (("severity", True), ("due_at", False), ("reach", True), ("id", False))
_NEWEST = (("decided_at", True), ("id", True))


@dataclass(frozen=True)
class Filters:
    """Which cases are wanted; what is empty asks for nothing. `queue` is one of `CaseQueue`, `policy` a short name,
    `status` one of `STATUSES`, `assignee` one of `ASSIGNEES`, `overdue` those whose deadline is over.
    """

    queue: str = ""
    policy: str = ""
    severity: int | None = None
    status: str = OPEN
    source: str = ""
    assignee: str = ""
    overdue: bool = False

    @classmethod
    def of(cls, told: Mapping[str, str]) -> "Filters":
        """Filters as an address tells them; what makes no sense asks for nothing."""

        def known(name: str, values: Sequence[Any], default: str = "") -> str:
            return told.get(name, "") if told.get(name, "") in map(str, values) else default

        severity = known("severity", Severity.values)
        return cls(
            queue=known("queue", CaseQueue.values),
            policy=told.get("policy", "").replace("\0", "")[:60],
            severity=int(severity) if severity else None,
            status=known("status", STATUSES, OPEN),
            source=known("source", CaseSource.values),
            assignee=known("assignee", ASSIGNEES),
            overdue=told.get("overdue", "") == "1",
        )

    @property
    def narrowing(self) -> bool:
        """Whether anything but the queue is asked for."""
        return self != Filters(queue=self.queue)

    def as_data(self) -> dict[str, Any]:
        """Those that ask for something, as the address and the API tell them."""
        said = {
            "queue": self.queue,
            "policy": self.policy,
            "severity": self.severity,
            "status": "" if self.status == OPEN else self.status,
            "source": self.source,
            "assignee": self.assignee,
            "overdue": self.overdue,
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Line:
    """A case as the list shows it: `left` are the seconds until its deadline, below zero when it is over; `taken` who
    looks at it now; `ruling` what was decided, kept from who is to look without knowing.
    """

    case: Case
    card: Card
    left: float
    taken: str
    mine: bool
    may_take: bool
    ruling: str

    @property
    def overdue(self) -> bool:
        """Whether it should have been decided by now."""
        return self.left < 0 and self.case.status in OPEN_CASE


@dataclass(frozen=True)
class Page:
    """Lines, and where the next page begins; empty at the end."""

    lines: list[Line]
    after: str


def found(*, user: Caller, filters: Filters) -> QuerySet[Case]:
    """The cases that a person may see, as they are filtered, in the order of the list."""
    person = require_reviewer(user)
    rows = Case.objects.visible_to(person)
    status = OPEN_CASE if filters.status == OPEN else (filters.status,)
    rows = rows.filter(status__in=status)
    exact = {
        "queue": filters.queue,
        "policy__slug": filters.policy,
        "severity": filters.severity,
        "source": filters.source,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    taken = Q(status=CaseStatus.CLAIMED, lease_until__gt=timezone.now())
    if filters.assignee == "me":
        rows = rows.filter(taken, assignee=person)
    elif filters.assignee == "others":
        rows = rows.filter(taken).exclude(assignee=person)
    elif filters.assignee == "none":
        rows = rows.exclude(taken)
    if filters.overdue:
        rows = rows.filter(due_at__lt=timezone.now(), status__in=OPEN_CASE)
    order = _order(filters)
    return rows.order_by(*(f"-{name}" if down else name for name, down in order))


def page(*, user: Caller, filters: Filters, after: str = "", size: int = PAGE) -> Page:
    """One page of lines, in three queries. Raises `NotPermitted`, and `NotFound` for a place that nobody was given."""
    person = require_reviewer(user)
    order = _order(filters)
    rows = found(user=person, filters=filters)
    if after:
        rows = rows.filter(_beyond(order, _read_place(after, order)))
    assets = Asset.objects.select_related("uploaded_by").with_poster()
    shown = list(
        rows.select_related("policy", "assignee").prefetch_related(Prefetch("asset", assets))[: size + 1]
    )
    lines = [_line(case, person) for case in shown[:size]]
    return Page(lines, _place(shown[size - 1], order) if len(shown) > size else "")


def counts(*, user: Caller) -> dict[str, int]:
    """How many open cases of each queue a person may see, of those queues out of which they take; one query."""
    person = require_reviewer(user)
    rows = Case.objects.visible_to(person).filter(status__in=OPEN_CASE).order_by()
    told = dict(rows.values_list("queue").annotate(Count("pk")))
    return {queue: told.get(queue, 0) for queue in access.queues_of(person)}


def policies(*, user: Caller) -> QuerySet[Policy]:
    """The policies by which a person may filter, by name."""
    allowed = access.can_review_restricted(user)
    return Policy.objects.all() if allowed else Policy.objects.filter(restricted=False)


def wants_blur(*, user: Caller) -> bool:
    """Whether a person is shown the pictures blurred; one query."""
    chosen = (
        ModeratorSetting.objects.filter(user=require_reviewer(user)).values_list("blur", flat=True).first()
    )
    return chosen is not False


def _line(case: Case, person: User) -> Line:
    now = timezone.now()
    held = case.status == CaseStatus.CLAIMED and case.lease_until is not None and case.lease_until > now
    mine = held and case.assignee_id == person.pk
    return Line(
        case=case,
        card=card_of(case.asset, user=person),
        left=(case.due_at - now).total_seconds(),
        taken=str(case.assignee) if held else "",
        mine=mine,
        may_take=case.status in OPEN_CASE and access.can_take_case(person, case) and (mine or not held),
        ruling="" if access.looks_blindly(person, case) or case.status in OPEN_CASE else case.ruling,
    )


# --- Places in a list ---------------------------------------------------------------------------------------------
def _order(filters: Filters) -> tuple[tuple[str, bool], ...]:
    return _NEWEST if filters.status == CaseStatus.DECIDED else _URGENT


def _place(case: Case, order: Sequence[tuple[str, bool]]) -> str:
    """Where a case stands, for the address of the next page."""
    values = [getattr(case, name) for name, _down in order]
    text = json.dumps([one.isoformat() if isinstance(one, datetime) else one for one in values], default=str)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_place(after: str, order: Sequence[tuple[str, bool]]) -> list[Any]:
    """What `_place` wrote; raises `NotFound` for what it did not."""
    try:
        values = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if not isinstance(values, list) or len(values) != len(order):
            raise NotFound
        return [_as_column(name, value) for (name, _down), value in zip(order, values, strict=True)]
    except (NotBase64, ValueError, TypeError, RecursionError, ValidationError) as error:
        raise NotFound from error


def _as_column(name: str, value: Any) -> Any:
    """A value as its column holds it; raises `ValueError` or `TypeError`."""
    if name == "id":
        return UUID(value)
    if name in {"severity", "reach"}:
        if not isinstance(value, int) or not 0 <= value < 2**31:
            raise ValueError(value)
        return value
    told = datetime.fromisoformat(value)
    if told.tzinfo is None:
        raise ValueError(value)
    return told


def _beyond(order: Sequence[tuple[str, bool]], values: Sequence[Any]) -> Q:
    """Those that stand after a place."""
    beyond, same = Q(), Q()
    for (name, down), value in zip(order, values, strict=True):
        beyond |= same & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        same &= Q(**{name: value})
    # The first column alone, so that an index is entered at the right place.
    first, down = order[0]
    return Q(**{f"{first}__{'lte' if down else 'gte'}": values[0]}) & beyond

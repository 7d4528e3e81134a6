"""The numbers of moderation: what waits, how fast and how well it is decided, and how much each person bears."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models import Case as Choice
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate, TruncWeek
from django.utils import timezone

from analysis import access
from analysis.models import (
    OPEN_CASE,
    Appeal,
    Case,
    CaseQueue,
    CaseStatus,
    Decision,
    Exposure,
    Policy,
    Severity,
)
from analysis.rules.agreement import Share, share
from analysis.services.moderation import agreement, precision
from analysis.services.moderation.agreement import Agreement
from analysis.services.moderation.periods import Period
from analysis.services.moderation.precision import RulePrecision
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotPermitted

Subject = TypeVar("Subject")
_HOURS = (1, 8, 24, 72)
AGES = ("1h", "8h", "1d", "3d", "more")
"""How long cases wait: up to an hour, eight hours, a day, three days, longer."""
OUTCOMES = ("approved", "restricted", "rejected", "open", "closed")
"""What became of cases; `open` ones are still to be decided, `closed` ones needed no decision any more."""


class Percentile(Aggregate):
    """The value below which a share of all lies; `share` from 0 to 1."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, share: float, **extra: Any) -> None:
        super().__init__(expression, share=share, **extra)


@dataclass(frozen=True)
class Waiting:
    """Open cases of one severity: how many by how long they wait (as `AGES`), and how many are overdue."""

    severity: int
    by_age: dict[str, int]
    overdue: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_age.values())


@dataclass(frozen=True)
class Pace:
    """How long it took from a case's opening to its decision, in seconds: half of them were faster than `median`, nine
    of ten faster than `p90`. `day` is None for the whole time. Appeals do not count.
    """

    day: date | None
    decided: int
    median: float | None
    p90: float | None


@dataclass(frozen=True)
class Overturned:
    """How often somebody else, or second thoughts, took back what was decided; None where there was nothing."""

    appeals: Share | None
    senior: Share | None
    undone: Share | None


@dataclass(frozen=True)
class Volume:
    """The cases of a policy by the Monday of the week in which they were opened, and by what became of them."""

    policy: Policy
    weeks: dict[date, dict[str, int]]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(sum(week.values()) for week in self.weeks.values())


@dataclass(frozen=True)
class Workload:
    """What one person bore: `decisions`, of which `at_once` in batches and `undone` taken back; the median of the
    seconds that they looked before they decided; and the seconds for which cases, and uncovered pictures, were before
    their eyes.
    """

    person: User
    decisions: int
    at_once: int
    undone: int
    median: float | None
    exposure: float
    uncovered: float


@dataclass(frozen=True)
class Statistics:
    """All of it, over one period; what waits is what waits now."""

    period: Period
    at: datetime
    waiting: list[Waiting]
    pace: Pace
    days: list[Pace]
    overturned: Overturned
    volumes: list[Volume]
    workload: list[Workload]
    agreement: Agreement
    policies: list[tuple[Policy, Agreement]]
    people: list[tuple[User, Agreement]]
    rules: list[RulePrecision]


def gather(*, user: Caller, period: Period) -> Statistics:
    """All numbers, in thirteen queries; what names a restricted policy only for those who may see that.

    Raises `NotPermitted`.
    """
    if not access.can_see_stats(user):
        raise NotPermitted
    restricted = access.can_review_restricted(user)
    shown = Policy.objects.all() if restricted else Policy.objects.filter(restricted=False)
    policies = {policy.pk: policy for policy in shown.select_related("current")}
    pairs = agreement.pairs(period=period, restricted=restricted)
    decided, borne = _decided(period), _borne(period)
    people = _people({*decided, *borne, *(one.first_by for one in pairs), *(one.second_by for one in pairs)})
    return Statistics(
        period=period,
        at=timezone.now(),
        waiting=_waiting(),
        pace=_pace(period),
        days=_days(period),
        overturned=_overturned(period, decided),
        volumes=_volumes(period, policies),
        workload=_workload(people, decided, borne),
        agreement=agreement.of_all(pairs),
        policies=_named(agreement.by_policy(pairs), policies),
        people=_named(agreement.by_person(pairs), people),
        rules=precision.of_rules(period=period, policies=policies.values()),
    )


def _waiting() -> list[Waiting]:
    """What is open now, the worst first."""
    now = timezone.now()
    steps = [
        When(opened_at__gte=now - timedelta(hours=hours), then=Value(name))
        for hours, name in zip(_HOURS, AGES, strict=False)
    ]
    rows = (
        Case.objects.filter(status__in=OPEN_CASE)
        .order_by()
        .values_list("severity", Choice(*steps, default=Value(AGES[-1])))
        .annotate(number=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    )
    ages: dict[int, dict[str, int]] = {one: dict.fromkeys(AGES, 0) for one in Severity.values}
    overdue = dict.fromkeys(Severity.values, 0)
    for severity, age, number, late in rows:
        ages[severity][age] += number
        overdue[severity] += late
    return [Waiting(one, ages[one], overdue[one]) for one in sorted(ages, reverse=True)]


def _took() -> Combinable:
    """How long a case took."""
    return ExpressionWrapper(F("decided_at") - F("opened_at"), output_field=DurationField())


def _ended(period: Period) -> Any:
    """The cases decided in a period; those decided again after an appeal are none of them."""
    ended = Case.objects.filter(status=CaseStatus.DECIDED, **period.of("decided_at"))
    return ended.exclude(queue=CaseQueue.APPEAL).order_by()


def _pace(period: Period) -> Pace:
    told = _ended(period).aggregate(
        decided=Count("pk"), median=Percentile(_took(), 0.5), p90=Percentile(_took(), 0.9)
    )
    return Pace(None, told["decided"], _seconds(told["median"]), _seconds(told["p90"]))


def _days(period: Period) -> list[Pace]:
    """Each day of the period, also those on which nothing was decided."""
    rows = (
        _ended(period)
        .values_list(TruncDate("decided_at"))
        .annotate(decided=Count("pk"), median=Percentile(_took(), 0.5), p90=Percentile(_took(), 0.9))
    )
    told = {day: Pace(day, decided, _seconds(median), _seconds(p90)) for day, decided, median, p90 in rows}
    return [told.get(day, Pace(day, 0, None, None)) for day in period.days()]


def _overturned(period: Period, decided: dict[UUID, dict[str, Any]]) -> Overturned:
    answered = Appeal.objects.filter(**period.of("decided_at")).aggregate(
        all=Count("pk"), taken=Count("pk", filter=Q(status=Appeal.Status.OVERTURNED))
    )
    first = Decision.objects.filter(case=OuterRef("case"), stage=CaseQueue.FIRST, undone_at=None)
    said = Subquery(first.exclude(action="escalate").order_by("-made_at").values("action")[:1])
    senior = (
        Decision.objects.filter(stage=CaseQueue.SENIOR, undone_at=None, **period.of("made_at"))
        .annotate(first=said)
        .exclude(first=None)
        .aggregate(all=Count("pk"), taken=Count("pk", filter=~Q(action=F("first"))))
    )
    undone = sum(one["undone"] for one in decided.values())
    return Overturned(
        appeals=share(answered["taken"], answered["all"]),
        senior=share(senior["taken"], senior["all"]),
        undone=share(undone, sum(one["decisions"] for one in decided.values())),
    )


def _volumes(period: Period, policies: dict[UUID, Policy]) -> list[Volume]:
    """Each policy that had cases, the most of them first."""
    outcome = Choice(
        When(status__in=OPEN_CASE, then=Value("open")),
        When(status__in=[CaseStatus.CLOSED, CaseStatus.AWAY], then=Value("closed")),
        default=F("ruling"),
    )
    rows = (
        Case.objects.filter(**period.of("opened_at"))
        .order_by()
        .values_list("policy", TruncWeek("opened_at"), outcome)
        .annotate(number=Count("pk"))
    )
    weeks: dict[UUID, dict[date, dict[str, int]]] = defaultdict(
        lambda: {week: dict.fromkeys(OUTCOMES, 0) for week in period.weeks()}
    )
    for policy, week, became, number in rows:
        if policy in policies:
            weeks[policy][week.date()][became] += number
    return sorted(
        (Volume(policies[pk], told) for pk, told in weeks.items()),
        key=lambda one: (-one.total, one.policy.slug),
    )


def _decided(period: Period) -> dict[UUID, dict[str, Any]]:
    """What each person decided."""
    looked = Q(batch=None, seconds__gt=0)
    rows = (
        Decision.objects.filter(**period.of("made_at"))
        .order_by()
        .values("made_by")
        .annotate(
            decisions=Count("pk"),
            at_once=Count("pk", filter=Q(batch__isnull=False)),
            undone=Count("pk", filter=Q(undone_at__isnull=False)),
            median=_median_of_seconds(looked),
        )
    )
    return {one["made_by"]: dict(one) for one in rows}


def _median_of_seconds(which: Q) -> Percentile:
    """The median of what people looked, over those decisions alone."""
    return Percentile(Choice(When(which, then=F("seconds")), output_field=FloatField()), 0.5)


def _borne(period: Period) -> dict[UUID, dict[str, Any]]:
    """What each person had before their eyes."""
    rows = (
        Exposure.objects.filter(**period.of("at"))
        .order_by()
        .values("user")
        .annotate(exposure=Sum("seconds"), uncovered=Sum("uncovered"))
    )
    return {one["user"]: dict(one) for one in rows}


def _workload(
    people: dict[UUID, User], decided: dict[UUID, dict[str, Any]], borne: dict[UUID, dict[str, Any]]
) -> list[Workload]:
    """Each person, by name: nobody stands above another."""
    found = []
    for pk in {*decided, *borne}:
        made, seen = decided.get(pk, {}), borne.get(pk, {})
        found.append(
            Workload(
                person=people[pk],
                decisions=made.get("decisions", 0),
                at_once=made.get("at_once", 0),
                undone=made.get("undone", 0),
                median=made.get("median"),
                exposure=seen.get("exposure", 0.0),
                uncovered=seen.get("uncovered", 0.0),
            )
        )
    return sorted(found, key=lambda one: (str(one.person).casefold(), str(one.person.pk)))


def _people(ids: set[UUID]) -> dict[UUID, User]:
    return {person.pk: person for person in User.objects.filter(pk__in=ids)}


def _named(found: list[Agreement], subjects: dict[UUID, Subject]) -> list[tuple[Subject, Agreement]]:
    """Each agreement with what it is of, by name."""
    named = [(subjects[one.subject], one) for one in found if one.subject in subjects]
    return sorted(named, key=lambda one: str(one[0]).casefold())


def _seconds(took: timedelta | None) -> float | None:
    return None if took is None else took.total_seconds()

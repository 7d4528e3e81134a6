"""How far first and second looks agree, by policy and by moderator, and whom somebody senior has agreed with."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery

from analysis.models import Action, CaseQueue, Decision
from analysis.rules.agreement import Kappa, kappa
from analysis.services.moderation.periods import Period
from analysis.services.moderation.verdicts import answer_of

# The acts of the three looks, each with what it restricts.
_SAID = ("first", "first_restriction", "action", "restriction", "senior", "senior_restriction")


@dataclass(frozen=True)
class Pairs:
    """`number` cases of a policy on which one person said `first`, and another, who did not know of it, `second`; and
    what somebody senior has said afterwards, empty where nobody has. What they said is as `verdicts.answer_of` tells
    it: two who restrict otherwise do not say the same.
    """

    policy_id: UUID
    first_by: UUID
    second_by: UUID
    first: str
    second: str
    senior: str
    number: int


@dataclass(frozen=True)
class Agreement:
    """Of all pairs of a `subject`: what `kappa` says of them, how many agree, how many were handed on by the second
    look (`unsure`: they count neither way), and of those that disagree how often somebody senior agreed with the one
    side and with the other, with neither, and has not decided yet. The sides are the first and the second look; of a
    person they are this person and the others.
    """

    subject: UUID | None
    kappa: Kappa | None
    pairs: int
    agreed: int
    unsure: int
    senior_one: int
    senior_other: int
    senior_neither: int
    senior_open: int


def pairs(*, period: Period, restricted: bool) -> list[Pairs]:
    """The pairs whose second look was in this time, those of restricted policies only if they are asked for; in one
    query.
    """
    same = Decision.objects.filter(case=OuterRef("case"), undone_at=None)
    first = same.filter(stage=CaseQueue.FIRST, made_at__lt=OuterRef("made_at")).order_by("-made_at")
    senior = same.filter(stage=CaseQueue.SENIOR, made_at__gt=OuterRef("made_at")).order_by("made_at")
    rows = (
        Decision.objects.filter(stage=CaseQueue.SECOND, undone_at=None, **period.of("made_at"))
        .filter(Q() if restricted else Q(case__policy__restricted=False))
        .annotate(
            first=Subquery(first.values("action")[:1]),
            first_restriction=Subquery(first.values("restriction")[:1]),
            first_by=Subquery(first.values("made_by")[:1]),
            senior=Subquery(senior.values("action")[:1]),
            senior_restriction=Subquery(senior.values("restriction")[:1]),
        )
        .exclude(first=None)
        .order_by()
        .values_list("case__policy", "first_by", "made_by", *_SAID)
        .annotate(number=Count("pk"))
    )
    found: Counter[tuple[UUID, UUID, UUID, str, str, str]] = Counter()
    for policy, first_by, second_by, *said, number in rows:
        one, other, last = map(_answer, said[::2], said[1::2])
        found[policy, first_by, second_by, one, other, last] += number
    return [Pairs(*told, number) for told, number in found.items()]


def _answer(action: str | None, restriction: dict[str, Any] | None) -> str:
    return answer_of(action, restriction or {}) if action else ""


def of_all(found: Iterable[Pairs]) -> Agreement:
    """The agreement of all pairs together."""
    return _agreement(None, [(one.first, one.second, one.senior, one.number) for one in found])


def by_policy(found: Iterable[Pairs]) -> list[Agreement]:
    """The agreement for each policy."""
    return _by(found, lambda one: [(one.policy_id, one.first, one.second)])


def by_person(found: Iterable[Pairs]) -> list[Agreement]:
    """The agreement of each person with all others, whichever of the two looks was theirs."""
    return _by(
        found,
        lambda one: [(one.first_by, one.first, one.second), (one.second_by, one.second, one.first)],
    )


def _by(found: Iterable[Pairs], sides: Callable[[Pairs], list[tuple[UUID, str, str]]]) -> list[Agreement]:
    told: dict[UUID, list[tuple[str, str, str, int]]] = defaultdict(list)
    for one in found:
        for subject, mine, theirs in sides(one):
            told[subject].append((mine, theirs, one.senior, one.number))
    return [_agreement(subject, lines) for subject, lines in told.items()]


def _agreement(subject: UUID | None, lines: list[tuple[str, str, str, int]]) -> Agreement:
    sure = [line for line in lines if Action.ESCALATE not in line[:2]]
    answers = sorted({answer for line in sure for answer in line[:2]})
    table = [[0] * len(answers) for _answer in answers]
    senior = dict.fromkeys(("one", "other", "neither", "open"), 0)
    for mine, theirs, last, number in sure:
        table[answers.index(mine)][answers.index(theirs)] += number
        if mine != theirs:
            senior[{"": "open", mine: "one", theirs: "other"}.get(last, "neither")] += number
    return Agreement(
        subject=subject,
        kappa=kappa(table),
        pairs=sum(map(sum, table)),
        agreed=sum(table[place][place] for place in range(len(answers))),
        unsure=sum(line[3] for line in lines) - sum(line[3] for line in sure),
        senior_one=senior["one"],
        senior_other=senior["other"],
        senior_neither=senior["neither"],
        senior_open=senior["open"],
    )

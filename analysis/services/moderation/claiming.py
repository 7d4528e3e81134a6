"""Who looks at a case: claimed by one at a time, with a lease that has to be renewed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DurationField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from analysis import access
from analysis.exceptions.moderation import CaseDecided, CaseTaken, LeaseGone, NothingWaiting
from analysis.models import OPEN_CASE, Case, CaseStatus
from analysis.querysets import CaseQuerySet
from analysis.signals import case_changed
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound, NotPermitted

_COUNTED_UP_TO = 100
# More than there are people who ask at the same moment.
_AHEAD = 40

# The first of each policy and queue, by the index that is made for this: it reads none of those that this person may
# not take, however many of them wait.
_NEAREST = """
SELECT near.id FROM unnest(%(queues)s::text[]) AS line(queue)
CROSS JOIN (SELECT id FROM analysis_policy WHERE %(restricted)s OR NOT restricted) AS policy
CROSS JOIN LATERAL (
    SELECT one.id, one.severity, one.due_at, one.reach FROM analysis_case AS one
    WHERE one.status = 'waiting' AND one.queue = line.queue AND one.policy_id = policy.id
        AND one.owner_id <> %(person)s AND NOT one.deciders @> ARRAY[%(person)s]::uuid[]
        AND one.id IS DISTINCT FROM %(passed)s::uuid
        AND (%(severity)s::int IS NULL OR (-one.severity, one.due_at, -one.reach, one.id)
            > (-%(severity)s::int, %(due_at)s::timestamptz, -%(reach)s::int, %(passed)s::uuid))
    ORDER BY one.severity DESC, one.due_at, one.reach DESC, one.id LIMIT %(most)s
) AS near
ORDER BY near.severity DESC, near.due_at, near.reach DESC, near.id LIMIT %(most)s
"""


def take_next(*, user: Caller, after: UUID | None = None) -> Case:
    """Claim the most urgent case that a person may take. Nobody else gets it meanwhile. `after` is one that they have
    just put back: what comes behind it is taken first, and it itself only when nothing else is left.

    Raises `NotPermitted`, and `NothingWaiting`.
    """
    person = _reviewer(user)
    free_lost()
    passed = Case.objects.filter(pk=after).first() if after is not None else None
    ways = [_Way(passed, behind=True), _Way(passed), _Way()] if passed is not None else [_Way()]
    for way in ways:
        taken = _take_first(person, way)
        if taken is not None:
            return taken
    raise NothingWaiting


@dataclass(frozen=True)
class _Way:
    """What is looked through: all but one case, or only what comes `behind` that one."""

    passed: Case | None = None
    behind: bool = False

    def of(self, rows: CaseQuerySet) -> CaseQuerySet:
        """These rows, as far as they are looked through."""
        if self.passed is None:
            return rows
        one = self.passed
        rows = rows.exclude(pk=one.pk)
        return rows.after((one.severity, one.due_at, one.reach, one.pk)) if self.behind else rows

    def as_facts(self) -> dict[str, Any]:
        """The same for `_NEAREST`."""
        one = self.passed
        place = (
            {"severity": one.severity, "due_at": one.due_at, "reach": one.reach} if one is not None else {}
        )
        nowhere = dict.fromkeys(("severity", "due_at", "reach"))
        return {"passed": one and one.pk, **(place if self.behind else nowhere)}


def _take_first(person: User, way: _Way) -> Case | None:
    """Claim the first case in the order of urgency that nobody is just taking; None when there is none.

    The first few are read without a lock, and the first of these is taken that is not locked. Where every one of them
    is, all that wait are looked through.
    """
    near = _nearest(person, way)
    takeable = way.of(Case.objects.takeable_by(person, queues=access.queues_of(person)))
    for rows in (takeable.filter(pk__in=near), takeable) if near else ():
        with transaction.atomic():
            free = rows.by_urgency().select_for_update(skip_locked=True, of=("self",))
            first = free.values_list("pk", flat=True).first()
            if first is not None:
                _claim(Case.objects.filter(pk=first, status=CaseStatus.WAITING), person.pk)
                return _told(first)
    return None


def _nearest(person: User, way: _Way) -> list[UUID]:
    """The most urgent cases that a person may take, as many as people may reach for at once. The same rule as
    `CaseQuerySet.takeable_by`.
    """
    facts: dict[str, Any] = {
        "queues": [str(queue) for queue in access.queues_of(person)],
        "restricted": access.can_review_restricted(person),
        "person": person.pk,
        "most": _AHEAD,
        **way.as_facts(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, facts)
        return [row[0] for row in cursor.fetchall()]


def claim(*, user: Caller, case_id: UUID) -> Case:
    """Claim this case; claiming one's own again renews it.

    Raises `NotFound`, `NotPermitted` for one that this person may not take, `CaseTaken`, and `CaseDecided`.
    """
    person = _reviewer(user)
    case = Case.objects.visible_to(person).with_subjects().filter(pk=case_id).first()
    if case is None:
        raise NotFound
    if case.status not in OPEN_CASE:
        raise CaseDecided
    if not access.can_take_case(person, case):
        raise NotPermitted
    free = Q(status=CaseStatus.WAITING) | Q(status=CaseStatus.CLAIMED, lease_until__lte=Now())
    mine = Q(status=CaseStatus.CLAIMED, assignee=person)
    with transaction.atomic():
        if _claim(Case.objects.filter(free | mine, pk=case_id, queue=case.queue), person.pk):
            return _told(case_id)
    case.refresh_from_db()
    raise CaseTaken if case.status in OPEN_CASE else CaseDecided


def renew(*, user: Caller, case_id: UUID) -> Case:
    """Keep a case that one has claimed for a while longer. Raises `LeaseGone` for somebody else's."""
    person = _reviewer(user)
    mine = Case.objects.filter(pk=case_id, status=CaseStatus.CLAIMED, assignee=person, lease_until__gt=Now())
    with transaction.atomic():
        if mine.update(lease_until=lease_from_now()):
            return _told(case_id)
    raise LeaseGone


def release(*, user: Caller, case_id: UUID) -> None:
    """Put a case back that one has claimed. Doing it again changes nothing; raises `LeaseGone` for somebody else's."""
    person = _reviewer(user)
    mine = Case.objects.filter(pk=case_id, status=CaseStatus.CLAIMED, assignee=person)
    with transaction.atomic():
        if _free(mine):
            _told(case_id)
            return
    if not Case.objects.visible_to(person).filter(pk=case_id, status=CaseStatus.WAITING).exists():
        raise LeaseGone


def free_lost() -> int:
    """Put back what nobody has renewed; returns how many there were."""
    lost = Case.objects.filter(status=CaseStatus.CLAIMED, lease_until__lte=Now())
    if not lost.exists():
        return 0
    with transaction.atomic():
        # Whoever looks through them at the same time takes others, and waits for nobody.
        ids = list(lost.select_for_update(skip_locked=True).values_list("pk", flat=True))
        _free(Case.objects.filter(pk__in=ids))
        for pk in ids:
            _told(pk)
    return len(ids)


def count_waiting(user: Caller) -> int:
    """How many cases wait that a person may take, counted up to 100. One query; none for those who review nothing."""
    queues = access.queues_of(user)
    if not isinstance(user, User) or not queues:
        return 0
    return Case.objects.takeable_by(user, queues=queues).order_by()[:_COUNTED_UP_TO].count()


def _reviewer(user: Caller) -> User:
    """The person, who may review; raises `NotPermitted`."""
    if not isinstance(user, User) or not access.can_review(user):
        raise NotPermitted
    return user


def _claim(rows: QuerySet[Case], person_id: UUID) -> int:
    """Mark as claimed. The time is the database's: all machines agree on it."""
    return rows.update(
        status=CaseStatus.CLAIMED,
        assignee=person_id,
        lease_until=lease_from_now(),
        claimed_at=Now(),
        updated_at=Now(),
    )


def _free(rows: QuerySet[Case]) -> int:
    return rows.update(
        status=CaseStatus.WAITING, assignee=None, lease_until=None, claimed_at=None, updated_at=Now()
    )


def lease_from_now() -> Combinable:
    """When a lease that begins now ends, by the clock of the database."""
    return ExpressionWrapper(
        Now() + Value(timedelta(seconds=settings.MODERATION_LEASE), DurationField()),
        output_field=Case._meta.get_field("lease_until"),
    )


def _told(case_id: UUID) -> Case:
    """The case as it is now; those who moderate are told."""
    case = Case.objects.with_subjects().get(pk=case_id)
    case_changed.send(sender=Case, case=case)
    return case

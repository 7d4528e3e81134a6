"""Who looks at a case: claimed by one at a time, with a lease that has to be renewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from analysis import access
from analysis.exceptions.moderation import CaseDecided, CaseTaken, LeaseGone, NothingWaiting
from analysis.models import OPEN_CASE, Case, CaseStatus
from analysis.services.moderation.rights import require_reviewer
from analysis.signals import case_changed
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound, NotPermitted

_COUNTED_UP_TO = 100
# More than there are people who ask at the same moment.
_AHEAD = 40

# The first of each policy and queue, by the index that is made for this: it reads none of those that this person may
# not take, however many of them wait.
_NEAR = """
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
# One statement that looks and claims. The first few are read without a lock, and the first of them is taken that nobody
# else is just taking; what somebody took meanwhile is seen when it is locked. Who only writes a row that points to a
# case (a comment, a report) locks its key: that case is taken all the same.
_TAKE = f"""
WITH near AS MATERIALIZED ({_NEAR}), free AS MATERIALIZED (
    SELECT one.id FROM near JOIN analysis_case AS one ON one.id = near.id
    WHERE one.status = 'waiting' AND one.queue = ANY(%(queues)s)
        AND NOT one.deciders @> ARRAY[%(person)s]::uuid[]
    ORDER BY one.severity DESC, one.due_at, one.reach DESC, one.id LIMIT 1
    FOR NO KEY UPDATE OF one SKIP LOCKED
)
UPDATE analysis_case AS taken
SET status = 'claimed', assignee_id = %(person)s, claimed_at = statement_timestamp(),
    lease_until = statement_timestamp() + %(lease)s, updated_at = statement_timestamp()
FROM free WHERE taken.id = free.id
RETURNING taken.*
"""  # noqa: S608 - both parts stand here


def take_next(*, user: Caller, after: UUID | None = None) -> Case:
    """Claim the most urgent case that a person may take, with its policy. Nobody else gets it meanwhile. `after` is one
    that they have just put back: what comes behind it is taken first, and it itself only when nothing else is left.

    What nobody has renewed is put back by the beat, and here only when nothing waits.

    Raises `NotPermitted`, and `NothingWaiting`.
    """
    person = require_reviewer(user)
    passed = Case.objects.filter(pk=after).first() if after is not None else None
    ways = [_Way(passed, behind=True), _Way(passed), _Way()] if passed is not None else [_Way()]
    taken = _take_by(ways, person)
    if taken is None and free_lost():
        taken = _take_by(ways, person)
    if taken is None:
        raise NothingWaiting
    taken.assignee = person
    case_changed.send(sender=Case, case=taken)
    return taken


@dataclass(frozen=True)
class _Way:
    """What is looked through: all but one case, or only what comes `behind` that one."""

    passed: Case | None = None
    behind: bool = False

    def as_facts(self) -> dict[str, Any]:
        """What `_NEAR` has to know of it."""
        one = self.passed
        place = (
            {"severity": one.severity, "due_at": one.due_at, "reach": one.reach} if one is not None else {}
        )
        nowhere = dict.fromkeys(("severity", "due_at", "reach"))
        return {"passed": one and one.pk, **(place if self.behind else nowhere)}


def _take_by(ways: Sequence[_Way], person: User) -> Case | None:
    """Claim the first case in the order of urgency that nobody is just taking, by the first of these ways that has one;
    None when none has.
    """
    for way in ways:
        # Where others have taken all of the first few meanwhile, all that wait are looked through.
        taken = _take(person, way, most=_AHEAD) or _take(person, way, most=None)
        if taken is not None:
            return taken
    return None


def _take(person: User, way: _Way, *, most: int | None) -> Case | None:
    """Claim the first of so many of the most urgent cases, or of all of them; one statement."""
    return next(iter(Case.objects.raw(_TAKE, _facts(person, way, most=most))), None)


def coming(*, user: Caller) -> UUID | None:
    """The case that would be next just now, claimed by nobody; None when nothing waits. Raises `NotPermitted`."""
    found = Case.objects.raw(_NEAR, _facts(require_reviewer(user), _Way(), most=1))
    return next((one.pk for one in found), None)


def _facts(person: User, way: _Way, *, most: int | None) -> dict[str, Any]:
    """What `_NEAR` and `_TAKE` have to know. The same rule as `CaseQuerySet.takeable_by`."""
    return {
        "queues": [str(queue) for queue in access.queues_of(person)],
        "restricted": access.can_review_restricted(person),
        "person": person.pk,
        "lease": timedelta(seconds=settings.MODERATION_LEASE),
        "most": most,
        **way.as_facts(),
    }


def claim(*, user: Caller, case_id: UUID) -> Case:
    """Claim this case; claiming one's own again renews it.

    Raises `NotFound`, `NotPermitted` for one that this person may not take, `CaseTaken`, and `CaseDecided`.
    """
    person = require_reviewer(user)
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
    person = require_reviewer(user)
    mine = Case.objects.filter(pk=case_id, status=CaseStatus.CLAIMED, assignee=person, lease_until__gt=Now())
    with transaction.atomic():
        if mine.update(lease_until=lease_from_now()):
            return _told(case_id)
    raise LeaseGone


def release(*, user: Caller, case_id: UUID) -> None:
    """Put a case back that one has claimed. Doing it again changes nothing; raises `LeaseGone` for somebody else's."""
    person = require_reviewer(user)
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

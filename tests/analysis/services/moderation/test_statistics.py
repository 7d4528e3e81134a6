"""The numbers are those of what was opened and decided, each from few questions, and for who may see them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from analysis.models import Appeal, Case, Decision, Exposure
from analysis.services.moderation import statistics
from analysis.services.moderation.bulk import Wish
from analysis.services.moderation.periods import Period
from analysis.services.moderation.statistics import Statistics
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotPermitted
from tests.analysis.deciding import decided
from tests.analysis.moderating import case, decided_at_once, policy
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def gathered(days: int = 30, **person: Any) -> Statistics:
    return statistics.gather(user=UserFactory(role="manager", **person), period=Period.last(days))


def ago(**past: float) -> Any:
    return timezone.now() - timedelta(**past)


def test_what_waits_is_told_by_severity_and_age() -> None:
    for severity, hours in ((4, 0.5), (4, 30), (2, 5), (2, 200)):
        one = case(severity=severity, due_at=ago(hours=hours - 24))
        Case.objects.filter(pk=one.pk).update(opened_at=ago(hours=hours))
    decided(("first", "reject", None))
    found = {one.severity: one for one in gathered().waiting}
    assert list(found) == [4, 3, 2, 1]
    assert found[4].by_age == {"1h": 1, "8h": 0, "1d": 0, "3d": 1, "more": 0}
    assert found[2].by_age == {"1h": 0, "8h": 1, "1d": 0, "3d": 0, "more": 1}
    assert (found[4].overdue, found[2].overdue, found[3].total) == (1, 1, 0)


def test_the_time_to_a_decision_is_told_over_all_and_by_day() -> None:
    for hours in (1, 2, 3, 4, 100):
        decided(("first", "reject", None), hours=hours)
    decided(("appeal", "reject", None), hours=900)
    decided(("first", "reject", None), days=40)
    found = gathered()
    assert (found.pace.decided, found.pace.median) == (5, 3 * 3600.0)
    assert found.pace.p90 == pytest.approx(61.6 * 3600.0)
    day = (timezone.now() - timedelta(days=1)).date()
    assert [(one.day, one.decided) for one in found.days if one.decided] == [(day, 5)]
    assert len(found.days) in {30, 31}


def test_what_was_overturned_is_told_with_its_interval() -> None:
    for status in ("overturned", "upheld", "upheld", "open"):
        one = decided(("first", "reject", None))
        Appeal.objects.create(
            case=one,
            decision=one.decisions.get(),
            text="No",
            made_by=one.owner,
            status=status,
            decided_at=None if status == "open" else ago(hours=1),
        )
    decided(("first", "reject", None), ("second", "approve", None), ("senior", "approve", None))
    decided(("first", "reject", None), ("second", "approve", None), ("senior", "reject", None))
    decided(("first", "escalate", None), ("senior", "reject", None))
    Decision.objects.filter(stage="second").update(undone_at=ago(hours=1))
    found = gathered().overturned
    assert found.appeals is not None and (found.appeals.hits, found.appeals.total) == (1, 3)
    assert found.senior is not None and (found.senior.hits, found.senior.total) == (1, 2)
    assert found.undone is not None and (found.undone.hits, found.undone.total) == (2, 12)


def test_volumes_are_told_by_policy_week_and_outcome() -> None:
    under = policy()
    decided(("first", "reject", None), of=under)
    decided(("first", "approve", None), of=under, days=10)
    case(of=under)
    case()
    Case.objects.filter(pk=case().pk).update(status="closed")
    volumes = gathered().volumes
    assert [(one.policy.slug, one.total) for one in volumes] == [("bare", 3), ("house-rules", 2)]
    sums = {name: sum(week[name] for week in volumes[0].weeks.values()) for name in statistics.OUTCOMES}
    assert sums == {"approved": 1, "restricted": 0, "rejected": 1, "open": 1, "closed": 0}
    assert len(volumes[0].weeks) in {5, 6} and all(week.weekday() == 0 for week in volumes[0].weeks)


def test_what_each_person_bears_is_told_by_name() -> None:
    zaid, amal = UserFactory(role="moderator", name="Zaid"), UserFactory(role="moderator", name="Amal")
    for seconds in (10.0, 20.0, 60.0):
        one = decided(("first", "reject", zaid), seconds=seconds)
    decided_at_once(zaid, [case()], Wish("reject", "sexual"))
    Exposure.objects.create(user=amal, case=one, severity=2, seconds=90.0, uncovered=5.0)
    Exposure.objects.create(user=amal, case=one, severity=2, seconds=10.0)
    found = gathered().workload
    assert [str(one.person) for one in found] == ["Amal", "Zaid"]
    assert (found[0].decisions, found[0].median, found[0].exposure, found[0].uncovered) == (
        0,
        None,
        100.0,
        5.0,
    )
    assert (found[1].decisions, found[1].at_once, found[1].median, found[1].exposure) == (4, 1, 20.0, 0.0)


def test_agreement_and_precision_are_named() -> None:
    amal, badr = UserFactory(role="moderator", name="Amal"), UserFactory(role="moderator", name="Badr")
    decided(("first", "reject", badr), ("second", "reject", amal), of=policy())
    found = gathered()
    assert [(one.slug, told.pairs) for one, told in found.policies] == [("bare", 1)]
    assert [str(person) for person, _told in found.people] == ["Amal", "Badr"]
    assert [one.rule for one in found.rules] == ["nudity"]


def test_an_empty_portal_has_no_numbers() -> None:
    found = gathered()
    assert (found.pace.median, found.volumes, found.workload, found.rules) == (None, [], [], [])
    assert (found.overturned.appeals, found.overturned.senior, found.overturned.undone) == (None, None, None)
    assert found.agreement.kappa is None


def test_it_takes_as_many_questions_for_many_as_for_few(django_assert_num_queries: Any) -> None:
    manager = UserFactory(role="manager")
    assert manager.has_perm("analysis.see_moderation_stats")
    for number in (1, 3):
        for _one in range(number):
            under = policy(f"bare-{number}-{_one}")
            decided(("first", "reject", None), ("second", "approve", None), of=under)
            case(of=under)
        with django_assert_num_queries(13):
            statistics.gather(user=manager, period=Period.last(30))


def test_names_of_restricted_policies_are_kept_from_who_may_not_see_them() -> None:
    decided(("first", "reject", None), ("second", "reject", None), of=policy("grave", restricted=True))
    assert [one.policy.slug for one in gathered().volumes] == ["grave"]
    person = UserFactory(role="moderator")
    give(person, "see_moderation_stats")
    found = statistics.gather(user=User.objects.get(pk=person.pk), period=Period.last(30))
    assert (found.volumes, found.policies, found.rules) == ([], [], [])


def test_only_who_may_see_them_gets_them() -> None:
    for person in (UserFactory(role="moderator"), UserFactory(role="contributor")):
        with pytest.raises(NotPermitted):
            statistics.gather(user=person, period=Period.last(7))


def give(person: User, codename: str) -> None:
    """Give somebody one permission beside their role."""
    person.user_permissions.add(Permission.objects.get(codename=codename))

"""The list of cases is in the order of urgency, filtered, whole over its pages, and tells nobody what is not theirs."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from analysis.models import Case
from analysis.services.moderation import claiming, deciding, queue
from analysis.services.moderation.queue import Filters
from analysis.services.moderation.verdicts import Verdict
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound, NotPermitted
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator")


def ids(user: User, **filters: Any) -> list[Any]:
    return [line.case.pk for line in queue.page(user=user, filters=Filters(**filters)).lines]


def test_the_worst_stand_first_then_the_due_then_the_seen(moderator: User) -> None:
    now = timezone.now()
    late = case(severity=2, due_at=now + timedelta(hours=2))
    seen = case(severity=2, due_at=now + timedelta(hours=1), reach=9)
    unseen = case(severity=2, due_at=seen.due_at, reach=1)
    bad = case(severity=4, due_at=now + timedelta(days=9))
    assert ids(moderator) == [bad.pk, seen.pk, unseen.pk, late.pk]


def test_pages_leave_nothing_out_and_repeat_nothing(moderator: User) -> None:
    now = timezone.now()
    rows = [case(severity=1 + n % 3, due_at=now + timedelta(hours=n % 2), reach=n % 2) for n in range(7)]
    told, after = [], ""
    for _page in range(4):
        page = queue.page(user=moderator, filters=Filters(), after=after, size=2)
        told += [line.case.pk for line in page.lines]
        after = page.after
    assert after == "" and sorted(told) == sorted(row.pk for row in rows)
    assert told == ids(moderator)


def test_decided_cases_stand_by_when_they_were_decided(moderator: User) -> None:
    told = []
    for hours in (1, 3, 2):
        one = case(status="decided", ruling="rejected", decided_at=timezone.now() - timedelta(hours=hours))
        told.append((hours, one.pk))
    page = queue.page(user=moderator, filters=Filters(status="decided"), size=2)
    rest = queue.page(user=moderator, filters=Filters(status="decided"), after=page.after, size=2)
    assert [line.case.pk for line in page.lines + rest.lines] == [pk for _hours, pk in sorted(told)]
    assert {line.ruling for line in page.lines} == {"rejected"}


@pytest.mark.parametrize("after", ["x", "e30", "WzEsMiwzLDRd", "W10", "é", "WyJhIl0"])
def test_a_place_that_nobody_was_given_is_not_found(moderator: User, after: str) -> None:
    case()
    with pytest.raises(NotFound):
        queue.page(user=moderator, filters=Filters(), after=after)


def test_filters_narrow_the_list(moderator: User) -> None:
    other = UserFactory(role="moderator")
    under = policy("bare")
    plain = case()
    of_policy = case(of=under)
    reported = case(source="report")
    overdue = case(due_at=timezone.now() - timedelta(hours=1))
    second = case(queue="second")
    mine, theirs = case(), case()
    claiming.claim(user=moderator, case_id=mine.pk)
    claiming.claim(user=other, case_id=theirs.pk)
    assert ids(moderator, policy="bare") == [of_policy.pk]
    assert ids(moderator, source="report") == [reported.pk]
    assert ids(moderator, overdue=True) == [overdue.pk]
    assert ids(moderator, queue="second") == [second.pk]
    assert ids(moderator, assignee="me") == [mine.pk]
    assert ids(moderator, assignee="others") == [theirs.pk]
    assert set(ids(moderator, assignee="none")) == {
        one.pk for one in (plain, of_policy, reported, overdue, second)
    }
    assert set(ids(moderator, status="claimed")) == {mine.pk, theirs.pk}
    assert ids(moderator, severity=4) == []


def test_a_lease_that_has_run_out_takes_nothing(moderator: User) -> None:
    one = case()
    claiming.claim(user=UserFactory(role="moderator"), case_id=one.pk)
    (line,) = queue.page(user=moderator, filters=Filters()).lines
    assert line.taken and not line.may_take
    Case.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    (line,) = queue.page(user=moderator, filters=Filters()).lines
    assert not line.taken and line.may_take
    assert ids(moderator, assignee="none") == [one.pk]


def test_what_makes_no_sense_in_an_address_asks_for_nothing() -> None:
    told = {
        "queue": "x",
        "severity": "9",
        "status": "shut",
        "source": "",
        "assignee": "God",
        "overdue": "yes",
    }
    assert Filters.of(told) == Filters()
    assert not Filters.of(told).narrowing
    right = {"queue": "second", "severity": "4", "overdue": "1", "policy": "a\0b"}
    found = Filters.of(right)
    assert found == Filters(queue="second", severity=4, overdue=True, policy="ab")
    assert found.narrowing and not Filters(queue="second").narrowing
    assert found.as_data() == {"queue": "second", "severity": 4, "overdue": True, "policy": "ab"}


def test_nobody_sees_those_of_their_own_or_of_restricted_policies(moderator: User) -> None:
    case(AssetFactory(published=True, uploaded_by=moderator))
    hidden = case(of=policy("grave", restricted=True))
    assert ids(moderator) == []
    assert queue.counts(user=moderator) == {"first": 0, "second": 0, "appeal": 0}
    manager = UserFactory(role="manager")
    assert hidden.pk in ids(manager)
    assert queue.counts(user=manager)["first"] == 2
    assert "grave" not in queue.policies(user=moderator).values_list("slug", flat=True)
    with pytest.raises(NotPermitted):
        queue.counts(user=UserFactory(role="contributor"))


def test_before_a_second_look_the_first_is_not_told() -> None:
    first, second = UserFactory(role="moderator"), UserFactory(role="moderator")
    one = case(of=policy(double=1.0))
    claiming.claim(user=first, case_id=one.pk)
    deciding.decide(user=first, case_id=one.pk, verdict=Verdict("reject", "sexual"))
    (line,) = queue.page(user=second, filters=Filters()).lines
    assert (line.case.queue, line.ruling, line.may_take) == ("second", "", True)
    (line,) = queue.page(user=first, filters=Filters()).lines
    assert not line.may_take


def test_a_page_asks_as_often_for_many_as_for_few(moderator: User, django_assert_num_queries: Any) -> None:
    assert moderator.has_perm("analysis.review_cases")
    for number in (1, 6):
        for _one in range(number):
            asset = AssetFactory(published=True)
            VariantFactory(asset=asset, poster=True)
            case(asset)
        with django_assert_num_queries(3):
            queue.page(user=moderator, filters=Filters())
    with django_assert_num_queries(1):
        queue.counts(user=moderator)

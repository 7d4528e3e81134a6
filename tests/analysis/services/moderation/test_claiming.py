"""Cases are claimed by one at a time: by many people at once, in the order of urgency, and by decisions that race."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from analysis.exceptions.moderation import CaseDecided, LeaseGone, NothingWaiting
from analysis.models import Case, CaseComment, Decision, Policy
from analysis.services.moderation import claiming, deciding
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import Problem
from tests.analysis.moderating import case
from tests.factories import AssetFactory, UserFactory

THREADS, CASES = 20, 2_000


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """What several threads return, or raise, that begin at the same time; each has a connection of its own."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=60)
            return work()
        except Problem as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def many(count: int) -> None:
    """So many waiting cases, of a few severities and deadlines, many of them alike in both."""
    owner = UserFactory()
    house = Policy.objects.get(slug="house-rules")
    template = AssetFactory(published=True, uploaded_by=owner)
    facts = {
        field.attname: getattr(template, field.attname)
        for field in Asset._meta.concrete_fields
        if field.attname not in {"id", "job_id", "storage_key", "sha256"}
    }
    assets = Asset.objects.bulk_create(
        Asset(**facts, sha256=f"{number:064}", storage_key=f"assets/many/{number}") for number in range(count)
    )
    soon = timezone.now() + timedelta(hours=1)
    Case.objects.bulk_create(
        Case(
            asset=asset,
            owner=owner,
            policy=house,
            version=house.current,
            source="policy",
            severity=1 + number % 4,
            due_at=soon + timedelta(minutes=number % 7),
            reach=number % 3,
        )
        for number, asset in enumerate(assets)
    )


def urgency(one: Case) -> tuple[Any, ...]:
    return -one.severity, one.due_at, -one.reach, one.pk


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_each_given_other_cases_in_the_order_of_urgency() -> None:
    many(CASES)
    people = [UserFactory(role="moderator") for _number in range(THREADS)]

    def claims(person: User) -> Callable[[], list[Case]]:
        def work() -> list[Case]:
            taken = []
            while True:
                try:
                    taken.append(claiming.take_next(user=person))
                except NothingWaiting:
                    return taken

        return work

    taken: list[list[Case]] = at_once([claims(person) for person in people])
    ids = [one.pk for each in taken for one in each]
    assert len(ids) == len(set(ids)) == CASES
    for person, each in zip(people, taken, strict=True):
        assert {one.assignee_id for one in each} <= {person.pk}
        assert [urgency(one) for one in each] == sorted(urgency(one) for one in each)
    assert set(Case.objects.values_list("status", flat=True)) == {"claimed"}
    held = {one.pk: one.assignee_id for one in Case.objects.all()}
    assert held == {one.pk: one.assignee_id for each in taken for one in each}


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_that_race_one_wins_and_the_other_is_told() -> None:
    one, person = case(), UserFactory(role="moderator")
    claiming.claim(user=person, case_id=one.pk)

    def decides(action: str, reason: str) -> Callable[[], Decision]:
        return lambda: deciding.decide(user=person, case_id=one.pk, verdict=Verdict(action, reason))

    answers = at_once([decides("reject", "spam"), decides("approve", "fine")])
    (won,) = [answer for answer in answers if isinstance(answer, Decision)]
    (lost,) = [answer for answer in answers if not isinstance(answer, Decision)]
    assert isinstance(lost, CaseDecided)
    assert list(Decision.objects.values_list("pk", "effective")) == [(won.pk, True)]
    assert Case.objects.get().ruling == {"reject": "rejected", "approve": "approved"}[won.action]


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_is_lost_while_another_claims_decides_nothing() -> None:
    one, late, quick = case(), UserFactory(role="moderator"), UserFactory(role="moderator")
    claiming.claim(user=late, case_id=one.pk)
    Case.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    answers = at_once(
        [
            lambda: deciding.decide(user=late, case_id=one.pk, verdict=Verdict("reject", "spam")),
            lambda: claiming.claim(user=quick, case_id=one.pk),
            claiming.free_lost,
        ]
    )
    assert isinstance(answers[0], LeaseGone)
    assert isinstance(answers[1], Case)
    assert Case.objects.get().assignee_id == quick.pk
    assert not Decision.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_who_look_for_lost_leases_at_once_free_each_of_them_once() -> None:
    many(60)
    person = UserFactory(role="moderator")
    Case.objects.update(status="claimed", assignee=person, lease_until=timezone.now() - timedelta(seconds=1))
    freed = at_once([claiming.free_lost for _number in range(8)])
    assert sum(freed) == 60
    assert Case.objects.filter(status="waiting", assignee=None).count() == 60


@pytest.mark.django_db(transaction=True)
def test_what_others_are_just_taking_is_passed_over_and_found_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = case(severity=4), case(severity=1)
    monkeypatch.setattr(claiming, "_AHEAD", 1)
    held, taken = threading.Event(), threading.Event()

    def holds() -> None:
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=first.pk)
            held.set()
            assert taken.wait(timeout=60)

    def takes() -> Case:
        assert held.wait(timeout=60)
        try:
            return claiming.take_next(user=UserFactory(role="moderator"))
        finally:
            taken.set()

    assert at_once([holds, takes])[1] == second


@pytest.mark.django_db(transaction=True)
def test_a_case_that_somebody_is_just_writing_about_is_taken_all_the_same() -> None:
    one, author = case(), UserFactory(role="moderator")
    with transaction.atomic():
        CaseComment.objects.create(case=one, author=author, text="Look at the end")
        (taken,) = at_once([lambda: claiming.take_next(user=UserFactory(role="moderator"))])
    assert taken == one


@pytest.mark.django_db
def test_what_comes_next_is_told_without_being_claimed() -> None:
    person = UserFactory(role="moderator")
    assert claiming.coming(user=person) is None
    case(severity=1)
    one = case(severity=3)
    case(queue="senior", severity=4)
    assert claiming.coming(user=person) == one.pk
    assert claiming.take_next(user=person) == one


@pytest.mark.django_db
def test_the_next_case_is_looked_for_and_claimed_in_one_statement(django_assert_num_queries: Any) -> None:
    case(severity=1)
    one = case(severity=4)
    person = UserFactory(role="moderator")
    assert person.has_perm("analysis.review_cases")  # asked for once a request
    with django_assert_num_queries(2):  # it, and the policy that those who moderate are told
        taken = claiming.take_next(user=person)
    assert (taken.pk, taken.status, taken.assignee) == (one.pk, "claimed", person)
    assert taken == Case.objects.get(assignee=person, lease_until__gt=timezone.now())


@pytest.mark.django_db
def test_what_nobody_has_renewed_is_given_out_when_nothing_else_waits() -> None:
    one, person = case(), UserFactory(role="moderator")
    claiming.claim(user=UserFactory(role="moderator"), case_id=one.pk)
    with pytest.raises(NothingWaiting):
        claiming.take_next(user=person)
    Case.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claiming.take_next(user=person) == one

"""First and second looks are compared pair by pair, and somebody senior says who was right."""

from typing import Any

import pytest

from analysis.models import Case, Decision
from analysis.services.moderation import agreement
from analysis.services.moderation.agreement import Pairs
from analysis.services.moderation.periods import Period
from analysis.services.moderation.verdicts import Restriction
from mediaportal.accounts.models import User
from tests.analysis.deciding import decided
from tests.analysis.moderating import policy
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> tuple[User, User]:
    return UserFactory(role="moderator", name="Amal"), UserFactory(role="moderator", name="Badr")


def found(**wishes: Any) -> list[Pairs]:
    return agreement.pairs(period=Period.last(30), **{"restricted": True, **wishes})


def test_pairs_are_counted_with_what_a_senior_said(
    two: tuple[User, User], django_assert_num_queries: Any
) -> None:
    amal, badr = two
    for _one in range(3):
        decided(("first", "reject", amal), ("second", "reject", badr))
    decided(("first", "reject", amal), ("second", "approve", badr), ("senior", "approve", None))
    decided(("first", "reject", amal))
    with django_assert_num_queries(1):
        pairs = found()
    house = pairs[0].policy_id
    assert sorted(pairs, key=lambda one: one.number) == [
        Pairs(house, amal.pk, badr.pk, "reject", "approve", "approve", 1),
        Pairs(house, amal.pk, badr.pk, "reject", "reject", "", 3),
    ]


def test_a_policy_and_each_person_have_their_kappa(two: tuple[User, User]) -> None:
    amal, badr = two
    for act, times in (("reject", 4), ("approve", 4)):
        for _one in range(times):
            decided(("first", act, amal), ("second", act, badr))
    decided(("first", "reject", amal), ("second", "approve", badr), ("senior", "approve", None))
    decided(("first", "approve", badr), ("second", "reject", amal))
    decided(("first", "reject", amal), ("second", "escalate", badr), ("senior", "restrict", None))
    (told,) = agreement.by_policy(found())
    assert (told.pairs, told.agreed, told.unsure) == (10, 8, 1)
    assert (told.senior_one, told.senior_other, told.senior_neither, told.senior_open) == (0, 1, 0, 1)
    assert told.kappa is not None and told.kappa.value == pytest.approx(0.6)
    assert agreement.of_all(found()).kappa == told.kappa
    people = {one.subject: one for one in agreement.by_person(found())}
    # Amal said reject twice where Badr did not, once of which a senior has not agreed with.
    assert (people[amal.pk].senior_one, people[amal.pk].senior_other) == (0, 1)
    assert (people[badr.pk].senior_one, people[badr.pk].senior_other) == (1, 0)
    assert people[amal.pk].pairs == people[badr.pk].pairs == 10


def test_what_was_undone_or_was_long_ago_does_not_count(two: tuple[User, User]) -> None:
    amal, badr = two
    one = decided(("first", "reject", amal), ("second", "reject", badr))
    Decision.objects.filter(case=one, stage="second").update(undone_at="2026-01-01T00:00Z")
    decided(("first", "reject", amal), ("second", "reject", badr), days=40)
    assert found() == []
    nothing = agreement.of_all([])
    assert (nothing.kappa, nothing.pairs) == (None, 0)


def test_restricted_policies_are_left_out_for_who_may_not_see_them(two: tuple[User, User]) -> None:
    amal, badr = two
    decided(("first", "reject", amal), ("second", "reject", badr), of=policy("grave", restricted=True))
    assert found(restricted=False) == []
    assert len(found()) == 1


def restricted(two: tuple[User, User], *restrictions: Restriction) -> Case:
    """A case that two have restricted, the one so and the other so, and perhaps somebody senior."""
    amal, badr = two
    stages = (("first", "restrict", amal), ("second", "restrict", badr), ("senior", "restrict", None))
    one = decided(*stages[: len(restrictions)])
    for (stage, _act, _who), said in zip(stages, restrictions, strict=False):
        Decision.objects.filter(case=one, stage=stage).update(restriction=said.as_data())
    return one


def test_two_who_restrict_otherwise_do_not_agree(
    two: tuple[User, User], django_assert_num_queries: Any
) -> None:
    restricted(two, Restriction("12"), Restriction("18"), Restriction("18"))
    restricted(two, Restriction("12", regions=("SA", "AE")), Restriction("12", regions=("AE", "SA")))
    restricted(two, Restriction(cut=((1.0, 4.2),)), Restriction(cut=((0.9, 4.0),)))
    restricted(two, Restriction(cut=((1.0, 4.2),)), Restriction(cut=((1.0, 9.0),)))
    with django_assert_num_queries(1):
        told = agreement.of_all(found())
    assert (told.pairs, told.agreed, told.senior_other, told.senior_open) == (4, 2, 1, 1)

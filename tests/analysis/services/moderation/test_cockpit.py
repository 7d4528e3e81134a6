"""What the page of a case is given."""

import pytest
from pytest_django import DjangoAssertNumQueries

from analysis.models import Action, Case, Moment
from analysis.services.moderation import casebook, claiming, cockpit, verdicts
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, found, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator")


def given(one: Case, user: User) -> dict[str, object]:
    """What the template of a case is given for a person."""
    return cockpit.context_of(casebook.find(user=user, case_id=one.pk), user=user)


def hit(start: float, end: float, kind: str = "moderation") -> dict[str, object]:
    """A hit as it stands in evidence."""
    return {
        **{"rule": "nudity", "band": "review", "score": 0.8, "kind": kind, "label": "Drinking"},
        **{"parent": "", "text": "", "start": start, "end": end, "moment": None, "region": ""},
    }


def test_reasons_are_those_that_a_decision_accepts(moderator: User) -> None:
    told = given(case(), moderator)
    for act in Action:
        offered = {one["value"] for one in told["reasons"] if act in one["acts"].split()}  # type: ignore[attr-defined]
        assert offered == verdicts.REASONS[act]


def test_what_is_said_is_that_around_the_moments_and_each_once(moderator: User) -> None:
    asset = AssetFactory(published=True, duration=600.0)
    found(asset, *[("", 0.9, at, at + 2.0) for at in (5.0, 35.0, 90.0, 300.0)], kind="speech")
    one = case(asset)
    Case.objects.filter(pk=one.pk).update(evidence=[hit(30.0, 32.0), hit(20.0, 22.0), hit(310.0, 311.0)])
    said = given(one, moderator)["said"]
    assert isinstance(said, list)
    assert [moment.start for moment in said] == [5.0, 35.0, 300.0]
    assert all(isinstance(moment, Moment) for moment in said)


def test_facts_of_the_whole_are_told_apart_from_moments(moderator: User) -> None:
    one = case()
    Case.objects.filter(pk=one.pk).update(evidence=[hit(1.0, 2.0), hit(0.0, 0.0, kind="report")])
    told = given(one, moderator)
    assert [place.number for place in told["moments"]] == [0]  # type: ignore[attr-defined]
    assert [(place.number, place.percent) for place in told["facts"]] == [(1, None)]  # type: ignore[attr-defined]


def test_policies_that_are_off_or_kept_from_somebody_are_not_offered(moderator: User) -> None:
    policy("bare", mode="off")
    policy("secret", restricted=True)
    policy("open")
    offered = [one.slug for one in given(case(), moderator)["policies"]]  # type: ignore[attr-defined]
    assert "open" in offered and "house-rules" in offered
    assert "bare" not in offered and "secret" not in offered


def test_what_waits_is_counted_once_for_each_and_costs_one_query(
    moderator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    case()
    case(AssetFactory(published=True, uploaded_by=moderator))
    moderator.has_perm("analysis.review_cases")
    with django_assert_num_queries(1):
        assert claiming.count_waiting(moderator) == 1
    viewer = UserFactory(role="viewer")
    viewer.has_perm("analysis.review_cases")
    with django_assert_num_queries(0):
        assert claiming.count_waiting(viewer) == 0

"""Care: how things are shown, what was looked at since the last break, and when the next one is due."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis.models import Exposure, ModeratorSetting
from analysis.services.moderation import care
from mediaportal.accounts.models import User
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from tests.analysis.moderating import case
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator")


def look(user: User, *, minutes_ago: float, seconds: float = 60.0) -> None:
    """Let somebody have ended a look at a case so long ago."""
    kept = Exposure.objects.create(user=user, case=case(), severity=2, seconds=seconds)
    Exposure.objects.filter(pk=kept.pk).update(at=timezone.now() - timedelta(minutes=minutes_ago))


def test_everything_is_covered_where_nothing_was_chosen(moderator: User) -> None:
    wish = care.setting_of(user=moderator)
    assert (wish.blur, wish.grey, wish.mute) == (True, True, True)
    assert not ModeratorSetting.objects.exists()


def test_what_is_chosen_stays_and_the_rest_as_it_was(moderator: User) -> None:
    care.choose(user=moderator, blur=False, break_cases=10)
    care.choose(user=moderator, grey=False)
    wish = care.setting_of(user=moderator)
    assert (wish.blur, wish.grey, wish.mute, wish.break_cases, wish.break_minutes) == (
        False,
        False,
        True,
        10,
        50,
    )


@pytest.mark.parametrize("wish", [{"break_cases": -1}, {"break_cases": 501}, {"break_minutes": 481}])
def test_what_is_no_time_for_a_break_is_refused(moderator: User, wish: dict[str, int]) -> None:
    with pytest.raises(InvalidInput):
        care.choose(user=moderator, **wish)
    assert not ModeratorSetting.objects.exists()


def test_nobody_is_uncovered_for_longer_than_they_look(moderator: User) -> None:
    one = case()
    told = care.keep(user=moderator, case_id=one.pk, seconds=10.0, uncovered=25.0)
    assert (told.cases, told.seconds, told.uncovered) == (1, 10.0, 10.0)
    kept = Exposure.objects.get()
    assert (kept.case_id, kept.severity) == (one.pk, one.severity)


def test_a_look_is_one_at_a_case_that_is_seen(moderator: User) -> None:
    own = case(AssetFactory(published=True, uploaded_by=moderator))
    with pytest.raises(NotFound):
        care.keep(user=moderator, case_id=own.pk, seconds=1.0, uncovered=0.0)
    with pytest.raises(NotPermitted):
        care.looked(user=UserFactory())
    with pytest.raises(NotPermitted):
        care.setting_of(user=UserFactory())


def test_looks_are_counted_from_the_last_break_on(moderator: User) -> None:
    look(moderator, minutes_ago=30)
    look(moderator, minutes_ago=3)
    look(moderator, minutes_ago=1)
    assert care.looked(user=moderator).cases == 2
    # A long look ends late, and has begun before the pause that there seems to be.
    look(moderator, minutes_ago=2, seconds=1_500.0)
    assert care.looked(user=moderator).cases == 4


def test_who_looks_at_nothing_for_a_while_has_had_a_break(moderator: User) -> None:
    look(moderator, minutes_ago=6)
    assert care.looked(user=moderator) == care.Looked()


def test_a_break_is_due_after_many_cases_or_a_long_time(moderator: User) -> None:
    care.choose(user=moderator, break_cases=2, break_minutes=10)
    look(moderator, minutes_ago=2)
    assert not care.looked(user=moderator).break_due
    look(moderator, minutes_ago=1)
    assert care.looked(user=moderator).break_due
    care.choose(user=moderator, break_cases=0)
    assert not care.looked(user=moderator).break_due
    look(moderator, minutes_ago=0, seconds=600.0)
    assert care.looked(user=moderator).break_due

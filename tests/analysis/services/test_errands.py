"""What work elsewhere has left is taken away with pauses, each by itself, until nothing is left."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from analysis.engines import EngineAway
from analysis.models import Errand
from analysis.services import errands
from tests.analysis.conftest import FakeEngine

pytestmark = pytest.mark.django_db


class Forgetful(FakeEngine):
    """It does not answer when it is asked to clear up certain handles."""

    def clear_up(self, handle: str) -> float | None:
        if handle == "away":
            raise EngineAway("no route", again_in_seconds=60)
        if handle == "broken":
            raise ValueError(handle)
        return super().clear_up(handle)


@pytest.fixture
def engine(only_engines: Callable[..., None]) -> FakeEngine:
    engine = Forgetful(name="aws", remote=True)
    only_engines(engine)
    return engine


def left(handle: str, *, minutes_ago: float = 1, engine: str = "aws") -> Errand:
    """What somebody has let go of."""
    then = timezone.now() - timedelta(minutes=minutes_ago)
    return Errand.objects.create(engine=engine, handle=handle, let_go_at=then, again_at=then)


def pause_of(errand: Errand) -> float:
    errand.refresh_from_db()
    return round((errand.again_at - timezone.now()).total_seconds())


def test_what_still_runs_is_asked_after_again_and_again(engine: FakeEngine) -> None:
    engine.pauses = [300, 300]
    errand = left("hears")
    assert errands.sweep() == 0
    assert 290 <= pause_of(errand) <= 300
    assert errands.sweep() == 0, "it is not its time yet"
    assert engine.cleared == ["hears"]
    Errand.objects.update(again_at=timezone.now())
    errands.sweep()
    assert 590 <= pause_of(errand) <= 600
    Errand.objects.update(again_at=timezone.now())
    assert errands.sweep() == 1
    assert not Errand.objects.exists()


def test_an_engine_that_is_away_is_asked_once_and_others_go_on(
    engine: FakeEngine, only_engines: Callable[..., None]
) -> None:
    other = FakeEngine(name="other", remote=True)
    only_engines(engine, other)
    first, second = left("away", minutes_ago=9), left("waits", minutes_ago=8)
    left("else", minutes_ago=7, engine="other")
    assert errands.sweep() == 1
    assert (engine.cleared, other.cleared) == ([], ["else"])
    assert 50 <= pause_of(first) <= 60
    assert pause_of(second) < 0


def test_one_that_breaks_keeps_nobody_from_it(engine: FakeEngine) -> None:
    left("broken", minutes_ago=9)
    left("gone", engine="former", minutes_ago=8)
    left("film")
    assert errands.sweep() == 1
    assert engine.cleared == ["film"]
    assert Errand.objects.filter(again_at__gt=timezone.now() + timedelta(minutes=30)).count() == 2


def test_what_can_never_be_taken_away_is_told_and_ends(
    engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    left("away", minutes_ago=60 * 24 * 31)
    errands.sweep()
    assert not Errand.objects.exists()
    assert "must be removed by hand: away" in caplog.text


def test_what_was_written_down_anew_meanwhile_stays(engine: FakeEngine) -> None:
    errand = left("film")
    held = timezone.now() + timedelta(minutes=15)
    assert not errands._settle(errand, None, held)
    assert Errand.objects.exists()

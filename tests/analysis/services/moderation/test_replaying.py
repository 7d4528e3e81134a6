"""A replay tells what would be different, stops and goes on, and never stays running when nobody is at it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis import tasks
from analysis.exceptions.moderation import ReplayRunning
from analysis.models import Judgement, Policy, Replay
from analysis.services.moderation import facts, replaying
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from tests.analysis.moderating import NUDITY, found, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
STRICTER = NUDITY | {"review": 0.3, "block": 0.7}


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Turns are taken by the tests themselves."""
    woken: list[UUID] = []
    monkeypatch.setattr(replaying, "wake", woken.append)
    return woken


@pytest.fixture
def manager() -> User:
    return UserFactory(role="manager")


def library(*scores: float) -> list[Asset]:
    """An asset for each score, the first the oldest."""
    assets = []
    for score in scores:
        asset = AssetFactory(published=True)
        found(asset, ("Explicit Nudity", score, 0.0, 1.0))
        assets.append(asset)
    return assets


def replayed(user: User, of: Policy, *rules: dict[str, Any]) -> Replay:
    made = replaying.start(user=user, policy=of, rules=list(rules) or None)
    assert replaying.run(replay_id=made.pk) is False
    made.refresh_from_db()
    return made


def test_what_would_be_different_is_counted_and_nothing_is_changed(manager: User) -> None:
    assets = library(0.1, 0.4, 0.65, 0.8, 0.99)
    done = replayed(manager, policy(), STRICTER)
    assert (done.status, done.done, done.total) == ("done", 5, 5)
    assert done.counts == {
        "pass>pass": 1,
        "pass>review": 1,
        "review>review": 1,
        "review>block": 1,
        "block>block": 1,
    }
    assert done.samples == {"pass>review": [str(assets[1].pk)], "review>block": [str(assets[3].pk)]}
    assert done.ended_at is not None
    assert not Judgement.objects.exists()
    assert Entry.objects.get(action="policy.replayed").detail == {"replay": str(done.pk)}


def test_a_policy_that_is_not_on_is_compared_with_nothing(manager: User) -> None:
    library(0.4, 0.8)
    done = replayed(manager, policy(mode="shadow"))
    assert (done.against, done.counts) == (None, {"pass>pass": 1, "pass>review": 1})


def test_what_is_blocked_in_some_regions_only_is_told(manager: User) -> None:
    library(0.5)
    abroad = NUDITY | {"overrides": [{"region": "SA", "block": 0.4}]}
    assert replayed(manager, policy(), abroad).counts == {"pass>regional": 1}


def test_the_newest_are_the_samples(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "_SAMPLES", 2)
    monkeypatch.setattr(replaying, "_AT_ONCE", 2)
    assets = library(*[0.5] * 5)
    done = replayed(manager, policy(), STRICTER)
    assert done.samples == {"pass>review": [str(asset.pk) for asset in assets[3:]]}


def test_it_stops_after_its_turn_and_goes_on_where_it_was(
    manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "_AT_ONCE", 2)
    library(*[0.5] * 5)
    made = replaying.start(user=manager, policy=policy(), rules=[STRICTER])
    turns = 0
    while replaying.run(replay_id=made.pk, seconds=-1):
        turns += 1
        made.refresh_from_db()
        assert (made.status, made.done) == ("running", min(2 * turns, 5))
    made.refresh_from_db()
    assert (turns, made.status, made.counts) == (3, "done", {"pass>review": 5})


def test_the_next_turn_is_asked_for(
    manager: User, monkeypatch: pytest.MonkeyPatch, _nobody_is_woken: list[UUID]
) -> None:
    made = replaying.start(user=manager, policy=policy())
    turns = iter([True, False])
    monkeypatch.setattr(replaying, "run", lambda *, replay_id: next(turns))
    for _turn in range(2):
        tasks.replay(str(made.pk))
    assert _nobody_is_woken == [made.pk]


def test_two_workers_count_nothing_twice(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "_AT_ONCE", 2)
    library(*[0.5] * 4)
    made = replaying.start(user=manager, policy=policy(), rules=[STRICTER])
    real = facts.gather

    def slowly(*args: Any) -> Any:
        monkeypatch.setattr(facts, "gather", real)
        replaying.run(replay_id=made.pk)  # another one is faster
        return real(*args)

    monkeypatch.setattr(facts, "gather", slowly)
    assert replaying.run(replay_id=made.pk) is False
    made.refresh_from_db()
    assert (made.status, made.done, made.counts) == ("done", 4, {"pass>review": 4})


def test_as_many_queries_for_one_asset_as_for_many(manager: User) -> None:
    bare, counts = policy(), []
    for _time in range(2):
        library(0.5, 0.7)
        made = replaying.start(user=manager, policy=bare, rules=[STRICTER])
        with CaptureQueriesContext(connection) as asked:
            replaying.run(replay_id=made.pk)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_one_at_a_time_of_a_policy(manager: User) -> None:
    bare = policy()
    first = replaying.start(user=manager, policy=bare)
    with pytest.raises(ReplayRunning) as refused:
        replaying.start(user=manager, policy=bare)
    assert refused.value.extra == {"replay": str(first.pk)}
    replaying.start(user=manager, policy=policy("other"))
    replaying.run(replay_id=first.pk)
    assert replaying.start(user=manager, policy=bare).pk != first.pk


def test_what_breaks_ends_with_a_reason(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    library(0.5)
    made = replaying.start(user=manager, policy=policy())

    def broken(*_args: Any) -> Any:
        raise ValueError

    monkeypatch.setattr(facts, "gather", broken)
    assert replaying.run(replay_id=made.pk) is False
    made.refresh_from_db()
    assert (made.status, made.error) == ("failed", "broken")


def test_whose_worker_died_is_taken_up_again_and_not_forever(
    manager: User, _nobody_is_woken: list[UUID]
) -> None:
    made = replaying.start(user=manager, policy=policy())
    replaying.sweep()
    assert _nobody_is_woken == []
    silent = timezone.now() - timedelta(minutes=2)
    Replay.objects.update(touched_at=silent)
    replaying.sweep()
    assert _nobody_is_woken == [made.pk]
    Replay.objects.update(created_at=timezone.now() - timedelta(hours=1))
    replaying.sweep()
    made.refresh_from_db()
    assert (made.status, made.error) == ("failed", "took_too_long")
    assert replaying.run(replay_id=made.pk) is False


def test_old_replays_are_forgotten(manager: User) -> None:
    done = replayed(manager, policy())
    Replay.objects.filter(pk=done.pk).update(ended_at=timezone.now() - timedelta(days=91))
    replaying.sweep()
    assert not Replay.objects.exists()


def test_assets_that_come_meanwhile_are_counted(manager: User) -> None:
    library(0.5)
    made = replaying.start(user=manager, policy=policy())
    library(0.5)
    replaying.run(replay_id=made.pk)
    made.refresh_from_db()
    assert (made.done, made.total) == (2, 2)


def test_wrong_rules_are_refused(manager: User) -> None:
    with pytest.raises(InvalidInput) as refused:
        replaying.start(user=manager, policy=policy(), rules=[NUDITY | {"review": 3}])
    assert [one.field for one in refused.value.errors] == ["rules[0].review"]
    assert not Replay.objects.exists()


def test_only_for_who_manages_policies() -> None:
    with pytest.raises(NotPermitted):
        replaying.start(user=UserFactory(role="moderator"), policy=policy())
    gone = policy("gone")
    Policy.objects.filter(pk=gone.pk).update(current=None, mode="off")
    Policy.objects.filter(pk=gone.pk).delete()
    with pytest.raises(NotFound):
        replaying.start(user=UserFactory(role="manager"), policy=gone)

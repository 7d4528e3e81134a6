"""A batch of decisions in the hands of workers: one at a time, and what they report is never lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from analysis.models import Batch, Case, Decision
from analysis.services.moderation import batches, bulk, claiming, deciding
from analysis.services.moderation.bulk import Wish
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, worked
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

REJECT = Wish("reject", "sexual")


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator")


def begun(person: User, *cases: Case) -> Batch:
    """A batch at which no worker has been yet."""
    return bulk.run(user=person, case_ids=[one.pk for one in cases], wish=REJECT)


def silent(batch: Batch) -> None:
    """Let whoever is at a batch have said nothing for a while."""
    Batch.objects.filter(pk=batch.pk).update(beat_at=timezone.now() - timedelta(minutes=5))


def codes(batch: Batch) -> list[str]:
    batch.refresh_from_db()
    return [line["code"] for line in batch.report]


def test_no_second_worker_goes_on_with_what_one_is_at(
    moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = begun(moderator, case(), case())
    second: list[bool] = []
    real = deciding.decide

    def decide(**told: Any) -> Decision:
        second.append(batches.go_on(batch_id=batch.pk))
        return real(**told)

    monkeypatch.setattr(deciding, "decide", decide)
    assert batches.go_on(batch_id=batch.pk)
    assert second == [False, False]
    assert (codes(batch), batch.status, Decision.objects.count()) == (["ok", "ok"], "done", 2)


def test_who_was_silent_too_long_writes_nothing_over_who_came_after(
    moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = begun(moderator, case(), case(), case())
    real, asked = deciding.decide, []

    def decide(**told: Any) -> Decision:
        asked.append(told["case_id"])
        made = real(**told)
        if len(asked) == 1:  # the first worker is slow, and another one ends the batch meanwhile
            silent(batch)
            assert batches.go_on(batch_id=batch.pk)
            bulk.undo(user=moderator, batch_id=batch.pk)
        return made

    monkeypatch.setattr(deciding, "decide", decide)
    assert not batches.go_on(batch_id=batch.pk)
    assert (codes(batch), batch.status) == (["ok", "ok", "ok"], "undoing")
    assert len(asked) == Decision.objects.count() == 3
    decisions = {str(pk) for pk in Decision.objects.values_list("pk", flat=True)}
    assert {line["decision"] for line in batch.report} == decisions
    assert [line["undone"] for line in worked(batch).report] == ["ok", "ok", "ok"]


def test_what_a_slow_worker_decides_meanwhile_is_the_batchs_own(
    moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = case()
    batch = begun(moderator, one)
    real = bulk.code_of

    def code_of(person: User, found: Case | None, wish: Wish) -> str:
        monkeypatch.setattr(bulk, "code_of", real)
        silent(batch)
        assert batches.go_on(batch_id=batch.pk)
        fresh = Case.objects.select_related("asset", "policy", "assignee").get(pk=one.pk)
        return real(person, fresh, wish)

    monkeypatch.setattr(bulk, "code_of", code_of)
    assert not batches.go_on(batch_id=batch.pk)
    assert (codes(batch), batch.status, Decision.objects.count()) == (["ok"], "done", 1)


def test_a_worker_that_stops_is_followed_by_another_which_decides_nothing_twice(
    moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = begun(moderator, case(), case())
    real = deciding.decide

    def decide(**told: Any) -> Decision:
        if Decision.objects.exists():
            raise SystemExit
        return real(**told)

    monkeypatch.setattr(deciding, "decide", decide)
    with pytest.raises(SystemExit):
        batches.go_on(batch_id=batch.pk)
    monkeypatch.setattr(deciding, "decide", real)
    assert (codes(batch), Decision.objects.count()) == (["", ""], 1)
    asked: list[Any] = []
    monkeypatch.setattr(bulk, "wake", asked.append)
    assert (batches.sweep(), asked) == (0, [])
    silent(batch)
    assert (batches.sweep(), asked) == (1, [batch.pk])
    assert batches.go_on(batch_id=batch.pk)
    assert (codes(batch), batch.status, Decision.objects.count()) == (["ok", "ok"], "done", 2)
    silent(batch)
    assert (batches.sweep(), batches.go_on(batch_id=batch.pk)) == (0, False)


def test_what_a_slow_worker_takes_back_meanwhile_is_told_as_taken_back(
    moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = case()
    batch = worked(begun(moderator, one))
    bulk.undo(user=moderator, batch_id=batch.pk)
    real = deciding.undo

    def undo(**told: Any) -> Any:
        monkeypatch.setattr(deciding, "undo", real)
        silent(batch)
        assert batches.go_on(batch_id=batch.pk)
        claiming.claim(user=moderator, case_id=one.pk)  # looks at it one by one since
        return real(**told)

    monkeypatch.setattr(deciding, "undo", undo)
    turn = {"id": str(one.pk), "undone": ""}
    batches._take_back(batch, turn, Decision.objects.get())
    assert turn["undone"] == "ok"
    one.refresh_from_db()
    assert (one.status, one.assignee) == ("claimed", moderator)

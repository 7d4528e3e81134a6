"""Whose work is next: nobody waits for another one's thousand files, and the choice stays quick."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import Asset
from processing.models import Job, Status, Step, Turn
from processing.services import leases, turns
from processing.services.turns import Ahead
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db


def _waiting(asset: Asset, owner: UUID, count: int, **facts: Any) -> list[Step]:
    """So many jobs of one owner, each with one step that may be begun."""
    given: dict[str, Any] = {"queue": "transcode", "urgency": 0, "priority": 0} | facts
    priority, age = given.pop("priority"), given.pop("age", timedelta())
    made = Job.objects.bulk_create(
        [Job(asset=asset, turn_key=owner, priority=priority, status=Status.PROCESSING) for _ in range(count)]
    )
    ready = timezone.now() - timedelta(minutes=1) - age
    return Step.objects.bulk_create(
        [Step(job=job, name="transcoding", position=n, ready_at=ready, **given) for n, job in enumerate(made)]
    )


def _claim(**wishes: Any) -> Step | None:
    return leases.claim(queue="transcode", worker="tests", **wishes)


def _owner_of(step: Step | None) -> UUID:
    assert step is not None
    return step.job.turn_key


def _end(step: Step) -> None:
    Step.objects.filter(pk=step.pk).update(status=Status.COMPLETED, lease_until=None)


def test_owners_take_turns() -> None:
    asset, many, one = AssetFactory(), uuid4(), uuid4()
    _waiting(asset, many, 5)
    _waiting(asset, one, 2)
    got = []
    for _ in range(7):
        step = _claim()
        got.append(_owner_of(step))
        assert step is not None
        _end(step)
    assert got[:4] in ([many, one, many, one], [one, many, one, many])
    assert Turn.objects.filter(queue="transcode").count() == 2


@pytest.mark.parametrize("fast", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_machine_whose_clock_is_wrong_moves_nobodys_turn(
    monkeypatch: pytest.MonkeyPatch, fast: timedelta
) -> None:
    asset, one, other = AssetFactory(), uuid4(), uuid4()
    _waiting(asset, one, 3)
    _waiting(asset, other, 3)
    real, got = timezone.now, []
    for turn in range(6):
        with monkeypatch.context() as patch:
            if turn % 2:
                patch.setattr(timezone, "now", lambda: real() + fast)
            step = _claim()
        got.append(_owner_of(step))
        assert step is not None
        _end(step)
    assert got in ([one, other] * 3, [other, one] * 3)


def test_who_has_fewer_steps_running_goes_first() -> None:
    asset, busy, idle = AssetFactory(), uuid4(), uuid4()
    _waiting(asset, busy, 4)
    assert {_owner_of(_claim()), _owner_of(_claim())} == {busy}
    Turn.objects.create(queue="transcode", turn_key=idle, served_at=timezone.now())
    _waiting(asset, idle, 3)
    assert [_owner_of(_claim()) for _ in range(3)] == [idle, idle, busy]


def test_urgent_goes_before_priority_before_turns() -> None:
    asset, owners = AssetFactory(), [uuid4() for _ in range(3)]
    _waiting(asset, owners[0], 1)
    _waiting(asset, owners[1], 1, priority=5)
    _waiting(asset, owners[2], 1, urgency=10)
    assert [_owner_of(_claim()) for _ in range(3)] == owners[::-1]


def test_a_slot_for_urgent_steps_takes_nothing_else() -> None:
    asset, owner = AssetFactory(), uuid4()
    _waiting(asset, owner, 1)
    assert _claim(urgent_only=True) is None
    _waiting(asset, owner, 1, urgency=10)
    step = _claim(urgent_only=True)
    assert step is not None and step.urgency == 10


def test_urgent_steps_that_do_not_go_first_take_turns_too() -> None:
    asset, many, one = AssetFactory(), uuid4(), uuid4()
    _waiting(asset, many, 3, urgency=10, age=timedelta(hours=1))
    _waiting(asset, many, 1, age=timedelta(hours=2))
    _waiting(asset, one, 1)
    assert _owner_of(_claim()) == many
    assert _owner_of(_claim(ahead=Ahead.NONE)) == one
    step = _claim(ahead=Ahead.NONE)
    assert step is not None and step.urgency == 10


def test_who_has_no_first_play_running_goes_before_the_ladders_of_all() -> None:
    """Somebody's long film is made to be watched; another one's first play waits for no ladder because of that."""
    asset, watching, waiting, newcomer = AssetFactory(), uuid4(), uuid4(), uuid4()
    Turn.objects.create(queue="transcode", turn_key=newcomer, served_at=timezone.now())
    _waiting(asset, watching, 2, urgency=10, age=timedelta(hours=1))
    _waiting(asset, waiting, 2, priority=50)
    assert _owner_of(_claim(ahead=Ahead.OF_IDLE)) == watching
    _waiting(asset, newcomer, 2, urgency=10)
    assert _owner_of(_claim(ahead=Ahead.OF_IDLE)) == newcomer
    assert _owner_of(_claim(ahead=Ahead.OF_IDLE)) == waiting


def test_what_was_begun_is_ended_before_the_next_is_begun() -> None:
    asset, owner = AssetFactory(), uuid4()
    (first,) = _waiting(asset, owner, 1)
    second = _waiting(asset, owner, 1, age=timedelta(minutes=5))[0]
    assert _claim() == first and _claim() == second


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.lists(st.tuples(st.integers(1, 9), st.sampled_from([0, 10])), min_size=2, max_size=4),
    slots=st.integers(1, 3),
)
def test_nobody_waits_longer_than_a_round(files: list[tuple[int, int]], slots: int) -> None:
    """However many files the others have: with as many slots as there are, and one kept for urgent steps, nobody is
    served more than a few times while another one waits.
    """
    Step.objects.all().delete()
    Turn.objects.all().delete()
    asset = AssetFactory()
    owners = {uuid4(): count for count, _urgency in files}
    for (owner, count), (_count, urgency) in zip(owners.items(), files, strict=True):
        _waiting(asset, owner, count, urgency=urgency)
    left, since = Counter(owners), {owner: Counter[UUID]() for owner in owners}
    held: list[Step] = []
    in_a_row = 0
    while (step := _next(held, slots, in_a_row)) is not None:
        in_a_row = in_a_row + 1 if step.urgency else 0
        served = _owner_of(step)
        left[served] -= 1
        since[served].clear()
        for owner, others in since.items():
            if left[owner] and owner != served:
                others[served] += 1
                assert others[served] <= 3 * (slots + 1)
    assert not +left


def _next(held: list[Step], slots: int, in_a_row: int) -> Step | None:
    """The next step that the slots take; the oldest one ends when all are taken, or nothing else may begin."""
    while True:
        heavy = sum(step.urgency == 0 for step in held)
        beside = Ahead.OF_IDLE if in_a_row < 4 else Ahead.NONE
        ahead = Ahead.ALL if heavy == len(held) else beside
        if len(held) <= slots and (step := _claim(urgent_only=heavy >= slots, ahead=ahead)) is not None:
            held.append(step)
            return step
        if not held:
            return None
        _end(held.pop(0))


def test_a_claim_makes_few_queries(django_assert_max_num_queries: Any) -> None:
    _waiting(AssetFactory(), uuid4(), 3)
    with django_assert_max_num_queries(10):  # with those of the transactions
        assert _claim() is not None
    Step.objects.filter(status=Status.PENDING).delete()
    with django_assert_max_num_queries(4):
        assert _claim() is None


def test_the_choice_among_thousands_is_made_by_indexes() -> None:
    asset = AssetFactory()
    _waiting(asset, uuid4(), 6_000, status=Status.COMPLETED)
    for _ in range(50):
        owner = uuid4()
        _waiting(asset, owner, 60)
        turns.take(queue="transcode", turn_key=owner)
    before = [Turn(queue="transcode", turn_key=uuid4(), served_at=timezone.now()) for _ in range(1_500)]
    Turn.objects.bulk_create(before)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    waiting = turns.in_turn("transcode")[:1]
    (plan,) = json.loads(waiting.explain(format="json"))
    text = json.dumps(plan)
    assert '"processing_step_claimable"' in text and '"processing_turn_once"' in text
    assert not _scanned_whole(plan["Plan"]) & {"processing_step", "processing_turn"}
    assert plan["Plan"]["Total Cost"] < 60_000


def _scanned_whole(node: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from end to end."""
    found = {node["Relation Name"]} if node["Node Type"] == "Seq Scan" else set()
    for child in node.get("Plans", ()):
        found |= _scanned_whole(child)
    return found


def test_old_turns_are_dropped() -> None:
    Turn.objects.create(queue="ingest", turn_key=uuid4(), served_at=timezone.now() - timedelta(days=8))
    turns.take(queue="ingest", turn_key=uuid4())
    assert turns.forget() == 1 and Turn.objects.count() == 1

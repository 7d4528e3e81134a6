"""Slots: a long step never holds the last thread, and what was passed over is taken up when a slot is free."""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from processing.models import Job, Status, Step
from processing.services import leases, running, slots, workers, working
from processing.services import queues as waking
from processing.services.turns import Ahead
from processing.services.workers import Worker
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db(transaction=True)
Sent = list[int]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """The messages that were sent to the queues of steps that take slots: their hops."""
    found: Sent = []
    monkeypatch.setattr(
        waking, "_send", lambda queue, hops: found.append(hops) if queue != "notify" else None
    )
    return found


class Runs:
    """Stands in for the work of a step: it lasts until it is let go, and is completed then."""

    def __init__(self) -> None:
        self.begun: dict[str, threading.Event] = {}
        self.gates: dict[str, threading.Event] = {}

    def expect(self, step: Step) -> None:
        self.begun[str(step.pk)], self.gates[str(step.pk)] = threading.Event(), threading.Event()

    def __call__(self, *, step: Step) -> None:
        self.begun[str(step.pk)].set()
        assert self.gates[str(step.pk)].wait(30)
        leases.complete(step=step, results={})


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    found = Runs()
    monkeypatch.setattr(running, "run", found)
    monkeypatch.setattr(slots, "here", slots.Slots(heavy=1, threads=2))
    return found


@pytest.fixture
def message(runs: Runs) -> Iterator[Callable[..., threading.Thread]]:
    """Take a message up in a thread of its own, as a worker does."""
    threads: list[threading.Thread] = []

    def take(queue: str = "transcode", hops: int = 0) -> threading.Thread:
        def body() -> None:
            try:
                working.work(queue=queue, worker=uuid4().hex, hops=hops)
            finally:
                connection.close()

        thread = threading.Thread(target=body)
        threads.append(thread)
        thread.start()
        return thread

    yield take
    for gate in runs.gates.values():
        gate.set()
    for thread in threads:
        thread.join(30)


def _step(runs: Runs, *, urgency: int = 0, queue: str = "transcode") -> Step:
    asset = AssetFactory()
    job = Job.objects.create(asset=asset, turn_key=uuid4())
    step = Step.objects.create(
        job=job, name="transcoding", position=0, queue=queue, urgency=urgency, ready_at=timezone.now()
    )
    # A step that never ends keeps the job open when this one is completed.
    Step.objects.create(job=job, name="metadata", position=1, queue="notify")
    runs.expect(step)
    return step


def _status(step: Step) -> str:
    return str(Step.objects.get(pk=step.pk).status)


@pytest.mark.parametrize("queue", ["transcode", "ingest"])
def test_an_urgent_step_begins_while_a_slow_one_runs(
    queue: str, runs: Runs, message: Any, sent: Sent
) -> None:
    slow, waiting = _step(runs, queue=queue), _step(runs, queue=queue)
    message(queue)
    _until_one_runs()
    message(queue).join(10)  # no slot is left: it takes nothing
    assert {_status(slow), _status(waiting)} == {Status.PROCESSING, Status.PENDING}
    urgent = _step(runs, urgency=10, queue=queue)
    message(queue)
    assert runs.begun[str(urgent.pk)].wait(10)


def test_what_found_no_slot_is_looked_for_when_one_is_free(runs: Runs, message: Any, sent: Sent) -> None:
    one, other = _step(runs), _step(runs)
    thread = message()
    _until_one_runs()
    begun, left = (one, other) if _status(one) == Status.PROCESSING else (other, one)
    message().join(10)
    assert sent == []
    runs.gates[str(begun.pk)].set()
    thread.join(30)
    assert sent == [0]
    message()
    assert runs.begun[str(left.pk)].wait(10)


def test_a_slot_held_only_while_seeking_loses_nothing(
    runs: Runs, message: Any, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread holds the only heavy slot while it claims what turns out to be urgent; another one's message for a
    long step comes just then. It is sent again as soon as the slot is back, not when the urgent step is done.
    """
    urgent, ladder = _step(runs, urgency=10), _step(runs)
    claim, seeking, go_on = leases.claim, threading.Event(), threading.Event()

    def slow(**given: Any) -> Step | None:
        if not given["urgent_only"]:
            seeking.set()
            assert go_on.wait(30)
        return claim(**given)

    monkeypatch.setattr(leases, "claim", slow)
    message()
    assert seeking.wait(10)
    Step.objects.filter(pk=urgent.pk).update(ready_at=None)
    message().join(10)
    Step.objects.filter(pk=urgent.pk).update(ready_at=timezone.now())
    assert sent == [] and _status(ladder) == Status.PENDING
    go_on.set()
    assert runs.begun[str(urgent.pk)].wait(10)
    assert sent == [0]
    message()
    assert runs.begun[str(ladder.pk)].wait(10)


def test_a_message_is_handed_on_until_each_worker_has_seen_it(
    runs: Runs, message: Any, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [Worker(name, "h", 1, ("transcode",), 1) for name in "abc"]
    monkeypatch.setattr(workers, "alive", lambda _queue: others)
    for _ in range(2):
        _step(runs)
    message()
    _until_one_runs()
    for hops in range(3):
        message(hops=hops).join(10)
    assert sent == [1, 2]


def _until_one_runs() -> None:
    for _ in range(1000):
        if Step.objects.filter(status=Status.PROCESSING).exists():
            return
        threading.Event().wait(0.01)
    raise AssertionError("no step was begun")


def test_a_machine_whose_disk_is_full_leaves_the_work_to_others(
    runs: Runs, message: Any, sent: Sent, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    step = _step(runs)
    monkeypatch.setattr(workers, "alive", lambda _queue: [None, None])
    settings.MIN_FREE_SPACE = 1 << 60
    message().join(10)
    assert (_status(step), sent) == (Status.PENDING, [1])
    message(hops=1).join(10)
    assert (_status(step), sent) == (Status.PENDING, [1])
    settings.MIN_FREE_SPACE = 0
    message()
    assert runs.begun[str(step.pk)].wait(10)


def test_slots_of_short_and_of_long_work_are_counted_apart(runs: Runs, message: Any, sent: Sent) -> None:
    ladder, pictures = _step(runs), _step(runs, queue="ingest")
    for queue in ("transcode", "ingest"):
        message(queue)
    assert all(runs.begun[str(step.pk)].wait(10) for step in (ladder, pictures))


def test_other_queues_know_no_slots(runs: Runs, message: Any, sent: Sent) -> None:
    steps = [_step(runs, queue="notify") for _ in range(3)]
    for _ in steps:
        message("notify")
    assert all(runs.begun[str(step.pk)].wait(10) for step in steps)


def test_a_process_keeps_a_thread_where_it_has_one_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "here", slots.Slots())
    for threads, heavy, light in [(1, 1, 1), (2, 1, 1), (3, 2, 2), (9, 4, 8)]:
        slots.settle(heavy=4, threads=threads)
        assert slots.here.at_once(["transcode", "analysis"]) == heavy
        assert slots.here.at_once(["ingest"]) == light
        assert slots.here.at_once(["upkeep", "notify"]) == threads


def test_one_thread_alone_takes_urgent_steps_every_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "here", slots.Slots())
    taken = []
    for _ in range(3):
        ahead = slots.ahead("transcode")
        with slots.room("transcode") as room:
            step = Step(queue="transcode", urgency=10 if ahead == Ahead.ALL else 0)
            room.hold(step)
            slots.done(step)
        taken.append(ahead)
    assert taken == [Ahead.ALL, Ahead.NONE, Ahead.ALL] and slots.ahead("analysis") == Ahead.ALL


def test_beside_a_first_play_a_few_of_other_people_go_first_before_it_is_anybodys_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slots, "here", slots.Slots(heavy=1, threads=2))
    long = Step(queue="transcode", urgency=10)
    taken = []
    with slots.room("transcode") as kept:
        kept.hold(long)
        for _ in range(6):
            taken.append(slots.ahead("transcode"))
            with slots.room("transcode") as room:
                step = Step(queue="transcode", urgency=0 if taken[-1] == Ahead.NONE else 10)
                room.hold(step)
                slots.done(step)
    slots.done(long)
    assert taken == [Ahead.OF_IDLE] * 4 + [Ahead.NONE, Ahead.OF_IDLE]
    assert slots.ahead("transcode") == Ahead.ALL

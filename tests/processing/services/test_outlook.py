"""What would happen if everything open were worked off."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from processing.services.outlook import Outlook, Place, Task
from processing.services.speeds import Cost

ANNA, BERT = UUID(int=1), UUID(int=2)


def job(number: int) -> UUID:
    return UUID(int=100 + number)


def task(
    number: int, name: str = "transcoding", *, seconds: float | None = 10.0, cores: float = 0.0, **more: Any
) -> Task:
    cost = None if seconds is None else Cost(seconds, cores)
    values: dict[str, Any] = {"queue": "transcode", "turn_key": ANNA, **more}
    return Task(job=job(number), name=name, cost=lambda _host: cost, **values)


def worker(
    slots: int = 1, *, name: str = "a:1", queues: tuple[str, ...] = ("transcode",), keeps: int = 0
) -> Place:
    return Place(name, name.partition(":")[0], frozenset(queues), slots, keeps)


def play(
    tasks: list[Task], *places: Place, cores: Callable[[str], float] = lambda _host: 2.0, served: Any = None
) -> dict[UUID, float | None]:
    return Outlook(tasks, places, cores=cores, served=served or {}).play()


def test_steps_wait_for_those_before_them_and_for_a_slot() -> None:
    def chain() -> list[Task]:
        return [task(1, "a"), task(1, "b", seconds=5.0, waits=frozenset({"a"}))]

    assert play([*chain(), task(2, ready=-1.0)], worker(2)) == {job(1): 15.0, job(2): 10.0}
    assert play([*chain(), task(2, ready=-1.0, urgency=10)], worker()) == {job(1): 25.0, job(2): 10.0}


def test_side_by_side_on_one_host_they_share_its_cores() -> None:
    def both() -> list[Task]:
        return [task(1, cores=2.0), task(2, cores=2.0)]

    assert play(both(), worker(2)) == pytest.approx({job(1): 20.0, job(2): 20.0})
    assert play(both(), worker(), worker(name="b:1")) == pytest.approx({job(1): 10.0, job(2): 10.0})
    assert play(both(), worker(2), cores=lambda _host: 16.0) == pytest.approx({job(1): 10.0, job(2): 10.0})


def test_long_steps_yield_to_urgent_ones() -> None:
    found = play([task(1, cores=2.0, urgency=10), task(2, cores=2.0)], worker(keeps=1))
    assert found == pytest.approx({job(1): 10.0, job(2): 19.0})


def test_a_worker_with_an_urgent_step_lets_others_have_a_turn() -> None:
    urgent = [task(n, urgency=10, created=n) for n in range(3)]
    assert play([*urgent, task(5, created=-9.0, turn_key=BERT)], worker(2))[job(5)] == 10.0


def test_the_shorter_of_two_gives_its_cores_to_the_longer() -> None:
    found = play([task(1, cores=2.0), task(2, seconds=5.0, cores=2.0)], worker(2))
    assert found == pytest.approx({job(1): 15.0, job(2): 10.0})


def test_owners_take_turns() -> None:
    tasks = [task(n, ready=-10.0, created=n) for n in range(3)] + [task(9, ready=-1.0, turn_key=BERT)]
    assert play(tasks, worker())[job(9)] == 20.0
    assert play(tasks, worker(), served={("transcode", ANNA): -5.0})[job(9)] == 10.0


def test_a_higher_priority_goes_first_and_an_urgent_step_into_the_slot_kept_for_it() -> None:
    waiting = [task(1, created=-9.0), task(2, created=-5.0), task(3, priority=1)]
    assert play(waiting, worker())[job(3)] == 10.0
    running = task(1, seconds=60.0, place="a:1", host="a")
    found = play([running, task(2, seconds=5.0, urgency=10), task(3)], worker(keeps=1))
    assert found == {job(1): 60.0, job(2): 5.0, job(3): 70.0}


def test_as_many_urgent_steps_run_beside_a_long_one_as_slots_are_kept_for() -> None:
    def tasks() -> list[Task]:
        running = task(1, seconds=60.0, place="a:1", host="a")
        return [running, *(task(n, urgency=10, created=n) for n in (2, 3))]

    def left(keeps: int) -> dict[UUID, float | None]:
        return play(tasks(), worker(keeps=keeps), cores=lambda _host: 16.0)

    assert left(1) == {job(1): 60.0, job(2): 10.0, job(3): 20.0}
    assert left(2) == {job(1): 60.0, job(2): 10.0, job(3): 10.0}


def test_what_runs_is_told_by_its_own_pace_the_more_of_it_is_done() -> None:
    def left(**more: Any) -> float | None:
        return play([task(1, seconds=100.0, place="a:1", host="a", **more)], worker())[job(1)]

    assert left(elapsed=10.0, done=0.1) == pytest.approx(90)
    assert 50 < (left(elapsed=20.0, done=0.1) or 0) < 180
    assert left(elapsed=150.0, done=0.75) == pytest.approx(0.25 * (0.25 * 100 + 0.75 * 200))
    assert left(elapsed=40.0) == pytest.approx(60)
    assert left(elapsed=500.0) == pytest.approx(50)


def test_nothing_is_told_of_what_was_never_measured_or_what_nobody_serves() -> None:
    tasks = [task(1, seconds=None), task(2, ready=1.0), task(3, queue="analysis")]
    assert play(tasks, worker()) == {job(1): None, job(2): 11.0, job(3): None}
    assert play([task(1)]) == {job(1): None}


def test_a_worker_that_died_blocks_no_slot() -> None:
    gone = task(1, place="gone:1", host="gone", elapsed=1.0)
    assert play([gone, task(2)], worker())[job(2)] == 10.0

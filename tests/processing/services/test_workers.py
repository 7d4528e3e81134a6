"""Who is alive: what a worker says of itself is known for a while, and forgotten when it stops saying so."""

import threading
import time
from collections.abc import Iterator

import pytest
from redis.exceptions import RedisError

from mediaportal.core.quickredis import quick_redis
from processing.models import Step
from processing.services import slots, workers
from processing.services.workers import Worker

pytestmark = pytest.mark.usefixtures("clean_cache")


@pytest.fixture(autouse=True)
def _nobody() -> Iterator[None]:
    yield
    for worker in workers.alive():
        workers.leave(worker.name)


def _worker(name: str, *queues: str, number: int = 1) -> Worker:
    return Worker(name, "here", 1, queues, number)


def test_those_alive_are_listed_by_queue_with_their_slots() -> None:
    workers.say(_worker("a", "transcode", "analysis", number=2))
    workers.say(_worker("b", "transcode", number=3))
    workers.say(_worker("c", "ingest", number=4))
    assert [worker.name for worker in workers.alive()] == ["a", "b", "c"]
    assert [worker.name for worker in workers.alive("transcode")] == ["a", "b"]
    assert (workers.slots("transcode"), workers.slots("ingest"), workers.slots("notify")) == (5, 4, 0)
    assert workers.unserved() == ["notify", "imports", "upkeep"]


def test_who_leaves_or_falls_silent_is_forgotten() -> None:
    for name in ("a", "b"):
        workers.say(_worker(name, "ingest"))
    workers.leave("a")
    assert [worker.name for worker in workers.alive()] == ["b"]
    assert 0 < workers._redis.ttl(workers._key("b")) <= workers.KEPT_SECONDS
    workers._redis.delete(workers._key("b"))  # what Redis does when the time is over
    assert workers.alive() == []
    assert workers._redis.smembers(workers._index()) == set()


def test_without_redis_nobody_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_redis", quick_redis("unix:///nowhere/redis.sock"))
    assert workers.alive("transcode") == [] and workers.slots("transcode") == 0
    workers.leave("a")
    with pytest.raises(RedisError):
        workers.say(_worker("a", "ingest"))


def test_a_process_says_what_it_does_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step(name="transcoding", queue="transcode")
    monkeypatch.setattr(workers, "here", slots.Slots(heavy=2, threads=4, running={step.pk: step}))
    monkeypatch.setattr(workers, "SAID_SECONDS", 0.02)
    over = threading.Event()
    workers.sign_on(queues=["transcode", "analysis"], over=over)
    _until(lambda: len(workers.alive("analysis")) == 1)
    (said,) = workers.alive("transcode")
    assert (said.slots, said.keeps, said.steps) == (2, 2, (str(step.pk),))
    over.set()
    _until(lambda: workers.alive() == [])


def _until(met: object) -> None:
    deadline = time.monotonic() + 10
    while not met():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)

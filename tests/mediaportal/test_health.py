"""Live while the process turns; ready while everything answers, and otherwise the part is named."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaportal import health
from mediaportal.core import sandbox
from mediaportal.core.buckets import BucketStorage
from processing.services import workers
from processing.services.queues import SERVED
from processing.services.workers import Worker
from tests.asgi import request

pytestmark = pytest.mark.django_db(transaction=True)


def test_live() -> None:
    answer = request(health.APPS["/health/live"], "GET", "/health/live")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})


@pytest.fixture
def _strong_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The strongest sandbox, whatever this machine offers."""
    monkeypatch.setattr(sandbox, "level", lambda: "bubblewrap")


@pytest.fixture(autouse=True)
def staff() -> Iterator[None]:
    """A worker for every queue."""
    workers.say(Worker("all", "here", 1, tuple(SERVED), 1))
    yield
    for worker in workers.alive():
        workers.leave(worker.name)


QUEUES = {f"queue_{name}": "ok" for name in SERVED}


@pytest.mark.usefixtures("_strong_walls")
def test_ready() -> None:
    answer = request(health.APPS["/health/ready"], "GET", "/health/ready")
    assert answer.status == 200
    assert answer.json() == {
        "status": "ok",
        "parts": {"database": "ok", "redis": "ok", "storage": "ok", "sandbox": "ok", **QUEUES},
        "failing": [],
        "degraded": [],
        "sandbox": "bubblewrap",
    }


def test_other_verbs() -> None:
    assert request(health.APPS["/health/ready"], "POST", "/health/ready").status == 405


def test_redis_is_named(settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings.REDIS_CACHE_URL = f"unix://{tmp_path}/nobody.sock"
    answer = request(health.APPS["/health/ready"], "GET", "/health/ready")
    assert (answer.status, answer.json()["failing"]) == (503, ["redis"])
    assert b"nobody.sock" not in answer.body
    assert "nobody.sock" in caplog.text


def test_several_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise OSError("no")

    monkeypatch.setattr(health, "ask_database", broken)
    monkeypatch.setattr(health, "write_to", broken)
    answer = request(health.APPS["/health/ready"], "GET", "/health/ready")
    assert answer.json()["failing"] == ["database", "storage"]


def test_a_part_that_does_not_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PART_SECONDS", 0.05)
    monkeypatch.setattr(health, "ask_database", lambda: time.sleep(0.3))
    assert "database" in request(health.APPS["/health/ready"], "GET", "/health/ready").json()["failing"]


def test_nothing_stays_in_the_storage(tmp_path: Path) -> None:
    health.write_to(tmp_path / "new")
    assert not list((tmp_path / "new").iterdir())


@pytest.mark.usefixtures("_strong_walls")
@pytest.mark.parametrize(
    ("policy", "status", "word"), [("required", 503, "failing"), ("optional", 200, "degraded")]
)
def test_a_scanner_that_is_away_is_named(
    settings: Any, tmp_path: Path, policy: str, status: int, word: str
) -> None:
    settings.SCANNER, settings.CLAMD_URL, settings.SCAN_POLICY = "clamd", f"unix:{tmp_path}/nobody", policy
    answer = request(health.APPS["/health/ready"], "GET", "/health/ready")
    assert (answer.status, answer.json()["status"]) == (status, word)
    assert answer.json()[word] == ["scanner"] and answer.json()["parts"]["scanner"] == word


@pytest.mark.usefixtures("_strong_walls")
def test_a_queue_without_a_worker_is_named() -> None:
    workers.leave("all")
    workers.say(Worker("some", "here", 1, ("ingest", "notify"), 4))
    answer = request(health.APPS["/health/ready"], "GET", "/health/ready")
    assert (answer.status, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["degraded"] == ["queue_transcode", "queue_analysis", "queue_imports", "queue_upkeep"]


def test_a_weak_sandbox_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "level", lambda: "limits")
    answer = request(health.APPS["/health/ready"], "GET", "/health/ready")
    assert answer.status == 200
    assert (answer.json()["degraded"], answer.json()["sandbox"]) == (["sandbox"], "limits")


def test_a_bucket_is_asked(bucket: BucketStorage) -> None:
    assert request(health.APPS["/health/ready"], "GET", "/health/ready").status == 200
    bucket.client.delete_bucket(Bucket=bucket.bucket_name)
    answer = request(health.APPS["/health/ready"], "GET", "/health/ready")
    assert (answer.status, answer.json()["failing"]) == (503, ["storage"])

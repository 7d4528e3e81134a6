"""Figures for Prometheus: right, and told to nobody else."""

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from prometheus_client.parser import text_string_to_metric_families

from mediaportal import metrics
from mediaportal.asgi import app_for
from processing.services import figures
from tests.asgi import Answer, request
from tests.factories import AssetFactory, UserFactory
from tests.notifications.conftest import session_of
from tests.processing.conftest import cut_job

pytestmark = pytest.mark.django_db(transaction=True)
_TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture(autouse=True)
def _token(settings: Any) -> None:
    settings.METRICS_TOKEN = _TOKEN


def asked(method: str = "GET", **headers: str) -> Answer:
    return request(metrics.APPS["/metrics"], method, "/metrics", headers=headers)


def scraped() -> dict[tuple[str, ...], float]:
    """Every value, by the metric's name and its labels' values."""
    answer = asked(Authorization=f"Bearer {_TOKEN}")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name.removeprefix("mediaportal_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


def test_it_stands_before_django() -> None:
    assert app_for("/metrics") is metrics.APPS["/metrics"]


def test_figures_are_those_of_the_moment() -> None:
    before = scraped()
    assert before["queue_waiting_steps", "transcode"] == 0
    cut_job(AssetFactory(passed_gate=True))
    found = scraped()
    assert found["queue_waiting_steps", "transcode"] == 2
    assert 50 < found["queue_oldest_waiting_seconds", "transcode"] < 120
    assert found["queue_running_steps", "transcode"] == 2 and found["queue_expired_leases", "ingest"] == 0
    assert found["jobs", "processing", "ingest"] == 1
    assert found["uploads_open", "tus"] == 0 and found["storage_leftovers",] == 0
    assert {name for name, *_labels in found} >= {"workers_alive", "worker_slots"}
    assert min(found["free_bytes", place] for place in ("storage", "incoming", "scratch")) > 0
    assert all(found["part_up", part] == 1 for part in ("database", "redis", "disk"))


def test_a_part_that_is_away_is_told_and_hides_no_other(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    settings.REDIS_CACHE_URL = f"unix://{tmp_path}/nobody.sock"
    monkeypatch.setattr(figures, "queues", away)
    found = scraped()
    assert (found["part_up", "database"], found["part_up", "redis"], found["part_up", "disk"]) == (0, 0, 1)
    assert ("free_bytes", "scratch") in found and ("jobs", "processing", "ingest") not in found


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("viewer", 403),
        ("contributor", 403),
        ("moderator", 403),
        ("manager", 403),
        ("administrator", 200),
    ],
)
def test_only_administrators_may_look(role: str, status: int) -> None:
    assert asked(Cookie=f"sessionid={session_of(UserFactory(role=role))}").status == status


@pytest.mark.parametrize("said", ["", "Bearer ", "Bearer wrong", f"Token {_TOKEN}", f"Bearer {_TOKEN}x"])
def test_others_are_refused(said: str) -> None:
    answer = asked(**({"Authorization": said} if said else {}))
    assert answer.status == 401 and b"mediaportal_" not in answer.body


def test_without_a_token_none_is_right(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert asked(Authorization="Bearer ").status == 401


def test_verbs() -> None:
    right = f"Bearer {_TOKEN}"
    assert asked("POST", Authorization=right).status == 405
    head = asked("HEAD", Authorization=right)
    assert (head.status, head.body) == (200, b"") and int(head.headers["content-length"]) > 100


def test_every_figure_stands_in_the_operators_page() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    cut_job(AssetFactory(passed_gate=True))
    assert {name for name, *_labels in scraped() if f"`{name}`" not in page} == set()

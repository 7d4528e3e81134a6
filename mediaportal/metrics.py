"""`/metrics` for Prometheus: raw ASGI, so that it answers also when every Django thread is busy.

Every figure is read from PostgreSQL, Redis or the disk when it is asked for: all web processes say the same. Not
public: a scraper sends `Authorization: Bearer <METRICS_TOKEN>`, an administrator may look in a browser. A part that
does not answer in time is told as not up, and the others all the same.
"""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from hmac import compare_digest
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from assets.services import places
from mediaportal.accounts.authentication import signed_in
from mediaportal.core.doors import App, Receive, Scope, Send, raw_app, start_answer
from mediaportal.core.problems import MethodNotAllowed, NotPermitted
from mediaportal.core.threads import in_database, on_disk
from mediaportal.health import ask_redis
from processing.services import figures

log = logging.getLogger(__name__)

PATH = "/metrics"
PART_SECONDS = 3.0
_QUERY_SECONDS = 2.0

Part = Callable[[], list[Metric]]


class _Read(Collector):
    """Metrics that have been read already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._metrics


def _gauge(name: str, said: str, labels: list[str], values: Iterable[tuple[list[str], float]]) -> Metric:
    """A gauge with a value for each set of labels."""
    found = GaugeMetricFamily(f"mediaportal_{name}", said, labels=labels)
    for label_values, value in values:
        found.add_metric(label_values, value)
    return found


def database_part() -> list[Metric]:
    """What stands in PostgreSQL."""
    with figures.within(_QUERY_SECONDS):
        queues, jobs = figures.queues(), figures.jobs_by_status()
        failures, uploads = figures.failures(), figures.open_uploads()
        leftovers = figures.leftovers()
    of_queues = {
        "queue_waiting_steps": ("Steps that could begin now.", "waiting"),
        "queue_oldest_waiting_seconds": (
            "For how long the first of the waiting steps could have begun.",
            "oldest_seconds",
        ),
        "queue_postponed_steps": ("Steps that wait to be tried again later.", "postponed"),
        "queue_running_steps": ("Steps that a worker holds.", "running"),
        "queue_expired_leases": ("Running steps whose worker is not heard of any more.", "expired"),
    }
    return [
        *(
            _gauge(name, said, ["queue"], [([one.queue], getattr(one, field)) for one in queues])
            for name, (said, field) in of_queues.items()
        ),
        _gauge("jobs", "Jobs.", ["type", "status"], [([*key], count) for key, count in jobs.items()]),
        _gauge(
            "jobs_failed_last_hour",
            "Jobs that failed within the last hour.",
            ["code"],
            [([code], count) for code, count in failures.items()],
        ),
        _gauge(
            "uploads_open",
            "Uploads on their way in.",
            ["source"],
            [([source], count) for source, count in uploads.items()],
        ),
        _gauge("storage_leftovers", "Keys of the storage that are to be removed.", [], [([], leftovers)]),
    ]


def workers_part() -> list[Metric]:
    """Which workers say in Redis that they are alive."""
    ask_redis()
    serving = figures.serving()
    return [
        _gauge(
            "workers_alive",
            "Worker processes that serve a queue.",
            ["queue"],
            [([one.queue], one.alive) for one in serving],
        ),
        _gauge(
            "worker_slots",
            "Steps of a queue that can run at once.",
            ["queue"],
            [([one.queue], one.slots) for one in serving],
        ),
    ]


def disk_part() -> list[Metric]:
    """How much room is left on this machine, and where files are kept unless that is a bucket."""
    room = {"incoming": places.free_for_incoming(), "scratch": _free(Path(settings.SCRATCH_ROOT))}
    if not places.is_remote():
        room["storage"] = places.free_space()
    return [
        _gauge(
            "free_bytes", "Room that is left.", ["place"], [([place], left) for place, left in room.items()]
        )
    ]


def _free(folder: Path) -> int:
    """Bytes that are left where a folder lies."""
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def parts() -> dict[str, Callable[[], Awaitable[list[Metric]]]]:
    """Where figures come from, by name."""
    return {
        "database": partial(in_database, database_part),
        "redis": partial(in_database, workers_part),
        "disk": partial(on_disk, disk_part),
    }


async def _ask(name: str, read: Callable[[], Awaitable[list[Metric]]]) -> list[Metric] | None:
    """What one part says, or None when it does not answer in time."""
    try:
        async with asyncio.timeout(PART_SECONDS):
            return await read()
    except (DatabaseError, RedisError, OSError) as error:
        log.warning("the figures of %s cannot be read", name, exc_info=error)
        return None


async def _require(scope: Scope) -> None:
    """Raise unless the scraper's token or an administrator asks."""
    said = dict(scope["headers"]).get(b"authorization", b"")
    token = settings.METRICS_TOKEN.encode()
    if token and compare_digest(said, b"Bearer " + token):
        return
    user = await in_database(signed_in, scope)
    if not await in_database(user.has_perm, "accounts.change_user"):
        raise NotPermitted


async def _metrics(scope: Scope, _receive: Receive, send: Send) -> None:
    """Everything in Prometheus's text form."""
    if scope["method"] not in {"GET", "HEAD"}:
        raise MethodNotAllowed("GET, HEAD")
    await _require(scope)
    asked = parts()
    answers = await asyncio.gather(*(_ask(name, read) for name, read in asked.items()))
    said = dict(zip(asked, answers, strict=True))
    up = [([name], float(found is not None)) for name, found in said.items()]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(
        _Read(
            [
                *(metric for found in answers for metric in found or []),
                _gauge("part_up", "Whether a part that figures come from has answered.", ["part"], up),
            ]
        )
    )
    body = generate_latest(registry)
    head = [
        ("Content-Type", CONTENT_TYPE_LATEST),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    await start_answer(send, status=200, headers=head)
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


# For the router, by path.
APPS: dict[str, App] = {PATH: raw_app(_metrics)}

"""The portal over HTTP, as it is really served: how long a job's status takes, and what 64 clients at once leave."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from rest_framework_simplejwt.tokens import AccessToken

from assets.models import Asset
from benchmarks.report import Row
from mediaportal.accounts.models import User
from processing.services import planning

_ASSETS = 60
_REQUESTS = 400
_CLIENTS = 64
_SECONDS = 5.0


def measure(folder: Path) -> Iterator[Row]:
    """Yield latencies, rates and connection counts."""
    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench@example.org", "bench", role="manager")
    job_id, *_others = [_asset(owner, number) for number in range(_ASSETS)]
    token = str(AccessToken.for_user(owner))
    with served(folder) as port:
        status = f"/api/v1/media/job/{job_id}/status"
        yield Row("Job status when idle, median", _median_ms(port, status, token), "ms", most=20)
        yield Row(
            "List of 50 assets when idle, median",
            _median_ms(port, "/api/v1/assets/?page_size=50", token),
            "ms",
        )
        rate, slowest = _load(port, status, token)
        yield Row("Job status, 64 clients, requests a second", rate, "/s")
        yield Row("Job status, 64 clients, 99th of 100", slowest, "ms")
        # Two processes, each with its threads for pages and for streams: what is allowed, not what leaks.
        allowed = 2 * (settings.WEB_THREADS + settings.STREAM_THREADS)
        yield Row("Database connections after 64 clients", _connections(), "connections", most=allowed)


def _asset(owner: User, number: int) -> UUID:
    """A stored asset with its job, as after acceptance; returns the job's id."""
    asset = Asset.objects.create(
        kind="video",
        title=f"Clip {number}",
        original_filename=f"clip{number}.mp4",
        mime_type="video/mp4",
        file_size=1_000_000,
        sha256="0" * 64,
        storage_bucket="local",
        storage_key=f"bench/{number}",
        uploaded_by=owner,
    )
    return planning.create(asset=asset, job_id=asset.job_id, parameters={}).pk


def free_port() -> int:
    """A port on the loopback address that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(folder: Path) -> Iterator[int]:
    """The web as the Procfile starts it, two processes, on a free port."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "mediaportal.asgi:application",
        "--lifespan",
        "off",
        "--http",
        "mediaportal.core.serving:BoundedHttp",
        "--workers",
        "2",
    ]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | {"PORT": str(port)}, stdout=log, stderr=log)
        try:
            until_it_answers(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=20)


def until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the web answers."""
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the web ended at its start")
        with (
            contextlib.suppress(OSError),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as client,
        ):
            client.request("GET", "/health/live")
            client.getresponse().read()
            return
        time.sleep(0.1)
    raise RuntimeError("the web does not answer")


def _get(client: http.client.HTTPConnection, path: str, token: str) -> float:
    """One request; returns its seconds and raises for any answer but 200."""
    start = time.perf_counter()
    client.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = client.getresponse()
    answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{path} answered {answer.status}")
    return time.perf_counter() - start


def _median_ms(port: int, path: str, token: str) -> float:
    """The median of many requests one after the other, in milliseconds."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        for _ in range(20):
            _get(client, path, token)
        return 1000 * median(_get(client, path, token) for _ in range(_REQUESTS))


def _load(port: int, path: str, token: str) -> tuple[float, float]:
    """Let 64 clients ask for some seconds; returns requests a second and the 99th percentile in milliseconds."""
    end = time.monotonic() + _SECONDS

    def one(_number: int) -> list[float]:
        took = []
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
            while time.monotonic() < end:
                took.append(_get(client, path, token))
        return took

    with ThreadPoolExecutor(_CLIENTS) as pool:
        times = sorted(seconds for client in pool.map(one, range(_CLIENTS)) for seconds in client)
    return len(times) / _SECONDS, 1000 * times[int(len(times) * 0.99)]


def _connections() -> float:
    """How many connections PostgreSQL holds for the portal, without our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return float(cursor.fetchone()[0])

"""A portal that really runs: uvicorn in a process of its own, on the test's database, Redis and media folder."""

import base64
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from processing.ffmpeg.transcode import Encoded
from script.lib.processes import EVERY_QUEUE, end, worker_command
from tests.functional.browser import end_chromium
from tests.functional.films import encoded

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180.0


def portal_environment() -> dict[str, str]:
    """The environment of a process that shares this test's database, Redis and folders."""
    of = connection.settings_dict
    where = f"?host={quote(str(of['HOST']), safe='/')}" if of["HOST"] else ""
    if of["PORT"]:
        where += f"&port={of['PORT']}"
    user = quote(str(of["USER"])) + (f":{quote(str(of['PASSWORD']))}" if of["PASSWORD"] else "")
    return (
        os.environ
        | _bucket()
        | _gathered()
        | {
            "DATABASE_URL": f"postgresql://{user}@/{of['NAME']}{where}",
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "INCOMING_ROOT": str(settings.INCOMING_ROOT),
            "SCRATCH_ROOT": str(settings.SCRATCH_ROOT),
            "SECRET_KEY": settings.SECRET_KEY,
            "MASTER_KEYS": ",".join(
                f"{key.name}:{base64.b64encode(key.value).decode()}" for key in settings.MASTER_KEYS
            ),
            "IMPORT_ALLOWED_NETWORKS": "127.0.0.0/8",
            "SIGN_IN_TRIES": "1000",
            "STEP_NICENESS": "0",
            "DJANGO_SETTINGS_MODULE": "mediaportal.settings",
            "PYTHONWARNINGS": "default",
        }
    )


def _bucket() -> dict[str, str]:
    """Where this test keeps its files, when that is a bucket."""
    if settings.STORAGE != "s3":
        return {}
    names = ("STORAGE", "S3_BUCKET", "S3_REGION", "S3_PREFIX", "S3_ENDPOINT_URL")
    return {name: str(getattr(settings, name)) for name in names}


def _gathered() -> dict[str, str]:
    """Where style sheets and scripts lie: under names that browsers keep, if they were gathered before the tests."""
    folder = os.environ.get("STATIC_ROOT", "")
    if folder and (Path(folder) / "staticfiles.json").is_file():
        return {"STATIC_ROOT": folder, "DEBUG": "0"}
    return {"STATIC_ROOT": str(settings.STATIC_ROOT), "DEBUG": "1"}


def free_port() -> int:
    """A port on the loopback address that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until something answers at this address, whatever its status."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with contextlib.closing(urllib.request.urlopen(url, timeout=5)):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start in time")


@contextlib.contextmanager
def portal_process(
    environment: dict[str, str] | None = None,
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A web process of its own, and its address without a slash at the end."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "mediaportal.asgi:application", "--lifespan", "off"]
    command += ["--http", "mediaportal.core.serving:BoundedHttp"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--no-access-log"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment or portal_environment())
    try:
        wait_until_answers(f"http://127.0.0.1:{port}/api/", process)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        end(process, seconds=10)


@pytest.fixture(scope="session", autouse=True)
def _browser() -> Iterator[None]:
    """Whichever test began the browser, it ends with the last of them."""
    yield
    end_chromium()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Encoded]:
    """A film of six seconds in two rungs, and the folder that it lies in; both are only read."""
    folder = tmp_path_factory.mktemp("film")
    return folder, encoded(folder)


@pytest.fixture(scope="session")
def web_process(django_db_setup: None, portal_settings: None) -> Iterator[str]:
    """A web process that serves all tests of this worker: starting one takes longer than most tests."""
    with portal_process() as (_process, address):
        yield address


@pytest.fixture
def web(transactional_db: None, web_process: str) -> str:
    """The address (without a slash at the end) of a running web process; rows committed by the test are seen by it."""
    return web_process


@contextlib.contextmanager
def worker_process(queues: str, *, threads: int, level: str = "WARNING") -> Iterator[subprocess.Popen[bytes]]:
    """A worker of these queues (parted by commas) in a process of its own, on the test's database and folders."""
    command = worker_command(f"test{free_port()}", queues, threads=threads, level=level)
    process = subprocess.Popen(command, cwd=ROOT, env=portal_environment())
    try:
        yield process
    finally:
        end(process)


@pytest.fixture
def workers(transactional_db: None) -> Iterator[None]:
    """Celery's workers for every queue, in one process."""
    with worker_process(EVERY_QUEUE, threads=2):
        yield

"""The portal whose pictures are taken: a web process and workers of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from script.lib.processes import end, worker_command

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300.0


@contextmanager
def portal() -> Iterator[str]:
    """A web process and workers on a free port; yields the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    uvicorn = [sys.executable, "-m", "uvicorn", "mediaportal.asgi:application", "--lifespan", "off"]
    commands = [
        [*uvicorn, "--port", port, "--no-access-log", "--log-level", "warning"],
        worker_command(f"ingest{port}", "ingest,imports,upkeep,notify", threads=3, level="ERROR"),
        worker_command(f"transcode{port}", "transcode,analysis", threads=1, level="ERROR"),
    ]
    quiet = os.environ | {"PYTHONWARNINGS": "ignore", "LOG_LEVEL": "ERROR"}
    running = [subprocess.Popen(command, cwd=ROOT, env=quiet) for command in commands]
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/health/live"), "the web")
        yield f"http://127.0.0.1:{port}"
    finally:
        end(*running)


def answers(address: str) -> bool:
    """Whether anything answers there."""
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so; raises `TimeoutError` after five minutes."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.3)

"""Segments on their way out: through the portal's own door, and by nginx behind its question, against nginx alone.

All serve the same segment of 4 MB to 50 viewers on the same two cores, one way after the other in one run; nginx runs
two processes, as the portal does.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from string import Template
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command

from benchmarks.films import film, segment
from benchmarks.http import free_port, served
from benchmarks.report import Row
from mediaportal.accounts.models import User

_ROOT = Path(__file__).resolve().parents[2]
_BYTES = 4_000_000
_VIEWERS = 50
_SECONDS = 5
_ROUNDS = 3
_SEGMENT_SECONDS = 4
_INTERNAL = "/stored/"


def measure(folder: Path) -> Iterator[Row]:
    """Yield rates against nginx's, and how long viewers wait for the first byte."""
    call_command("migrate", verbosity=0)
    path, key = _segment()
    with served(folder) as own, _behind_nginx(folder) as front:
        ways = {"nginx": (front, f"/plain/{key}"), "door": (own, path), "handed": (front, path)}
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _round in range(_ROUNDS):
            for name, (port, address) in ways.items():
                seen = _watched(port, address, _SECONDS)
                rates[name].append(seen["bytes"] / seen["seconds"])
        alone = median(rates["nginx"])
        paced = _watched(own, path, 3 * _SEGMENT_SECONDS, _SEGMENT_SECONDS)
        yield Row(f"Segments of 4 MB to {_VIEWERS} viewers, nginx alone", alone / 1e6, "MB/s")
        yield Row(
            "Segments through the portal's door / nginx alone", median(rates["door"]) / alone, "×", least=0.3
        )
        yield Row(
            "Segments sent by nginx when the portal says so / nginx alone",
            median(rates["handed"]) / alone,
            "×",
            least=0.9,
        )
        yield Row(
            f"First byte of a segment through the door, {_VIEWERS} viewers, 95th of 100",
            quantiles(paced["first_ms"], n=100)[94],
            "ms",
            most=30,
        )


def _segment() -> tuple[str, str]:
    """A video with one segment: its signed address, and the key of the file."""
    owner = User.objects.create_user(f"delivery-{uuid4().hex}@example.org", "bench", role="manager")
    asset = film(owner, 0)
    asset.save()
    return segment(asset, viewer=owner, data=os.urandom(_BYTES))


@contextlib.contextmanager
def _behind_nginx(folder: Path) -> Iterator[int]:
    """A second portal that leaves the sending to nginx, by the configuration that is delivered; nginx's port."""
    place, port = folder / "nginx", free_port()
    place.mkdir()
    os.environ["X_ACCEL_LOCATION"] = _INTERNAL
    try:
        portal = contextlib.ExitStack()
        inner = portal.enter_context(served(place))
    finally:
        del os.environ["X_ACCEL_LOCATION"]
    with portal:
        site = Template(
            (_ROOT / "deploy" / "nginx.conf.template").read_text(encoding="utf-8")
        ).safe_substitute(
            PORTAL=f"127.0.0.1:{inner}",
            LISTEN=f"127.0.0.1:{port}",
            SERVER_NAME="localhost",
            MEDIA_ROOT=str(settings.MEDIA_ROOT),
        )
        head, _brace, _rest = site.rpartition("}")
        plain = f"location /plain/ {{ alias {settings.MEDIA_ROOT}/; sendfile on; tcp_nopush on; }}\n}}"
        user = "user root;" if os.geteuid() == 0 else ""
        (place / "nginx.conf").write_text(
            f"{user}\ndaemon off;\nworker_processes 2;\npid {place}/pid;\nerror_log stderr warn;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{head}{plain}\n}}\n",
            encoding="utf-8",
        )
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        process = subprocess.Popen(
            [program, "-p", str(place), "-c", str(place / "nginx.conf"), "-e", "stderr"]
        )
        try:
            time.sleep(1)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=20)


def _watched(port: int, path: str, seconds: float, pause: float = 0.0) -> dict[str, Any]:
    """What viewers in a process of their own got."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.viewers",
        str(port),
        path,
        str(_VIEWERS),
        str(seconds),
        str(pause),
    ]
    done = subprocess.run(command, check=True, capture_output=True, timeout=120, cwd=_ROOT / "script")
    found: dict[str, Any] = json.loads(done.stdout)
    return found

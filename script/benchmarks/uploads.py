"""Resumable uploads against a bare sink that streams, hashes and syncs the same bytes to the same disk; many uploads
at once that are cut.
"""

import contextlib
import hashlib
import http.client
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from rest_framework_simplejwt.tokens import AccessToken

from assets.models import Asset
from benchmarks.http import free_port, served, until_it_answers
from benchmarks.report import Row
from mediaportal.accounts.models import User

_MIB = 1024**2
_LARGE = 2048 * _MIB
_REQUEST = 64 * _MIB
_ROUNDS = 3
_MANY, _EACH, _PEOPLE = 100, 20 * _MIB, 10
_TRIES = 20
_PATH = "/api/v1/uploads/"
_SINK = """
import hashlib, os

async def application(scope, receive, send):
    digest, more = hashlib.sha256(), True
    descriptor = os.open(os.environ["SINK"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    while more:
        message = await receive()
        body, more = message.get("body", b""), message.get("more_body", False)
        digest.update(body)
        os.write(descriptor, body)
    os.fsync(descriptor)
    os.close(descriptor)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""


def measure(folder: Path) -> Iterator[Row]:
    """Yield rates, ratios, memory and times."""
    call_command("migrate", verbosity=0)
    yield from _one_large(folder)
    yield from _many_cut(folder)


# --- One large upload ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Run:
    """One upload: wall and the server's CPU in seconds, and by how many bytes its memory grew at most."""

    wall: float
    cpu: float
    grown: int


def _one_large(folder: Path) -> Iterator[Row]:
    """The portal and the sink by turns, on one disk."""
    token = str(AccessToken.for_user(_person("large")))
    ours, theirs = [], []
    with served(folder) as port, _sink(folder) as (sink, sink_port):
        for _ in range(_ROUNDS):
            theirs.append(_watched([sink], lambda: _put(sink_port)))
            (folder / "sunk").unlink()
            ours.append(_watched(_web(port), lambda: _upload(port, token)))
            shutil.rmtree(Path(settings.MEDIA_ROOT) / "assets", ignore_errors=True)
    ratio = median(sunk.wall / mine.wall for sunk, mine in zip(theirs, ours, strict=True))
    for name, runs in (("tus in 64 MiB requests", ours), ("bare sink", theirs)):
        yield Row(f"2 GiB by {name}", _LARGE / _MIB / median(run.wall for run in runs), "MiB/s")
        yield Row(f"2 GiB by {name}, CPU of the server", median(run.cpu for run in runs), "s")
    yield Row("2 GiB by tus, rate against the sink", ratio, "×", least=0.6)
    yield Row(
        "2 GiB by tus, memory of a web process grows by", max(r.grown for r in ours) / _MIB, "MiB", most=64
    )


@contextlib.contextmanager
def _sink(folder: Path) -> Iterator[tuple[int, int]]:
    """The bare sink under the same server; yields its process id and port."""
    (folder / "sink.py").write_text(_SINK, encoding="utf-8")
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "sink:application",
        "--lifespan",
        "off",
        "--app-dir",
        str(folder),
    ]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(command, env=os.environ | {"SINK": str(folder / "sunk")})
    try:
        until_it_answers(port, process)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _watched(pids: list[int], act: object) -> _Run:
    """Carry it out and look at what it costs the processes."""
    before = [_resident(pid, peak=False) for pid in pids]
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # the peak is counted anew
    cpu, start = sum(map(_cpu, pids)), time.monotonic()
    act()  # type: ignore[operator]
    wall, spent = time.monotonic() - start, sum(map(_cpu, pids)) - cpu
    grown = max(_resident(pid, peak=True) - was for pid, was in zip(pids, before, strict=True))
    return _Run(wall, spent, grown)


def _web(port: int) -> list[int]:
    """The processes that answer at a port: the workers, known by their parent."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(entry.parent.name)] = int(entry.read_text().rsplit(")", 1)[1].split()[1])
    masters = [pid for pid in parents if f"--port\0{port}\0".encode() in _command(pid)]
    return [pid for pid, parent in parents.items() if parent in masters and b"spawn_main" in _command(pid)]


def _command(pid: int) -> bytes:
    """A process's command line."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _resident(pid: int, *, peak: bool) -> int:
    """Bytes of memory that a process holds, or held at most."""
    name = "VmHWM:" if peak else "VmRSS:"
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


_FTYP = b"ftypisom\0\0\2\0isomiso2mp41"
_HEAD = struct.pack(">I", len(_FTYP) + 4) + _FTYP + struct.pack(">I4sQ", 1, b"mdat", 1 << 40)
_BLOCK = _HEAD + os.urandom(4 * _MIB - len(_HEAD))


def _body(size: int) -> Iterator[bytes]:
    """A body of whole blocks; each begins as an MP4 does."""
    for _ in range(size // len(_BLOCK)):
        yield _BLOCK


def _put(port: int) -> None:
    """Everything in one request."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as client:
        client.request("PUT", "/", body=_body(_LARGE), headers={"Content-Length": str(_LARGE)})
        _expect(client.getresponse(), 204)


def _upload(port: int, token: str) -> None:
    """Everything by tus, to the accepted asset."""
    url = _begin(port, token, _LARGE)
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as client:
        for at in range(0, _LARGE, _REQUEST):
            client.request("PATCH", url, body=_body(_REQUEST), headers=_chunk(at, _REQUEST))
            answer = _expect(client.getresponse(), 204)
    if not answer.headers["X-Asset-Id"]:
        raise RuntimeError("the upload was not accepted")


def _begin(port: int, token: str, size: int) -> str:
    """The address of a new upload."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client:
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Authorization": f"Bearer {token}"}
        client.request("POST", _PATH, headers=headers)
        return str(_expect(client.getresponse(), 201).headers["Location"])


def _chunk(offset: int, size: int) -> dict[str, str]:
    """The headers of a chunk."""
    return {
        "Tus-Resumable": "1.0.0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(size),
        "Upload-Offset": str(offset),
    }


def _expect(answer: http.client.HTTPResponse, status: int) -> http.client.HTTPResponse:
    """Read an answer; raises for any other status."""
    body = answer.read()
    if answer.status != status:
        raise RuntimeError(f"answered {answer.status}: {body[:300]!r}")
    return answer


# --- Many at once -------------------------------------------------------------------------------------------------
class _Cut:
    """A client whose connection breaks twice, each time after about a third of its file."""

    def __init__(self, port: int, token: str, number: int) -> None:
        self._port, self._token = port, token
        self._data = bytearray(_HEAD + number.to_bytes(8, "big")) + os.urandom(_EACH - len(_HEAD) - 8)
        self.sent = 0
        self.sha256 = hashlib.sha256(self._data).hexdigest()

    def run(self) -> str:
        """Send everything; returns the asset's id."""
        url = _begin(self._port, self._token, _EACH)
        cuts = [_EACH // 3, 2 * _EACH // 3]
        for _ in range(_TRIES):
            offset, asset_id = self._standing(url)
            if asset_id:
                return asset_id
            stop = next((cut for cut in cuts if cut > offset), None)
            if stop is not None:
                cuts.remove(stop)
            self._send(url, offset, stop)
            # As clients do that lost their connection: a moment, then ask.
            time.sleep(1.0 if stop else 0.0)
        raise RuntimeError("an upload did not arrive")

    def _standing(self, url: str) -> tuple[int, str]:
        """Where the upload stands, and its asset once it is accepted."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)) as client:
            client.request("HEAD", url, headers={"Tus-Resumable": "1.0.0"})
            told = _expect(client.getresponse(), 200).headers
            return int(told["Upload-Offset"]), str(told.get("X-Asset-Id", ""))

    def _send(self, url: str, offset: int, stop: int | None) -> None:
        """Send what is left, or up to `stop` and then nothing more: the connection is gone."""
        lines = [f"PATCH {url} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in _chunk(offset, _EACH - offset).items()]
        with socket.create_connection(("127.0.0.1", self._port), timeout=120) as connection:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            end = stop or _EACH
            with contextlib.suppress(ConnectionError):
                for at in range(offset, end, 256 * 1024):
                    piece = self._data[at : min(end, at + 256 * 1024)]
                    connection.sendall(piece)
                    self.sent += len(piece)
                if stop is None:
                    http.client.HTTPResponse(connection).begin()


def _many_cut(folder: Path) -> Iterator[Row]:
    """A hundred uploads of ten people at once, on two processes."""
    tokens = [str(AccessToken.for_user(_person(f"person{number}"))) for number in range(_PEOPLE)]
    with served(folder) as port:
        clients = [_Cut(port, tokens[number % _PEOPLE], number) for number in range(_MANY)]
        start = time.monotonic()
        with ThreadPoolExecutor(_MANY) as pool:
            ids = list(pool.map(_Cut.run, clients))
        wall = time.monotonic() - start
    hashes = {str(pk): sha256 for pk, sha256 in Asset.objects.values_list("pk", "sha256")}
    right = sum(hashes.get(pk) == client.sha256 for pk, client in zip(ids, clients, strict=True))
    sent = sum(client.sent for client in clients) / (_MANY * _EACH)
    shutil.rmtree(Path(settings.MEDIA_ROOT) / "assets", ignore_errors=True)
    yield Row(
        "100 uploads of 20 MiB, each cut twice: arrived with the right hash", right, "files", least=_MANY
    )
    yield Row("100 uploads of 20 MiB, each cut twice: bytes sent per byte", sent, "×", most=1.05)
    yield Row("100 uploads of 20 MiB, each cut twice, wall", wall, "s")


# --- People ------------------------------------------------------------------------------------------------------
def _person(name: str) -> User:
    """Somebody who may upload."""
    return User.objects.create_user(f"{name}-{uuid4().hex}@example.org", "bench", role="manager")

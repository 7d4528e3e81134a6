"""A real clamd for the tests, with one signature of its own: that of the harmless EICAR test file.

The test file's bytes are put together when they are asked for, so that no scanner finds them in the sources.
"""

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyclamd

PROGRAM = "/usr/sbin/clamd"
NAME = "Eicar-Test-Signature"
MOST_BYTES = 4 << 20
_START_SECONDS = 30.0


def eicar() -> bytes:
    """The 68 bytes that every scanner finds."""
    return bytes(pyclamd.ClamdUnixSocket.EICAR(None)).strip()


class Clamd:
    """A scanner in a folder of its own; `start` and `stop` as often as wanted."""

    def __init__(self, folder: Path, **options: str) -> None:
        self.socket = folder / "clamd.sock"
        self.config = folder / "clamd.conf"
        self._process: subprocess.Popen[bytes] | None = None
        database = folder / "signatures"
        database.mkdir()
        (database / "tests.ndb").write_text(f"{NAME}:0:*:{eicar().hex()}\n")
        told = {
            "LocalSocket": str(self.socket),
            "DatabaseDirectory": str(database),
            "Foreground": "yes",
            "AlertExceedsMax": "yes",
            "DisableCache": "yes",
            "MaxScanTime": "600000",
            "MaxFileSize": f"{MOST_BYTES >> 20}M",
            "MaxScanSize": "16M",
            "StreamMaxLength": f"{MOST_BYTES >> 20}M",
            "TemporaryDirectory": str(folder),
            "LogFile": str(folder / "clamd.log"),
            "ReadTimeout": "20",
        } | options
        self.config.write_text("".join(f"{name} {value}\n" for name, value in told.items()))

    @property
    def url(self) -> str:
        """As `CLAMD_URL` names it."""
        return f"unix:{self.socket}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [PROGRAM, f"--config-file={self.config}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"clamd did not start: {self._process.poll()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Kill it, as a machine that runs out of memory would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=20)
            self._process = None

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self.socket))
                probe.sendall(b"nPING\n")
                return probe.recv(16) == b"PONG\n"
            except OSError:
                return False


@contextmanager
def running(folder: Path, **options: str) -> Iterator[Clamd]:
    """A scanner that runs in a folder; `options` are lines of its configuration."""
    scanner = Clamd(folder, **options)
    scanner.start()
    try:
        yield scanner
    finally:
        scanner.stop()


class FakeClamd:
    """Something on a socket that is no clamd: it reads what comes and gives the answers that it was told to give.

    `answers` are given one to a connection, the last of them to every further one; a `PING` is always answered.
    `read_first` bytes of a stream are read before the answer; None means all of it.
    """

    def __init__(
        self,
        folder: Path,
        *answers: bytes,
        read_first: int | None = None,
        drip_seconds: float = 0.0,
        proves: bool = True,
    ) -> None:
        self.url = f"unix:{folder / 'fake.sock'}"
        self.streams = 0
        self._answers, self._read_first = list(answers), read_first
        self._drip, self._proves = drip_seconds, proves
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / "fake.sock"))
        self._listening.listen(8)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "FakeClamd":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(timeout=20)

    def _serve(self) -> None:
        while True:
            try:
                talk, _address = self._listening.accept()
            except OSError:
                return
            with talk, contextlib.suppress(OSError):
                talk.settimeout(20)
                self._answer(talk)

    def _answer(self, talk: socket.socket) -> None:
        with talk.makefile("rb") as source:
            command = source.readline()
            if command == b"nPING\n":
                talk.sendall(b"PONG\n")
            if not command.startswith(b"nINSTREAM"):
                return
            content = self._content(source)
            if self._proves and content.startswith(b"\x1f\x8b"):
                talk.sendall(b"stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND\n")
                return
            self.streams += 1
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            for place in range(len(answer)):
                talk.sendall(answer[place : place + 1])
                time.sleep(self._drip)

    def _content(self, source: BinaryIO) -> bytes:
        content = b""
        while self._read_first is None or len(content) < self._read_first:
            length = int.from_bytes(source.read(4), "big")
            if not length:
                break
            content += source.read(length)
        return content

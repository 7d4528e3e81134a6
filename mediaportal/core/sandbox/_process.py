"""Start one program, watch it, and end it with everything that it started."""

import contextlib
import os
import re
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ._errors import (
    OutputTooLarge,
    ProgramFailed,
    ProgramKilled,
    ProgramMissing,
    ProgramStopped,
    ProgramTimedOut,
)

_POLL_SECONDS = 0.2
_REAP_SECONDS = 2.0
# The kernel holds its limit against a coarse clock that, on a busy machine, runs ahead of the exact one we are given.
_CPU_LIMIT_SHARE = 0.75
_CHUNK_BYTES = 1 << 16
_STDERR_TAIL_BYTES = 8192
_LONGEST_LINE_BYTES = 1 << 16
_HIDDEN = "[hidden]"
_SIGNALS = 128
# What others send. A program that crashes gets another one; what the kernel ends for its CPU time is told apart before.
_FROM_OUTSIDE = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM})


@dataclass(frozen=True)
class Completed:
    """How a program ended: its kept output, the end of its stderr, wall and CPU seconds used."""

    stdout: bytes
    stderr_tail: str
    wall_seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Watch:
    """What the caller wants to hear and decide meanwhile; all are called in the caller's thread."""

    on_line: Callable[[str], None] | None = None
    on_chunk: Callable[[bytes], None] | None = None
    stop: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Bounds:
    """Limits that are kept here and not by the kernel."""

    wall_seconds: float
    cpu_seconds: int
    stdout_bytes: int


class _Output:
    """Takes the program's output: hands it on line by line or in chunks, or keeps it up to a bound."""

    def __init__(self, program: str, watch: Watch, most: int, secrets: Sequence[str] = ()) -> None:
        self._program = program
        self._watch = watch
        self._most = most
        self._secrets = [secret for secret in secrets if secret]
        # The cut may leave a part of one, which is dropped with this margin.
        self._margin = max((len(one.encode()) for one in self._secrets), default=0)
        self._line = b""
        self.kept = bytearray()
        self.stderr = b""

    def take(self, data: bytes) -> None:
        """Take bytes of the standard output; raises `OutputTooLarge`."""
        if self._watch.on_chunk is not None:
            self._watch.on_chunk(data)
        elif self._watch.on_line is not None:
            *lines, rest = (self._line + data).split(b"\n")
            self._line = rest[-_LONGEST_LINE_BYTES:]
            for line in lines:
                self._watch.on_line(line.decode(errors="replace").rstrip("\r"))
        else:
            self.kept += data
            if len(self.kept) > self._most:
                raise OutputTooLarge(f"{self._program} wrote more than {self._most} bytes")

    def take_error(self, data: bytes) -> None:
        """Take bytes of stderr; only the end is kept."""
        self.stderr = (self.stderr + data)[-(_STDERR_TAIL_BYTES + self._margin) :]

    def finish(self) -> None:
        """Hand on a last line that had no newline."""
        if self._line and self._watch.on_line is not None:
            self._watch.on_line(self._line.decode(errors="replace"))

    @property
    def stderr_tail(self) -> str:
        """The end of stderr as text, without secrets."""
        text = self.stderr.decode(errors="replace")
        for secret in self._secrets:
            text = re.sub(re.escape(secret), _HIDDEN, text, flags=re.IGNORECASE)
        return text[self._margin :] if len(self.stderr) > _STDERR_TAIL_BYTES else text


def execute(
    command: Callable[[int], Sequence[str]],
    *,
    program: str,
    environment: Mapping[str, str],
    cwd: str,
    stdin: bytes | Path | None,
    bounds: Bounds,
    watch: Watch,
    secrets: Sequence[str] = (),
) -> Completed:
    """Run a program to its end; whatever happens, its process group is gone. Raises `SandboxError`s.

    `command` makes its command line, given the descriptor on which it asks whether to begin. Nothing of `secrets`
    stands in what is kept of its stderr.
    """
    started = time.monotonic()
    output = _Output(program, watch, bounds.stdout_bytes, secrets)
    ours, theirs = socket.socketpair()
    with _opened(stdin) as source, theirs:
        try:
            process = subprocess.Popen(  # noqa: S603 - an argument list, never a shell
                command(theirs.fileno()),
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(environment),
                cwd=cwd,
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )
        except OSError as error:
            ours.close()
            if isinstance(error, FileNotFoundError):
                raise ProgramMissing(program) from error
            raise
    cpu: float | None = None
    try:
        cpu = _follow(process, program, started, output, bounds, watch, ours)
    finally:
        ours.close()
        if cpu is None:
            _kill(process)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    output.finish()
    code = process.returncode
    if (
        code != 0 and cpu >= bounds.cpu_seconds * _CPU_LIMIT_SHARE
    ):  # each level reports the kernel's kill in its own way
        raise ProgramTimedOut(program, bounds.cpu_seconds)
    # With a namespace or a shell around it the program's signal is told by them.
    ended_by = -code if code < 0 else code - _SIGNALS
    if ended_by in _FROM_OUTSIDE:
        raise ProgramKilled(program, ended_by)
    if code != 0:
        raise ProgramFailed(program, code, output.stderr_tail)
    return Completed(bytes(output.kept), output.stderr_tail, time.monotonic() - started, cpu)


@contextlib.contextmanager
def _opened(stdin: bytes | Path | None) -> Iterator[IO[bytes] | int]:
    """Open what the program reads as its standard input; bytes go through a nameless temporary file."""
    if stdin is None:
        yield subprocess.DEVNULL
    elif isinstance(stdin, Path):
        with stdin.open("rb") as file:
            yield file
    else:
        with tempfile.TemporaryFile() as file:
            file.write(stdin)
            file.seek(0)
            yield file


def _follow(  # noqa: PLR0917 - one step of `execute`
    process: subprocess.Popen[bytes],
    program: str,
    started: float,
    output: _Output,
    bounds: Bounds,
    watch: Watch,
    asked: socket.socket,
) -> float:
    """Read both pipes until the program has ended, and let it begin when it asks; returns its CPU seconds."""
    takers: dict[int, Callable[[bytes], None]] = {asked.fileno(): lambda _line: _let_begin(asked)}
    for pipe, taker in ((process.stdout, output.take), (process.stderr, output.take_error)):
        if pipe is not None:
            takers[pipe.fileno()] = taker
    cpu: float | None = None
    ended_at = 0.0
    with selectors.DefaultSelector() as selector:
        for number in takers:
            os.set_blocking(number, False)
            selector.register(number, selectors.EVENT_READ)
        while cpu is None or selector.get_map():
            now = time.monotonic()
            if cpu is None and now - started > bounds.wall_seconds:
                raise ProgramTimedOut(program, bounds.wall_seconds)
            if cpu is None and watch.stop is not None and watch.stop():
                raise ProgramStopped(f"{program} was stopped")
            if cpu is not None and now - ended_at > _REAP_SECONDS:
                break  # something that it left behind still holds the pipes; it is killed below
            _read(selector, takers)
            if cpu is None and (cpu := _reaped(process)) is not None:
                ended_at = time.monotonic()
                _kill_group(process.pid)
    return cpu


def _let_begin(asked: socket.socket) -> None:
    """Answer a program that asks whether to begin, once all that stands between it and this process is bound."""
    with contextlib.suppress(OSError):
        asked.sendall(b"\n")


def _read(selector: selectors.BaseSelector, takers: Mapping[int, Callable[[bytes], None]]) -> None:
    """Hand on what the pipes hold; waits for at most the polling time."""
    if not selector.get_map():
        time.sleep(0.005)  # both pipes are closed: only the end of the program is still to come
        return
    for key, _events in selector.select(_POLL_SECONDS):
        try:
            data = os.read(key.fd, _CHUNK_BYTES)
        except BlockingIOError:
            continue
        except ConnectionResetError:
            data = b""  # a program that asked whether to begin was killed before it read the answer
        if data:
            takers[key.fd](data)
        else:
            selector.unregister(key.fd)


def _reaped(process: subprocess.Popen[bytes]) -> float | None:
    """Collect the program if it has ended; returns its CPU seconds with those of its children."""
    try:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
    except ChildProcessError:
        process.returncode = 0  # someone ignores SIGCHLD in this process: the code is lost, the output is not
        return 0.0
    if pid == 0:
        return None
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group and collect the program; the namespace or the group takes its children along."""
    deadline = time.monotonic() + _REAP_SECONDS
    while process.returncode is None and time.monotonic() < deadline:
        _kill_group(process.pid)
        if _reaped(process) is None:
            time.sleep(0.01)


def _kill_group(pid: int) -> None:
    """Send KILL to the process group that the program leads; it may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)

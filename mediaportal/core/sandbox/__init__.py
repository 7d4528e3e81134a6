"""Run a program on foreign bytes: the one door through which the portal starts other programs.

A program sees only the paths that it is given, has no network, a bounded time, memory and file size, and is
ended with everything that it started. How strong the walls are depends on the machine: `level()` says which
level was reached. Everything here blocks and may be called from any thread.
"""

import contextlib
import contextvars
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._errors import (
    DiskFull,
    OutputTooLarge,
    ProgramFailed,
    ProgramKilled,
    ProgramMissing,
    ProgramStopped,
    ProgramTimedOut,
    SandboxError,
)
from ._level import TEMPORARY, Level, drops_root, level, wrap
from ._process import Bounds, Completed, Watch, execute
from ._room import is_full, says_full
from ._tools import tool

__all__ = [
    "Completed",
    "DiskFull",
    "Level",
    "Limits",
    "OutputTooLarge",
    "ProgramFailed",
    "ProgramKilled",
    "ProgramMissing",
    "ProgramStopped",
    "ProgramTimedOut",
    "SandboxError",
    "Used",
    "counting",
    "drops_root",
    "is_full",
    "level",
    "run",
    "run_python",
    "yielding",
]

_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Limits:
    """What a program may use; sizes in bytes, times in seconds. `niceness` from 0 to 19: with a higher one it yields to
    others that want the processors too.
    """

    wall_seconds: float = 60
    cpu_seconds: int = 60
    memory_bytes: int = 4 << 30
    file_bytes: int = 8 << 30
    processes: int = 256
    stdout_bytes: int = 16 << 20
    niceness: int = 0


@dataclass
class Used:
    """What programs that ran to their end have taken of the processors."""

    cpu_seconds: float = 0.0


DEFAULT_LIMITS = Limits()
_YIELD = """
for _ in 1 2 3 4; do
  [ -e /proc/self/autogroup ] || break
  { echo "$0" >/proc/self/autogroup; } 2>/dev/null && break
  sleep 0.11
done
exec "$@"
"""
_used: contextvars.ContextVar[Used | None] = contextvars.ContextVar("used", default=None)
_least_niceness: contextvars.ContextVar[int] = contextvars.ContextVar("least_niceness", default=0)


def run(
    argv: Sequence[str | Path],
    *,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
    limits: Limits = DEFAULT_LIMITS,
    on_line: Callable[[str], None] | None = None,
    on_chunk: Callable[[bytes], None] | None = None,
    stdin: bytes | Path | None = None,
    secrets: Sequence[str] = (),
    stop: Callable[[], bool] | None = None,
) -> Completed:
    """Run `argv` to its end and return what it said and used.

    `reads` are files or folders bound read-only, `writes` folders bound read-write; the program starts in the
    first of `writes`. All paths must be absolute and exist. `on_line` gets each line of the standard output
    as it comes, `on_chunk` raw bytes; with either of them `Completed.stdout` stays empty. `stop` is asked at
    least every half second; when it answers true the program is killed. An error raised by a callback kills
    it too. `secrets` are texts that the program knows and that must not stand in what is kept of its stderr; they
    belong in a file or its standard input, never in `argv`, which everybody on the machine may read.

    Raises `ProgramFailed` for what the program itself did not manage; `ProgramKilled` and `DiskFull`, which are no
    kinds of it, for what happened to it; `ProgramMissing`, `ProgramTimedOut`, `ProgramStopped`, `OutputTooLarge`; and
    `FileNotFoundError` or `ValueError` for a path that is not there or not absolute.
    """
    for path in (*reads, *writes):
        _require(path)
    program = _found(str(argv[0]))
    if not any(Path(program).is_relative_to(folder) for folder in (Path("/usr"), *reads)):
        reads = (*reads, Path(program))
    # Absent a folder of its own the program must not start in the portal's: at the weaker levels it could see
    # it.
    cwd = str(writes[0]) if writes else "/"
    limited = [*_nice(limits), *_prlimit(limits), program, *(str(part) for part in argv[1:])]
    try:
        done = execute(
            lambda asks: wrap(limited, reads, writes, cwd, asks=asks),
            program=Path(program).name,
            environment={
                "PATH": _PATH,
                "HOME": TEMPORARY,
                "LANG": "C.UTF-8",
                "TMPDIR": cwd if writes else TEMPORARY,
                # A memory limit counts address space; glibc would reserve 64 MB of it for each thread.
                "MALLOC_ARENA_MAX": "2",
            },
            cwd=cwd,
            stdin=stdin,
            bounds=Bounds(limits.wall_seconds, limits.cpu_seconds, limits.stdout_bytes),
            watch=Watch(on_line, on_chunk, stop),
            secrets=secrets,
        )
    except ProgramFailed as error:
        if says_full(error.stderr_tail) or any(is_full(path) for path in writes):
            raise DiskFull(error.program, error.stderr_tail) from error
        raise
    if (used := _used.get()) is not None:
        used.cpu_seconds += done.cpu_seconds
    return done


def run_python(
    script: Path,
    request: Any,
    *,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
    limits: Limits = DEFAULT_LIMITS,
    stop: Callable[[], bool] | None = None,
) -> Any:
    """Run a Python script with `request` as JSON on its standard input; returns the JSON that it prints.

    The script sees the interpreter and its installed packages, itself, and the given paths: nothing of the
    project, so it imports nothing of ours. Raises as `run` does; an answer that is not JSON is a
    `ProgramFailed`.
    """
    interpreter = {Path(sys.prefix), Path(sys.base_prefix)}
    done = run(
        [sys.executable, "-I", "-B", script],
        reads=(*sorted(path for path in interpreter if not path.is_relative_to("/usr")), script, *reads),
        writes=writes,
        limits=limits,
        stdin=json.dumps(request).encode(),
        stop=stop,
    )
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise ProgramFailed(script.name, 0, done.stderr_tail or "no answer") from error


def _require(path: Path) -> None:
    """Refuse a path that the program could not be given."""
    if not path.is_absolute():
        raise ValueError(f"{path} is not absolute")
    path.stat()


def _found(program: str) -> str:
    """Return the absolute path of a program; raises `ProgramMissing`."""
    if not program.startswith("/"):
        return tool(program)
    if not os.access(program, os.X_OK):
        raise ProgramMissing(program)
    return program


def _nice(limits: Limits) -> list[str]:
    """Return the part that makes a program yield to others.

    Where the kernel shares the processors out among sessions, a niceness counts only inside one, and that of the
    session is set by a file of its own, for ordinary users every tenth of a second.
    """
    niceness = str(max(limits.niceness, _least_niceness.get()))
    if niceness == "0":
        return []
    return [tool("sh"), "-c", _YIELD, niceness, tool("nice"), "-n", niceness]


@contextlib.contextmanager
def yielding(niceness: int) -> Iterator[None]:
    """Give every program that this thread starts meanwhile at least this niceness (0 to 19)."""
    before = _least_niceness.set(niceness)
    try:
        yield
    finally:
        _least_niceness.reset(before)


@contextlib.contextmanager
def counting() -> Iterator[Used]:
    """Count what the programs take that this thread runs meanwhile."""
    used = Used()
    before = _used.set(used)
    try:
        yield used
    finally:
        _used.reset(before)


def _prlimit(limits: Limits) -> list[str]:
    """Return the `prlimit` part: limits of the kernel, never above those that this process has itself."""
    wanted = {
        "cpu": (resource.RLIMIT_CPU, limits.cpu_seconds),
        "as": (resource.RLIMIT_AS, limits.memory_bytes),
        "fsize": (resource.RLIMIT_FSIZE, limits.file_bytes),
        "nproc": (resource.RLIMIT_NPROC, _threads_running() + limits.processes),
        "core": (resource.RLIMIT_CORE, 0),
    }
    command = [tool("prlimit")]
    for name, (kind, amount) in wanted.items():
        hard = resource.getrlimit(kind)[1]
        value = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        command.append(f"--{name}={value}:{value}")
    return [*command, "--"]


def _threads_running() -> int:
    """Count the machine's threads, as the kernel holds all threads of a user against the limit."""
    try:
        return int(Path("/proc/loadavg").read_text(encoding="ascii").split()[3].partition("/")[2])
    except (OSError, ValueError, IndexError):
        return 4096

"""Models and their libraries run as programs of their own in the sandbox, never in the worker itself."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.engines.base import Report
from analysis.exceptions import AnalysisFailed
from mediaportal.core.sandbox import Limits, ProgramFailed, ProgramTimedOut, run_python

_HERE = Path(__file__).parent
# Address space, not memory: libraries of numbers reserve much more than they use.
_MEMORY_BYTES = 24 << 30
_FILE_BYTES = 64 << 20
_BEGIN_SECONDS = 120.0
_PROGRESS = "progress.json"
_ANSWER_BYTES = 256 << 20


def ask(
    script: str,
    request: Mapping[str, Any],
    *,
    folder: Path,
    seconds: float,
    reads: Sequence[Path] = (),
    on_progress: Report | None = None,
    stop: Callable[[], bool],
) -> dict[str, Any]:
    """Return what one of the scripts beside this module answers; it may write into `folder`, and takes `seconds` at
    most, beside what it needs to begin.

    A script tells how far it is in a small file, which is read whenever the sandbox asks whether to stop. Raises
    `AnalysisFailed`, and the errors of the sandbox that are not the file's fault.
    """
    told = _Progress(folder / _PROGRESS, on_progress)

    def stopped() -> bool:
        told.look()
        return stop()

    try:
        answer: dict[str, Any] = run_python(
            _HERE / script,
            {**request, "progress": str(folder / _PROGRESS), "threads": threads()},
            reads=reads,
            writes=[folder],
            limits=_limits(_BEGIN_SECONDS + seconds),
            stop=stopped,
        )
    except (ProgramFailed, ProgramTimedOut) as error:
        raise AnalysisFailed(str(error)) from error
    finally:
        (folder / _PROGRESS).unlink(missing_ok=True)
    if "error" in answer:
        raise AnalysisFailed(str(answer["error"]))
    return answer


def _limits(wall: float) -> Limits:
    """What a script may use that takes so many seconds."""
    return Limits(wall, int(wall * threads()), _MEMORY_BYTES, _FILE_BYTES, stdout_bytes=_ANSWER_BYTES)


def threads() -> int:
    """Return how many processors a model may use: a worker does other work beside it."""
    return max(1, min(4, os.cpu_count() or 1))


class _Progress:
    """How far a script is, as it says itself; never backwards."""

    def __init__(self, path: Path, report: Report | None) -> None:
        self._path, self._report = path, report
        self._last = 0.0

    def look(self) -> None:
        """Tell it on, when there is something new."""
        if self._report is None:
            return
        try:
            done = float(json.loads(self._path.read_text(encoding="ascii")))
        except (OSError, ValueError, TypeError):
            return
        if self._last < done <= 1.0:
            self._last = done
            self._report(done)

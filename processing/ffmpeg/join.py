"""Join the chunks of a long video: one file for each rung, as if it had been encoded in one pass.

Packets are copied, nothing is encoded. The same chunks always give the same file, whoever joins them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mediaportal.core.sandbox import Limits, ProgramFailed, run_python
from processing.exceptions import EncodingFailed
from processing.ffmpeg import program
from processing.ffmpeg.chunks_bounds import TICKS, Chunk
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.outcome import look
from processing.ffmpeg.transcode import EncodedRung

_CHILD = Path(__file__).with_name("_join_child.py")


class ChunksDiffer(EncodingFailed):
    """The chunks are not pieces of one encode; the log says which does not fit, and why."""


@dataclass(frozen=True)
class Part:
    """One rung of one chunk: where it lies and how many frames it has."""

    chunk: Chunk
    path: Path
    frames: int


def join(
    parts: Mapping[Rung, Sequence[Part]],
    folder: Path,
    *,
    duration: float,
    stop: program.Stop | None = None,
) -> tuple[EncodedRung, ...]:
    """Write each rung of its parts, in the order of the chunks, into `folder` (scratch, absolute, existing).

    `duration` in seconds bounds the time that it may take. Raises `ChunksDiffer` for parts that do not fit together:
    a gap, frames too many or too few, another way of encoding; and the errors of the sandbox.
    """
    if not parts or not all(parts.values()):
        raise ChunksDiffer("there are no chunks")
    made = tuple(
        _joined(rung, those, folder, program.work_limits(duration, factor=1.0), stop)
        for rung, those in parts.items()
    )
    if len({rung.frames for rung in made}) > 1:
        raise ChunksDiffer(f"the rungs have {[rung.frames for rung in made]} frames")
    return made


def _joined(
    rung: Rung, parts: Sequence[Part], folder: Path, limits: Limits, stop: program.Stop | None
) -> EncodedRung:
    """Write one rung and look at it."""
    try:
        answer = run_python(
            _CHILD,
            _request(rung, parts, folder),
            reads=[part.path for part in parts],
            writes=[folder],
            limits=limits,
            stop=stop,
        )
    except ProgramFailed as error:
        raise ChunksDiffer(f"{rung.quality}: {error.stderr_tail}") from error
    if "refused" in answer:
        raise ChunksDiffer(f"{rung.quality}: {answer['refused']}")
    made = look(_path(folder, rung), stop=stop)
    if made.frames != answer["frames"] or made.frames != sum(part.frames for part in parts):
        raise ChunksDiffer(f"{rung.quality} has {made.frames} frames")
    return EncodedRung(rung, _path(folder, rung), made.duration, made.frames, made.size, made.bit_rate)


def _request(rung: Rung, parts: Sequence[Part], folder: Path) -> dict[str, Any]:
    """What the child is asked to make of one rung; raises `ChunksDiffer` where a chunk is missing."""
    numbers = [part.chunk.number for part in parts]
    if numbers != list(range(1, len(parts) + 1)) or parts[-1].chunk.end is not None:
        raise ChunksDiffer(f"{rung.quality}: chunks are missing")
    return {
        "ticks": TICKS,
        "target": str(_path(folder, rung)),
        "rate": parts[0].chunk.rate,
        "parts": [
            {
                "number": part.chunk.number,
                "path": str(part.path),
                "first": part.chunk.first,
                "frames": part.frames,
            }
            for part in parts
        ],
    }


def _path(folder: Path, rung: Rung) -> Path:
    return folder / f"{rung.quality}.mp4"

"""Join the chunks of a long video: one file for each rung, as if it had been encoded in one pass.

Packets are copied, nothing is encoded. The same chunks always give the same file, whoever joins them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mediaportal.core.sandbox import ProgramFailed, run_python
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
    request = {"ticks": TICKS, "rungs": [_request(rung, parts[rung], folder) for rung in parts]}
    try:
        answer = run_python(
            _CHILD,
            request,
            reads=[part.path for those in parts.values() for part in those],
            writes=[folder],
            limits=program.work_limits(duration, factor=2.0),
            stop=stop,
        )
    except ProgramFailed as error:
        raise ChunksDiffer(error.stderr_tail) from error
    if "refused" in answer:
        raise ChunksDiffer(answer["refused"])
    made = tuple(_joined(rung, _path(folder, rung), stop) for rung in parts)
    for rung, told in zip(made, answer["rungs"], strict=True):
        if rung.frames != told["frames"] or rung.frames != made[0].frames:
            raise ChunksDiffer(f"{rung.rung.quality} has {rung.frames} frames")
    return made


def _request(rung: Rung, parts: Sequence[Part], folder: Path) -> dict[str, Any]:
    """What the child is asked to make of one rung; raises `ChunksDiffer` where a chunk is missing."""
    numbers = [part.chunk.number for part in parts]
    if numbers != list(range(1, len(parts) + 1)) or parts[-1].chunk.end is not None:
        raise ChunksDiffer(f"{rung.quality}: chunks are missing")
    return {
        "quality": rung.quality,
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


def _joined(rung: Rung, path: Path, stop: program.Stop | None) -> EncodedRung:
    made = look(path, stop=stop)
    return EncodedRung(rung, path, made.duration, made.frames, made.size, made.bit_rate)

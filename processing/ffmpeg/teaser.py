"""A short film of a video: several moments of it, silent, as an MP4 that plays everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EncodingFailed
from processing.ffmpeg import filters, graph, program
from processing.ffmpeg.ladder import Rung, output_frame_rate
from processing.ffmpeg.media import Probe
from processing.ffmpeg.outcome import look
from processing.ffmpeg.seeklist import fitted, length
from processing.ffmpeg.transcode import video_options

PIXELS = 640
_MOMENTS = 6
_CRF, _SPEED, _RATE = 27, "veryfast", 900_000
# An encoder may want a little more than it shows.
_MORE_SECONDS = 0.5


@dataclass(frozen=True)
class Teaser:
    """The file: sizes in pixels and bytes, `duration` in seconds, `bit_rate` in bit/s."""

    path: Path
    width: int
    height: int
    size: int
    duration: float
    bit_rate: int


def make(
    source: Path,
    probe: Probe,
    target: Path,
    *,
    seconds: float,
    stop: Callable[[], bool] | None = None,
) -> Teaser:
    """Write `seconds` of a video, six moments evenly spread over it, or all of what is shorter.

    Raises `EncodingFailed`, `ValueError` for a source without pictures, and the errors of the sandbox.
    """
    try:
        program.ffmpeg(
            _command(source, probe, target, seconds),
            reads=[source],
            writes=[target.parent],
            limits=program.work_limits(seconds),
            stop=stop,
        )
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error
    made = look(target, stop=stop)
    return Teaser(target, made.width, made.height, made.size, made.duration, made.bit_rate)


def begins(duration: float, seconds: float) -> list[float]:
    """Return when the moments begin: each in the middle of its share of the whole."""
    if duration <= seconds:
        return [0.0]
    share, piece = duration / _MOMENTS, seconds / _MOMENTS
    return [share * number + (share - piece) / 2 for number in range(_MOMENTS)]


def _command(source: Path, probe: Probe, target: Path, seconds: float) -> list[str]:
    """One input for each moment, and all of them in a row."""
    video = probe.video
    if video is None:
        raise ValueError("There are no pictures")
    starts = begins(length(probe, video), seconds)
    frames = max(1, round(seconds / len(starts) * output_frame_rate(video)))
    opened = [
        graph.source(
            source,
            probe.mime_type,
            {"ss": f"{start:.3f}", "t": f"{seconds / len(starts) + _MORE_SECONDS:.3f}"},
        )
        for start in starts
    ]
    width, height = fitted(video, PIXELS)
    rung = Rung("preview", width, height, _CRF, _SPEED, _RATE, 2 * _RATE)
    pictures = filters.sample(
        [one[f"{video.index}"] for one in opened], video, rung, frames=frames, tiled=False
    )
    return graph.arguments(graph.output([pictures], target, video_options(video, rung)))

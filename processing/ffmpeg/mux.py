"""Join each rung with all sound tracks in one MP4 that plays while it loads; nothing is encoded again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EncodingFailed
from processing.ffmpeg import graph, program
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.languages import as_iso
from processing.ffmpeg.outcome import look, tolerance
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung


@dataclass(frozen=True)
class Rendition:
    """A finished MP4: duration in seconds, size in bytes, bit rate in bit/s; CPU seconds that joining took."""

    path: Path
    rung: Rung
    duration: float
    size: int
    bit_rate: int
    codecs: str
    cpu_seconds: float


def mux(
    rung: EncodedRung,
    audio: Sequence[EncodedAudio],
    target: Path,
    *,
    stop: Callable[[], bool] | None = None,
) -> Rendition:
    """Write `target` (its folder exists) from one rung and all sound tracks.

    Raises `EncodingFailed` and the errors of the sandbox.
    """
    inputs = [rung.path, *(track.path for track in audio)]
    longest = max(rung.duration, *(track.duration for track in audio), 0.0)
    try:
        done = program.ffmpeg(
            _command(rung, audio, target),
            reads=inputs,
            writes=[target.parent],
            limits=program.work_limits(longest, factor=1.0),
            stop=stop,
        )
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error
    made = look(target, stop=stop)
    if made.frames != rung.frames or made.sounds != len(audio):
        raise EncodingFailed(f"{target.name} has {made.frames} frames and {made.sounds} sound tracks")
    if made.duration < longest - tolerance(longest):
        raise EncodingFailed(f"{target.name} lasts {made.duration:.2f} instead of {longest:.2f} seconds")
    return Rendition(
        target, rung.rung, made.duration, made.size, made.bit_rate, made.codecs, done.cpu_seconds
    )


def rendition_name(stem: str, quality: str) -> str:
    """Return the name of a rendition: `{stem}_{quality}.mp4`."""
    return f"{stem}_{quality}.mp4"


def _command(rung: EncodedRung, audio: Sequence[EncodedAudio], target: Path) -> list[str]:
    streams = [graph.source(rung.path, "video/mp4")["v:0"]]
    options: dict[str, str | int | None] = {"c": "copy", "movflags": "+faststart", "f": "mp4"}
    chosen = next((number for number, track in enumerate(audio) if track.is_default), 0)
    for number, track in enumerate(audio):
        streams.append(graph.source(track.path, "audio/mp4")["a:0"])
        options[f"disposition:a:{number}"] = "default" if number == chosen else 0
        options[f"metadata:s:a:{number}"] = f"language={as_iso(track.language)}"
        if track.title:
            # The same stream under another name: an option can stand only once.
            options[f"metadata:s:{number + 1}"] = f"title={track.title}"
    # All our files count from 0. Without this each would be moved so that its own first packet stands there, and
    # pictures that begin after the sound would come too early.
    return ["-copyts", *graph.arguments(graph.output(streams, target, options))]

"""Join each rung with all sound tracks in one MP4 that plays while it loads; nothing is encoded again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EncodingFailed
from processing.ffmpeg import program
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
    arguments = program.source_arguments(rung.path, "video/mp4")
    for track in audio:
        arguments += program.source_arguments(track.path, "audio/mp4")
    arguments += ["-map", "0:v:0"]
    chosen = next((number for number, track in enumerate(audio) if track.is_default), 0)
    for number, track in enumerate(audio):
        arguments += ["-map", f"{number + 1}:a:0"]
        arguments += [f"-metadata:s:a:{number}", f"language={as_iso(track.language)}"]
        if track.title:
            arguments += [f"-metadata:s:a:{number}", f"title={track.title}"]
        arguments += [f"-disposition:a:{number}", "default" if number == chosen else "0"]
    return [*arguments, "-c", "copy", "-movflags", "+faststart", "-f", "mp4", str(target)]

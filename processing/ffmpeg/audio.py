"""What a sound file becomes: an AAC rendition and the peaks of its waveform, from one decode."""

import sys
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EmptyMedia, EncodingFailed
from processing.ffmpeg import graph, program, removal
from processing.ffmpeg.loudness import corrections, placed, plain_sound
from processing.ffmpeg.media import AudioStream, Probe, main_track
from processing.ffmpeg.outcome import look, tolerance
from processing.ffmpeg.removal import Part
from processing.ffmpeg.transcode import audio_options

PEAKS = 1200
"""How many peaks a waveform has at most."""

_SAMPLE_RATE = 8000
_SAMPLE_BYTES = 2
_LOUDEST = 32_768
# Peaks are first taken of pieces this many times shorter, as the true duration is known only at the end.
_FINER = 4
_SHORTEST_PIECE = 8


@dataclass(frozen=True)
class Waveform:
    """Peaks from 0 to 1 in equal pieces of the duration (seconds)."""

    duration: float
    peaks: tuple[float, ...]

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types, as the player reads it."""
        return {"version": 1, "duration": self.duration, "peaks": list(self.peaks)}


@dataclass(frozen=True)
class AudioRendition:
    """The AAC file and the waveform: duration in seconds, size in bytes, bit rate in bit/s."""

    path: Path
    duration: float
    size: int
    bit_rate: int
    waveform: Waveform
    cpu_seconds: float


class PeakMeter:
    """Takes 16-bit samples as they come and keeps the loudest of each short piece."""

    def __init__(self, expected_seconds: float) -> None:
        """Choose the length of a piece by the duration that is expected; a wrong one does no harm."""
        samples = int(max(0.0, expected_seconds) * _SAMPLE_RATE)
        self._piece = max(_SHORTEST_PIECE, samples // (PEAKS * _FINER))
        self._rest = b""
        self._loud = array("H")
        self.samples = 0

    @property
    def seconds(self) -> float:
        """How much has come."""
        return self.samples / _SAMPLE_RATE

    def take(self, data: bytes) -> None:
        """Take raw bytes, cut anywhere."""
        data = self._rest + data
        step = self._piece * _SAMPLE_BYTES
        whole = len(data) // step * step
        self._rest = data[whole:]
        self._measure(data[:whole])

    def finish(self) -> Waveform:
        """Return the waveform of all that came."""
        rest, self._rest = self._rest[: len(self._rest) // _SAMPLE_BYTES * _SAMPLE_BYTES], b""
        if rest:
            self._measure(rest)
        pieces = len(self._loud)
        count = min(PEAKS, pieces)
        edges = [pieces * number // count for number in range(count + 1)] if count else []
        peaks = tuple(round(max(self._loud[first:last]) / _LOUDEST, 4) for first, last in pairwise(edges))
        return Waveform(round(self.seconds, 3), peaks)

    def _measure(self, data: bytes) -> None:
        samples = array("h", data)
        if sys.byteorder == "big":
            samples.byteswap()
        self.samples += len(samples)
        for start in range(0, len(samples), self._piece):
            piece = samples[start : start + self._piece]
            highest, lowest = max(piece), min(piece)
            self._loud.append(max(highest, -lowest))


def render(
    source: Path,
    probe: Probe,
    target: Path,
    *,
    bit_rate: int = 128_000,
    loudness: float | None = None,
    removed: Sequence[Part] = (),
    on_progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> AudioRendition:
    """Write `target` (an .m4a in an existing scratch folder) from the default track and measure its waveform.

    With `loudness` it is brought to so many LUFS; the parts `removed` are in neither. `on_progress` hears the fraction
    that was really decoded. Raises `EmptyMedia`, `EncodingFailed` and the errors of the sandbox.
    """
    if not probe.audio:
        raise EmptyMedia("there is no sound track")
    track = main_track(probe.audio)
    correction = None
    if loudness is not None:
        found = corrections(source, replace(probe, audio=(track,)), loudness, stop=stop)
        correction = found.get(track.index)
    lasts = removal.remaining(probe.duration, removed)
    meter = PeakMeter(lasts)
    told = 0.0

    def take(data: bytes) -> None:
        nonlocal told
        meter.take(data)
        fraction = min(1.0, meter.seconds / lasts)
        if on_progress is not None and (fraction - told >= 0.01 or fraction == 1.0 > told):  # noqa: PLR2004 - 1 %
            told = fraction
            on_progress(fraction)

    options = audio_options(track, bit_rate, correction, removed=removed)
    try:
        done = program.ffmpeg(
            _command(source, probe, track, target, options, removed),
            reads=[source],
            writes=[target.parent],
            limits=program.work_limits(probe.duration, factor=5.0),
            on_chunk=take,
            stop=stop,
        )
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error
    made = look(target, stop=stop)
    if made.duration < lasts - tolerance(lasts):
        raise EncodingFailed(
            f"it lasts {made.duration:.2f} instead of {lasts:.2f} seconds\n{done.stderr_tail}"
        )
    return AudioRendition(target, made.duration, made.size, made.bit_rate, meter.finish(), done.cpu_seconds)


def _command(  # noqa: PLR0917 - one step of `render`
    source: Path,
    probe: Probe,
    track: AudioStream,
    target: Path,
    sound_options: graph.Options,
    removed: Sequence[Part],
) -> list[str]:
    sound = graph.source(source, probe.mime_type)[f"{track.index}"]
    # What parts are counted from is where the sound starts.
    plain = [plain_sound(track), *removal.sound(removed)] if removed else placed(track)
    filters = {"af": ",".join(plain)} if plain else {}
    samples: graph.Options = {**filters, "ac": 1, "ar": _SAMPLE_RATE, "c:a": "pcm_s16le", "f": "s16le"}
    return graph.arguments(
        graph.output([sound], target, {**sound_options, "movflags": "+faststart"}),
        graph.output([sound], "pipe:1", samples),
    )

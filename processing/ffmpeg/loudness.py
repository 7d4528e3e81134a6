"""Bring sound to one loudness (EBU R128): measure the whole track, then turn it up or down as one.

What is quiet stays quieter than what is loud: the whole track gets one gain, and only peaks that would come out above
the bound are held. A track is measured as a whole before it is encoded as it is kept; measuring reads the sound alone
and takes about 11 s of CPU for an hour of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EncodingFailed
from processing.ffmpeg import graph, program
from processing.ffmpeg.media import AudioStream, Probe

_PLAIN_SOUND = (
    "aresample=async=1:first_pts=0,aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo"
)
_FIRST_TWO = "pan=stereo|c0=c0|c1=c1"
_QUIETEST = -50.0
# Held below what is allowed (-1 dBTP): AAC lets peaks grow by a little.
_HIGHEST_PEAK = -2.5
# Peaks between samples stand higher than the samples by less than this.
_BETWEEN_SAMPLES = 3.0
_NEAR_ENOUGH = 0.3
_TURNS = 4


@dataclass(frozen=True)
class Correction:
    """What is done to one track: `gain` in dB, and whether peaks are held."""

    gain: float
    holds_peaks: bool

    def filters(self) -> str:
        """Return ffmpeg's filters."""
        turned = f"volume={self.gain:.2f}dB"
        if not self.holds_peaks:
            return turned
        # At four times the rate, so that peaks between samples are seen.
        limit = 10 ** (_HIGHEST_PEAK / 20)
        return f"{turned},aresample=192000,alimiter=limit={limit:.4f}:level=disabled,aresample=48000"


@dataclass(frozen=True)
class Loudness:
    """How loud a track is: `integrated` in LUFS, the highest sample in dBFS."""

    integrated: float
    peak: float


def placed(track: AudioStream) -> list[str]:
    """Return the filters that make of many channels without places, which cannot be mixed, the first two."""
    return [_FIRST_TWO] if track.is_unplaced else []


def plain_sound(track: AudioStream) -> str:
    """Return the filters that make any track stereo, starting at 0 and without holes."""
    return ",".join([*placed(track), _PLAIN_SOUND])


def corrections(
    source: Path, probe: Probe, target: float, *, stop: program.Stop | None = None
) -> dict[int, Correction]:
    """Return what brings each track to `target` LUFS, by the number of its stream; nothing for what is near silence.

    Raises `EncodingFailed` and the errors of the sandbox.
    """
    found = {}
    for track in probe.audio:
        correction = _correction(source, probe, track, target, stop)
        if correction is not None:
            found[track.index] = correction
    return found


def measure(
    source: Path,
    probe: Probe,
    track: AudioStream,
    *,
    after: Correction | None = None,
    stop: program.Stop | None = None,
) -> Loudness:
    """Return how loud a track is, `after` a correction if one is given.

    Raises `EncodingFailed` and the errors of the sandbox.
    """
    told: dict[str, float] = {}

    def read(line: str) -> None:
        name, found, value = line.partition("=")
        if found and name.startswith("lavfi.r128."):
            told[name] = float(value)

    try:
        program.ffmpeg(
            _command(source, probe, track, after),
            reads=[source],
            limits=program.work_limits(probe.duration, factor=2.0),
            on_line=read,
            stop=stop,
        )
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error
    peak = max((value for name, value in told.items() if "sample_peaks" in name), default=0.0)
    return Loudness(told.get("lavfi.r128.I", -70.0), _decibels(peak))


def _command(source: Path, probe: Probe, track: AudioStream, after: Correction | None) -> Sequence[str]:
    chain = [
        plain_sound(track),
        *([after.filters()] if after else []),
        "ebur128=framelog=verbose:metadata=1:peak=sample",
    ]
    chain += [
        f"ametadata=mode=print:key=lavfi.r128.{key}:file=-"
        for key in ("I", "sample_peaks_ch0", "sample_peaks_ch1")
    ]
    sound = graph.source(source, probe.mime_type)[f"{track.index}"]
    return graph.arguments(graph.output([sound], "-", {"af": ",".join(chain), "f": "null"}))


def _correction(
    source: Path, probe: Probe, track: AudioStream, target: float, stop: program.Stop | None
) -> Correction | None:
    """Measure a track; where peaks are held also what that leaves, until it is loud enough."""
    plain = measure(source, probe, track, stop=stop)
    if plain.integrated < _QUIETEST:
        return None
    gain = target - plain.integrated
    if plain.peak + gain + _BETWEEN_SAMPLES <= _HIGHEST_PEAK:
        return Correction(round(gain, 2), holds_peaks=False)
    tries: list[tuple[float, Correction]] = []
    for _turn in range(_TURNS):
        held = Correction(round(gain, 2), holds_peaks=True)
        missing = target - measure(source, probe, track, after=held, stop=stop).integrated
        tries.append((abs(missing), held))
        if abs(missing) <= _NEAR_ENOUGH:
            break
        gain += missing
    # Where loud knocks stand over near silence no gain may reach it: the nearest is taken.
    return min(tries, key=lambda one: one[0])[1]


def _decibels(sample: float) -> float:
    """A share of full scale in dBFS."""
    return 20 * log10(max(sample, 1e-6))

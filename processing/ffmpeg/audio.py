"""What a sound file becomes: an AAC rendition and the peaks of its waveform."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processing.ffmpeg.media import Probe

PEAKS = 1200


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


def render(
    source: Path,
    probe: Probe,
    target: Path,
    *,
    bit_rate: int = 128_000,
    on_progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> AudioRendition:
    """Write `target` (an .m4a in an existing scratch folder) from the default track and measure its waveform.

    Raises `EncodingFailed`, `UnknownCodec` and the errors of the sandbox.
    """
    raise NotImplementedError

"""Join each rung with all sound tracks in one MP4 that plays while it loads; nothing is encoded again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung


@dataclass(frozen=True)
class Rendition:
    """A finished MP4: duration in seconds, size in bytes, bit rate in bit/s."""

    path: Path
    rung: Rung
    duration: float
    size: int
    bit_rate: int
    codecs: str


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
    raise NotImplementedError


def rendition_name(stem: str, quality: str) -> str:
    """Return the name of a rendition: `{stem}_{quality}.mp4`."""
    return f"{stem}_{quality}.mp4"

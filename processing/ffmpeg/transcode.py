"""Encode a video: one command, one decode, all rungs and every sound track at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.media import Probe


@dataclass(frozen=True)
class EncodedRung:
    """A rung without sound, and what it became: duration in seconds, size in bytes, bit rate in bit/s."""

    rung: Rung
    path: Path
    duration: float
    frames: int
    size: int
    bit_rate: int


@dataclass(frozen=True)
class EncodedAudio:
    """One sound track as AAC stereo in a file of its own."""

    path: Path
    language: str
    title: str
    is_default: bool
    duration: float
    size: int
    bit_rate: int


@dataclass(frozen=True)
class Encoded:
    """All that one command made, and the CPU seconds that it took."""

    rungs: tuple[EncodedRung, ...]
    audio: tuple[EncodedAudio, ...]
    cpu_seconds: float


def transcode(
    source: Path,
    probe: Probe,
    rungs: Sequence[Rung],
    folder: Path,
    *,
    audio_bit_rate: int = 128_000,
    on_progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Encoded:
    """Encode `source` into `folder` (scratch, absolute, existing) and check what was made.

    `on_progress` hears ffmpeg's own fraction from 0 to 1, about twice a second. Raises `EncodingFailed`,
    `UnknownCodec` and the errors of the sandbox.
    """
    raise NotImplementedError

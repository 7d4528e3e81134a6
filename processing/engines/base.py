"""What a step asks of an engine, and what it gets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.media import Probe
from processing.ffmpeg.transcode import Encoded


@dataclass(frozen=True)
class Order:
    """Rungs to make of a source, into `folder` (scratch, absolute, existing), with or without its sound.

    `audio_bit_rate` in bit/s; `loudness` is the LUFS that the sound is brought to, none leaves it as it is. With
    `grows`, a folder in `folder`, the one rung and the sound as it is can be watched from there while they are made
    (`processing.ffmpeg.growing`); an engine that cannot do this leaves the folder empty.
    """

    source: Path
    probe: Probe
    rungs: Sequence[Rung]
    folder: Path
    audio_bit_rate: int = 128_000
    sound: bool = True
    loudness: float | None = None
    grows: Path | None = None


class Engine(Protocol):
    """Something that encodes."""

    def encode(
        self,
        order: Order,
        *,
        on_progress: Callable[[float], None],
        stop: Callable[[], bool],
    ) -> Encoded:
        """Return the encoded files, one for each rung and track of the order, all of the same number of pictures.

        `on_progress` hears the fraction done; `stop` is asked at least every second. Raises a `MediaError` where the
        file is to blame, and the errors of the sandbox (stopped, out of time, not installed).
        """

"""Where a long video is cut in time: bounds that every worker reckons alike, exact to the frame.

A chunk begins where the one-pass encode would force a key frame: with an even frame rate at the first frame that is
not before its bound, where the source's own times are kept at the first picture that is not before it.
"""

from dataclasses import asdict, dataclass
from fractions import Fraction
from math import ceil
from typing import Any

TICKS = 90_000
"""The ticks of a second in every file of ours."""

MOST_CHUNKS = 200
_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Chunk:
    """One piece of a video: whole seconds of its bounds, and its frames where the output's frame rate is even.

    `number` counts from 1; the last chunk has no end. `rate` is in frames per second as `30000/1001`; `first` is
    the number of its first frame in the whole video, `stop` that of the next chunk's.
    """

    number: int
    begin: int
    end: int | None
    rate: str | None = None
    first: int | None = None
    stop: int | None = None

    @property
    def frame_rate(self) -> Fraction | None:
        """Its even frame rate, none where the source's own times are kept."""
        return Fraction(self.rate) if self.rate else None

    @property
    def frames(self) -> int | None:
        """How many frames it must have, where that is known before it is made."""
        return None if self.first is None or self.stop is None else self.stop - self.first

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Chunk":
        """Make it of what `as_data` returned; raises `TypeError` for anything else."""
        return cls(**data)


@dataclass(frozen=True)
class Cut:
    """What an encoder is told of a chunk.

    `seek` is from where to read, in seconds from the beginning of the source; none is the beginning itself. With an
    even `rate` frames are counted from the second `anchor`, and of those `start` to `stop` (not included) are kept;
    otherwise `start` and `stop` are ticks of the source's time. `keys` are the microseconds of the key frames.
    """

    seek: int | None
    anchor: int
    start: int
    stop: int | None
    keys: tuple[int, ...]


def plan(duration: float, rate: Fraction | None, *, seconds: int, segment: int) -> tuple[Chunk, ...]:
    """Return the chunks of a video whose pictures last `duration` seconds, each about `seconds` long.

    Bounds are multiples of a `segment` (seconds), the last chunk is never shorter than half of the others, and there
    are at most `MOST_CHUNKS`. `rate` is the even frame rate of the output, none where the source's own times are kept.
    """
    length = max(1, seconds // segment, ceil(duration / MOST_CHUNKS / segment)) * segment
    count = max(1, int(duration / length + 0.5))
    return tuple(
        _chunk(number, number * length, None if number == count - 1 else (number + 1) * length, rate)
        for number in range(count)
    )


def cut(chunk: Chunk, *, seek: int | None, origin: int, duration: float, segment: int) -> Cut:
    """Return what an encoder is told of a chunk, with a key frame every `segment` seconds.

    `origin` is the time of the source's first picture in ticks, from which the encoder counts where the source's own
    times are kept; `duration` is that of the pictures in seconds.
    """
    end = ceil(duration) + segment if chunk.end is None else chunk.end
    bounds = range(chunk.begin, end, segment)
    rate = chunk.frame_rate
    if rate is None or chunk.first is None:
        keys = tuple(_microseconds(Fraction(origin, TICKS) + second) for second in bounds)
        stop = None if chunk.end is None else origin + chunk.end * TICKS
        return Cut(seek, 0, origin + chunk.begin * TICKS, stop, keys)
    # Rounding is the same in every chunk if all count from a second that is a whole number of frames too.
    anchor = chunk.first // rate.numerator * rate.denominator
    before = anchor * rate.numerator // rate.denominator
    keys = tuple(_microseconds(frame_at(rate, second) / rate) for second in bounds)
    return Cut(seek, anchor, chunk.first - before, None if chunk.stop is None else chunk.stop - before, keys)


def frame_at(rate: Fraction, second: int) -> int:
    """Return the number of the first frame that is not before a second, as ffmpeg counts for forced key frames.

    ffmpeg multiplies with a frame's length as a floating number, which for odd rates ends a hair before the second.
    """
    frame = ceil(second * rate)
    return frame if frame * (rate.denominator / rate.numerator) >= second else frame + 1


def _chunk(number: int, begin: int, end: int | None, rate: Fraction | None) -> Chunk:
    """Reckon the frames of a chunk."""
    if rate is None:
        return Chunk(number + 1, begin, end)
    return Chunk(
        number + 1,
        begin,
        end,
        f"{rate.numerator}/{rate.denominator}",
        frame_at(rate, begin),
        None if end is None else frame_at(rate, end),
    )


def _microseconds(time: Fraction) -> int:
    """A time in microseconds, never after it: a key frame is forced at the first picture that is not before."""
    return int(time * _MICROSECONDS)

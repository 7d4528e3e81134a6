"""Taking parts out of a medium while it is encoded: pictures by their time, sound at the sample."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isinf

from processing.ffmpeg.graph import Stream
from processing.ffmpeg.media import Probe, VideoStream

_FADE = 0.005
# What ends so near to the end, in seconds, goes on to it: durations are rounded.
_TO_THE_END = 0.2


@dataclass(frozen=True)
class Part:
    """From one second of the source to another one, the last not included; `inf` for its end."""

    start: float
    end: float

    @property
    def is_last(self) -> bool:
        """Whether nothing is left after it."""
        return isinf(self.end)

    @property
    def length(self) -> float:
        """How long it is, in seconds."""
        return self.end - self.start


def merged(parts: Sequence[Part], *, within: float) -> tuple[Part, ...]:
    """Parts in the order of time, none of which touches another one, inside of a medium of `within` seconds. After one
    that comes to its end nothing is left.
    """
    found: list[Part] = []
    for part in sorted(parts, key=lambda one: one.start):
        start, end = max(0.0, part.start), min(part.end, within)
        if end <= start:
            continue
        end = inf if end > within - _TO_THE_END else end
        if found and start <= found[-1].end:
            found[-1] = Part(found[-1].start, max(end, found[-1].end))
        else:
            found.append(Part(start, end))
    return tuple(found)


def remaining(duration: float, removed: Sequence[Part]) -> float:
    """How many of `duration` seconds are left; the parts are `merged`."""
    return max(0.0, duration - sum(min(part.end, duration) - min(part.start, duration) for part in removed))


def shifted(second: float, removed: Sequence[Part]) -> float:
    """Where a second of the source is in what is left; one that is removed is where the part was."""
    return second - sum(min(max(second - part.start, 0.0), part.length) for part in removed)


def left_of(probe: Probe, removed: Sequence[Part]) -> Probe:
    """What a source holds once these parts are out of it."""
    return replace(probe, duration=remaining(probe.duration, removed), video=_left(probe.video, removed))


def _left(video: VideoStream | None, removed: Sequence[Part]) -> VideoStream | None:
    if video is None:
        return None
    duration = None if video.duration is None else remaining(video.duration, removed)
    return replace(video, duration=duration, start_time=shifted(video.start_time, removed), frames=None)


def pictures(stream: Stream, removed: Sequence[Part]) -> Stream:
    """The pictures that do not begin in a removed part, the later ones earlier by what is gone.

    Stands before every other filter, so that no picture is mixed with one that is removed.
    """
    if not removed:
        return stream
    if removed[-1].is_last:
        # Otherwise the last picture would stand until the source ends.
        stream = stream.filter("trim", end=f"{removed[-1].start:.6f}")
    inside = [part for part in removed if not part.is_last]
    if not inside:
        return stream
    gone = "+".join(f"gte(t,{part.start:.6f})*lt(t,{part.end:.6f})" for part in inside)
    earlier = "+".join(f"gte(T,{part.end:.6f})*{part.length:.6f}" for part in inside)
    return stream.filter("select", f"not({gone})").filter("setpts", f"PTS-({earlier})/TB")


def sound(removed: Sequence[Part]) -> list[str]:
    """The filters of one sound track that starts at 0 without holes; each border is faded so that it does not click."""
    if not removed:
        return []
    begins, ends = [0.0, *(part.end for part in removed)], [*(part.start for part in removed), None]
    kept = zip(begins, ends, strict=True)
    pieces = [_piece(start, end) for start, end in kept if start != end and not isinf(start)]
    if len(pieces) == 1:
        return pieces
    splits = "".join(f"[k{number}]" for number in range(len(pieces)))
    chains = ";".join(f"[k{number}]{piece}[c{number}]" for number, piece in enumerate(pieces))
    joined = "".join(f"[c{number}]" for number in range(len(pieces)))
    return [f"asplit={len(pieces)}{splits};{chains};{joined}concat=n={len(pieces)}:v=0:a=1"]


def _piece(start: float, end: float | None) -> str:
    """One kept piece from 0 on; without an `end` it goes on to that of the track."""
    stop = "" if end is None else f":end={end:.6f}"
    filters = [f"atrim=start={start:.6f}{stop}", "asetpts=PTS-STARTPTS"]
    if start > 0:
        filters.append(f"afade=t=in:d={_FADE}")
    if end is not None:
        filters.append(f"afade=t=out:st={max(0.0, end - start - _FADE):.6f}:d={_FADE}")
    return ",".join(filters)

"""What is seen in one picture after the other at the same place becomes one finding over time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from analysis.engines.boxes import lapping
from analysis.engines.findings import Box

_LAPPING = 0.25
_MISSED = 2
"""In so many pictures in a row something may be missed and is still the same."""


@dataclass(frozen=True)
class Sight:
    """Something in one picture; without a box it is the picture as a whole."""

    label: str
    confidence: float
    box: Box | None = None


@dataclass
class Track:
    """The same thing over time; `sights` with their times, the last picture's number in `last`."""

    sights: list[tuple[float, Sight]] = field(default_factory=list)
    last: int = 0

    @property
    def start(self) -> float:
        """When it was first seen."""
        return self.sights[0][0]

    @property
    def surest(self) -> Sight:
        """Where it is seen best."""
        return max((sight for _time, sight in self.sights), key=lambda sight: sight.confidence)

    def end(self, between: float, duration: float) -> float:
        """Until when it is seen: a picture stands for the time to the next one, `between` seconds later."""
        return max(self.start, min(self.sights[-1][0] + between, duration))


def tracked(pictures: Iterable[tuple[float, Sequence[Sight]]]) -> list[Track]:
    """Return what is seen in pictures, each with its time and in their order, in the order in which it comes."""
    done: list[Track] = []
    going: list[Track] = []
    for number, (time, sights) in enumerate(pictures):
        done += [track for track in going if number - track.last > _MISSED + 1]
        going = [track for track in going if number - track.last <= _MISSED + 1]
        free = list(going)
        for sight in sorted(sights, key=lambda one: -one.confidence):
            track = max(free, key=lambda one: _nearness(one, sight), default=None)
            if track is None or _nearness(track, sight) < _LAPPING:
                track = Track()
                going.append(track)
            else:
                free.remove(track)
            track.sights.append((time, sight))
            track.last = number
    return sorted([*done, *going], key=lambda track: track.start)


def _nearness(track: Track, sight: Sight) -> float:
    """How much a sight is where a track was last; below 0 when it is something else."""
    before = track.sights[-1][1]
    if before.label != sight.label or (before.box is None) != (sight.box is None):
        return -1.0
    return 1.0 if before.box is None or sight.box is None else lapping(before.box, sight.box)

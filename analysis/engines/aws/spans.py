"""What is seen twice a second, joined to what is seen from one time to another."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from analysis.engines.boxes import lapping
from analysis.engines.findings import Box

STEP = 0.5
"""Between two looks of Rekognition at a film, in seconds."""

_MOST_GAP = 1.25
_SAME_PLACE = 0.3

Fact = TypeVar("Fact")


@dataclass
class Span(Generic[Fact]):
    """Seen from `start` to `last` and at most `confidence` sure, with the fact of the surest look."""

    start: float
    last: float
    confidence: float
    fact: Fact

    def end(self, duration: float) -> float:
        """When it was seen no more, within a film of so many seconds."""
        return max(self.start, min(duration, self.last + STEP))


class Spans(Generic[Fact]):
    """Joins looks that come in the order of time. What is away for longer than a look or two has gone."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._open: dict[Hashable, Span[Fact]] = {}
        self._closed: list[Span[Fact]] = []

    def see(self, key: Hashable, time: float, confidence: float, fact: Fact) -> None:
        """Take in that what `key` stands for was seen."""
        span = self._open.get(key)
        if span is None or time - span.last > _MOST_GAP:
            if span is not None:
                self._closed.append(span)
            self._open[key] = Span(time, time, confidence, fact)
            return
        span.last = max(span.last, time)
        if confidence > span.confidence:
            span.confidence, span.fact = confidence, fact

    def all(self) -> list[Span[Fact]]:
        """All that was seen, in the order of time."""
        return sorted([*self._closed, *self._open.values()], key=lambda span: span.start)


class Tracks:
    """Gives what has no name a number by its place: what overlaps what was there a look before is the same."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._last: dict[int, tuple[float, Box]] = {}
        self._next = 0

    def number_of(self, time: float, box: Box) -> int:
        """The number of what is here now; each number is given once for each time."""
        near = [
            (lapping(box, place), number)
            for number, (seen, place) in self._last.items()
            if seen < time <= seen + _MOST_GAP
        ]
        share, number = max(near, default=(0.0, -1))
        if share < _SAME_PLACE:
            number, self._next = self._next, self._next + 1
        self._last = {key: one for key, one in self._last.items() if time <= one[0] + _MOST_GAP}
        self._last[number] = (time, box)
        return number

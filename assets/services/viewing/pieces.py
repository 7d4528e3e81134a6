"""The pieces of five seconds in which watching is counted, and what a run of playing covers of them.

A run is playing without a jump. It may come in several reports; a piece counts once for a run, as soon as half of it
has been played.
"""

import math
from dataclasses import dataclass

PIECE_SECONDS = 5
# What playing goes on with lies this near to where the last report ended, in seconds.
_GAP = 0.3


@dataclass(frozen=True)
class Span:
    """From one second of an asset to another one."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """How long it is, in seconds."""
        return self.end - self.start

    def covers(self, *, duration: float) -> set[int]:
        """The seconds at which those pieces begin of which at least half lies in it."""
        first = math.floor(self.start / PIECE_SECONDS) * PIECE_SECONDS
        return {
            second
            for second in range(first, math.ceil(self.end), PIECE_SECONDS)
            if self._half(second, min(second + PIECE_SECONDS, duration))
        }

    def _half(self, begin: float, end: float) -> bool:
        """Whether half of what lies between two seconds is in it."""
        return end > begin and min(self.end, end) - max(self.start, begin) >= (end - begin) / 2


@dataclass(frozen=True)
class Counted:
    """What a report adds: seconds that were played, how often each piece was, and the run that may go on."""

    seconds: float
    pieces: dict[int, int]
    run: Span | None


def clipped(spans: list[Span], *, duration: float, allowed: float) -> list[Span]:
    """What of the spans lies within the asset, and of that the first `allowed` seconds."""
    found = []
    for span in spans:
        start, end = max(0.0, span.start), min(duration, span.end)
        end = min(end, start + allowed)
        if end <= start:
            continue
        found.append(Span(start, end))
        allowed -= end - start
    return found


def count(spans: list[Span], *, run: Span | None, duration: float) -> Counted:
    """Count spans in the order in which they were played, the first of them perhaps going on with `run`."""
    pieces: dict[int, int] = {}
    seconds = 0.0
    for span in spans:
        seconds += span.length
        before: set[int] = set()
        if run is not None and abs(span.start - run.end) <= _GAP and span.end >= run.end:
            before = run.covers(duration=duration)
            run = Span(run.start, span.end)
        else:
            run = span
        for second in run.covers(duration=duration) - before:
            pieces[second] = pieces.get(second, 0) + 1
    return Counted(seconds=seconds, pieces=pieces, run=run)

"""Cues of a medium out of which parts were taken."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .cues import Cue, in_order

Span = tuple[int, int]
"""From one millisecond of the medium to before another one."""


def without(cues: Iterable[Cue], removed: Sequence[Span], *, clips: bool = False) -> list[Cue]:
    """Cues at their times in what is left; the parts stand in order and do not touch.

    One that is shown in a removed part, even for a moment, may say what was said there: it is left out. With `clips`,
    for chapters, only one that lies wholly inside is, as its words are about more than that.
    """
    kept = []
    for cue in cues:
        touched = any(cue.start < end and start < cue.end for start, end in removed)
        begin, finish = _moved(cue.start, removed), _moved(cue.end, removed)
        if finish > begin and (clips or not touched):
            kept.append(replace(cue, start=begin, end=finish))
    return in_order(kept)


def _moved(at: int, removed: Sequence[Span]) -> int:
    """Where a moment is in what is left; one that is removed is where the part was."""
    return at - sum(min(max(at - start, 0), end - start) for start, end in removed)

"""One cue, and the order of many."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

LATEST = 1000 * 3600 * 1000 - 1
"""The last millisecond that a cue may name: a thousand hours, less one."""
_NO_END = 2_000
"""For how many milliseconds a cue is shown that a file gives no time to."""


@dataclass(frozen=True)
class Cue:
    """What is shown from `start` to before `end`, both in milliseconds of the media.

    `text` is written as `words` describes it; `settings` are WebVTT's own words for the place, `name` is the cue's
    identifier, both often empty.
    """

    start: int
    end: int
    text: str
    settings: str = ""
    name: str = ""


def in_order(cues: Iterable[Cue]) -> list[Cue]:
    """Cues by their start, then by their end; those that are alike stay as they came."""
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


def with_ends(cues: Iterable[Cue]) -> list[Cue]:
    """Cues in order, each with a time to be seen in: one that ends when it begins, or before, is shown until the next
    one comes, two seconds at most. So no words of a file are lost.
    """
    ordered = sorted(cues, key=lambda cue: (cue.start, max(cue.start, cue.end)))
    found: list[Cue] = []
    after = LATEST
    for cue in reversed(ordered):
        shown = cue if cue.end > cue.start else _seen(cue, after)
        found.append(shown)
        after = shown.start
    return in_order(reversed(found))


def _seen(cue: Cue, after: int) -> Cue:
    """A cue with an end: `after` is when the next one begins, perhaps together with it."""
    until = min(cue.start + _NO_END, after if after > cue.start else LATEST)
    return replace(cue, start=min(cue.start, until - 1), end=until)

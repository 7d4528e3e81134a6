"""Two analyses of one type beside each other: what both found, what only one did, and how far they agree."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import accumulate
from typing import NamedTuple

from analysis.exceptions import NotComparable
from analysis.models import Analysis, Moment, Status, Type
from mediaportal.core import arabic

MOST_ROWS = 500
_MOST_MOMENTS = 20_000
_MOST_WORDS = 1_000
# What was found at one picture counts as so long; cuts no further apart than this are one.
_LEAST_SECONDS = 0.5
_SAME_CUT = 0.25

Span = tuple[float, float]


@dataclass(frozen=True)
class Side:
    """What one of the two found: in these words, from its first second to its last, so often, this sure at best."""

    text: str
    start: float
    end: float
    count: int = 1
    confidence: float = 1.0


@dataclass(frozen=True)
class Row:
    """What both found or one alone; `agreement` from 0 to 1."""

    first: Side | None
    second: Side | None
    agreement: float

    @property
    def start(self) -> float:
        """The second at which it begins."""
        return min(side.start for side in (self.first, self.second) if side)


@dataclass(frozen=True)
class Comparison:
    """Two analyses and their rows in the order of time, 500 at most; `agreement` is over all of them, from 0 to 1: of
    speech the share of words that both heard, of cuts that of those which both saw, of everything else the share of the
    time for which both say the same. None where neither found anything.
    """

    first: Analysis
    second: Analysis
    agreement: float | None
    rows: list[Row] = field(default_factory=list)
    more: bool = False


class _Found(NamedTuple):
    """A moment, as far as it is compared."""

    start: float
    end: float
    text: str
    confidence: float


def compare(first: Analysis, second: Analysis) -> Comparison:
    """Compare two analyses; two queries. Raises `NotComparable` unless both are of one asset and type, which has
    moments, and have been completed.
    """
    same = first.asset_id == second.asset_id and first.type == second.type and first.pk != second.pk
    done = first.status == second.status == Status.COMPLETED
    if not (same and done) or first.type == Type.FINGERPRINT:
        raise NotComparable
    mine, theirs = _found(first), _found(second)
    ways = {Type.TRANSCRIPTION: _speech, Type.SHOTS: _cuts}
    agreement, rows = ways.get(Type(first.type), _words)(mine, theirs)
    rows.sort(key=lambda row: row.start)
    return Comparison(first, second, agreement, rows[:MOST_ROWS], len(rows) > MOST_ROWS)


def _found(analysis: Analysis) -> list[_Found]:
    """What an analysis found, in the order of time."""
    rows = Moment.objects.filter(analysis=analysis).order_by("start", "id")[:_MOST_MOMENTS]
    told = rows.values_list("start", "end", "text", "label", "confidence")
    return [_Found(start, end, text or label, sure) for start, end, text, label, sure in told]


def _speech(mine: list[_Found], theirs: list[_Found]) -> tuple[float | None, list[Row]]:
    """Passage by passage: to each of the first what the second heard meanwhile."""
    beside: dict[int, list[_Found]] = {}
    alone: list[_Found] = []
    ends = list(accumulate((found.end for found in mine), max))
    for one in theirs:
        place = _most_overlapping(one, mine, bisect_left(ends, one.start))
        if place is None:
            alone.append(one)
        else:
            beside.setdefault(place, []).append(one)
    rows = [_passage([found], beside.get(place, [])) for place, found in enumerate(mine)]
    rows += [_passage([], [found]) for found in alone]
    words = len(_spoken(mine)) + len(_spoken(theirs))
    # Passage by passage: to align two whole transcripts would take long while somebody waits.
    both = sum(row.agreement * _words_of(row) for row in rows)
    return (round(both / words, 4) if words else None), rows


def _words_of(row: Row) -> int:
    """How many words of both stand in a passage."""
    return sum(len(_plain(side.text).split()) for side in (row.first, row.second) if side)


def _most_overlapping(one: _Found, among: Sequence[_Found], place: int) -> int | None:
    """The place of the passage that has the most time in common with this one, from a place on; None: none has."""
    best, most = None, 0.0
    while place < len(among) and among[place].start < one.end:
        shared = min(one.end, among[place].end) - max(one.start, among[place].start)
        if shared > most:
            best, most = place, shared
        place += 1
    return best


def _passage(first: list[_Found], second: list[_Found]) -> Row:
    """What both heard at one time."""
    return Row(_side(first), _side(second), _alike(_spoken(first), _spoken(second)))


def _spoken(found: Iterable[_Found]) -> list[str]:
    """The words as they are compared: without capitals, signs and points."""
    return [word for one in found for word in _plain(one.text).split()]


def _plain(text: str) -> str:
    """A text in one spelling, of letters and digits alone."""
    normal = arabic.normalised(text).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in normal).split())


def _alike(first: Sequence[str], second: Sequence[str]) -> float:
    """The share of words that both have, in their order: twice their number by that of all words. Of a passage without
    end only so many are looked at.
    """
    return round(SequenceMatcher(None, first[:_MOST_WORDS], second[:_MOST_WORDS]).ratio(), 4)


def _cuts(mine: list[_Found], theirs: list[_Found]) -> tuple[float | None, list[Row]]:
    """Cut by cut; the beginning is none."""
    ours, others = ([one for one in found if one.start > 0] for found in (mine, theirs))
    rows, place, both = [], 0, 0
    for one in ours:
        while place < len(others) and others[place].start < one.start - _SAME_CUT:
            rows.append(Row(None, _cut(others[place]), 0.0))
            place += 1
        if place < len(others) and others[place].start <= one.start + _SAME_CUT:
            rows.append(Row(_cut(one), _cut(others[place]), 1.0))
            place += 1
            both += 1
        else:
            rows.append(Row(_cut(one), None, 0.0))
    rows += [Row(None, _cut(one), 0.0) for one in others[place:]]
    return (round(2 * both / (len(ours) + len(others)), 4) if rows else None), rows


def _cut(one: _Found) -> Side:
    """Where a shot begins."""
    return Side("", one.start, one.start)


def _words(mine: list[_Found], theirs: list[_Found]) -> tuple[float | None, list[Row]]:
    """Word by word: when each of the two saw it."""
    first, second = _by_word(mine), _by_word(theirs)
    rows, shared_by_all, covered_by_all = [], 0.0, 0.0
    for word in first.keys() | second.keys():
        one, other = first.get(word, []), second.get(word, [])
        shared, covered = _overlap(one, other)
        shared_by_all += shared
        covered_by_all += covered
        rows.append(Row(_side(one), _side(other), round(shared / covered, 4)))
    return (round(shared_by_all / covered_by_all, 4) if rows else None), rows


def _by_word(found: Iterable[_Found]) -> dict[str, list[_Found]]:
    """What was found, by the word for it."""
    by_word: dict[str, list[_Found]] = {}
    for one in found:
        by_word.setdefault(_plain(one.text), []).append(one)
    return by_word


def _overlap(first: Iterable[_Found], second: Iterable[_Found]) -> tuple[float, float]:
    """For how many seconds both say it, and for how many one of them does."""
    mine, theirs = list(_joined(first)), list(_joined(second))
    covered = sum(end - start for start, end in _joined_spans([*mine, *theirs]))
    return sum(end - start for start, end in (*mine, *theirs)) - covered, covered


def _joined(found: Iterable[_Found]) -> Iterator[Span]:
    """The times of what was found, each second once."""
    yield from _joined_spans([(one.start, max(one.end, one.start + _LEAST_SECONDS)) for one in found])


def _joined_spans(spans: list[Span]) -> Iterator[Span]:
    """Spans of time without what they have in common."""
    begun: Span | None = None
    for start, end in sorted(spans):
        if begun is not None and start <= begun[1]:
            begun = (begun[0], max(begun[1], end))
            continue
        if begun is not None:
            yield begun
        begun = (start, end)
    if begun is not None:
        yield begun


def _side(found: Sequence[_Found]) -> Side | None:
    """What one of the two found, together; None for nothing."""
    if not found:
        return None
    texts = dict.fromkeys(one.text for one in found)
    return Side(
        " ".join(texts),
        found[0].start,
        max(one.end for one in found),
        len(found),
        max(one.confidence for one in found),
    )

"""Lines that were read in pictures become findings over time: the same line at the same place is one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from analysis.engines.boxes import lapping
from analysis.engines.findings import Box, Text

_ALIKE = 0.8
_LAPPING = 0.2
_LEAST_SURE_WORD = 0.3
_LEAST_LETTERS = 2
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
_LETTER = re.compile(r"\w")


@dataclass(frozen=True)
class ReadWord:
    """A word of a picture: its line's number there, its box in shares of the picture."""

    line: tuple[int, ...]
    text: str
    confidence: float
    box: Box


@dataclass(frozen=True)
class Reading:
    """All words of one picture, which stands from `start` to `end` (seconds)."""

    start: float
    end: float
    words: Sequence[ReadWord]


def around(boxes: Iterable[Box]) -> Box:
    """Return the box that holds all of these; there must be one."""
    every = list(boxes)
    left, top = min(box.left for box in every), min(box.top for box in every)
    right = max(box.left + box.width for box in every)
    return Box(left, top, right - left, max(box.top + box.height for box in every) - top)


def merged(readings: Sequence[Reading], *, threshold: float) -> tuple[Text, ...]:
    """Return the lines of all pictures in the order of time, the surest reading of each; `readings` in that order."""
    done: list[Text] = []
    standing: list[Text] = []
    for reading in readings:
        still: list[Text] = []
        for line in _lines(reading, threshold):
            before = next((one for one in standing if _same(one, line)), None)
            if before is not None:
                standing.remove(before)
                better = line if line.confidence > before.confidence else before
                still.append(replace(better, start=before.start, end=line.end))
            else:
                still.append(line)
        done += standing
        standing = still
    return tuple(sorted([*done, *standing], key=lambda line: (line.start, line.box.top if line.box else 0)))


def _lines(reading: Reading, threshold: float) -> list[Text]:
    """The lines of one picture that are sure enough and no specks."""
    by_line: dict[tuple[int, ...], list[ReadWord]] = {}
    for word in reading.words:
        if word.confidence >= _LEAST_SURE_WORD and _LETTER.search(word.text):
            by_line.setdefault(word.line, []).append(word)
    found = []
    for words in by_line.values():
        text = " ".join(word.text for word in words)
        letters = [len(_LETTER.findall(word.text)) for word in words]
        sure = sum(w.confidence * n for w, n in zip(words, letters, strict=True)) / sum(letters)
        if sum(letters) < _LEAST_LETTERS or sure < threshold:
            continue
        box = around(word.box for word in words)
        found.append(Text(reading.start, reading.end, round(min(1.0, sure), 4), text, _language(text), box))
    return found


def _language(text: str) -> str:
    """Which of the two scripts most of it is in."""
    arabic = len(_ARABIC.findall(text))
    return "ar" if arabic * 2 > len(_LETTER.findall(text)) else "en"


def _same(one: Text, other: Text) -> bool:
    """Whether two readings are of one line that has stood there without a break."""
    if one.box is None or other.box is None or lapping(one.box, other.box) < _LAPPING:
        return False
    return SequenceMatcher(None, one.text.casefold(), other.text.casefold()).ratio() >= _ALIKE

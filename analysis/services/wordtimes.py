"""When each word of a corrected sentence is said: words that stayed keep the times that the engine gave them, and those
that a person wrote share the time of the words that they took the place of.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher

from analysis.engines.findings import Word

_MOST = 500
"""From so many words on in one segment they are not compared one by one."""
# What is no letter or digit does not make another word of it; marks of Arabic vowels do not either.
_BESIDE = re.compile(r"[^\w]|[\u064b-\u065f\u0670\u0640]")


def within(words: Sequence[Word], start: float, end: float) -> tuple[Word, ...]:
    """Those of words in the order of time whose middle lies from `start` to before `end` (seconds)."""
    first = bisect_left(words, start, key=_middle)
    return tuple(words[first : bisect_left(words, end, lo=first, key=_middle)])


def _middle(word: Word) -> float:
    return (word.start + word.end) / 2


def timed(text: str, *, start: float, end: float, words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a text that is said from `start` to `end` (seconds), with their times; `words` is what stood there
    before. None where there were no times to go by.
    """
    tokens = text.split()
    if not words or not tokens or max(len(words), len(tokens)) > _MOST:
        return ()
    before = [_folded(word.text) for word in words]
    matcher = SequenceMatcher(None, before, [_folded(token) for token in tokens], autojunk=False)
    found: list[Word] = []
    for kind, old, old_end, new, new_end in matcher.get_opcodes():
        fresh = tokens[new:new_end]
        if kind == "equal":
            found += [
                Word(word.start, word.end, token, word.confidence)
                for word, token in zip(words[old:old_end], fresh, strict=True)
            ]
        elif fresh:
            begins = words[old].start if old < old_end else (words[old - 1].end if old else start)
            ends = words[old_end - 1].end if old < old_end else _next(words, old, end)
            found += _shared(fresh, begins, max(begins, ends))
    return tuple(found)


def _next(words: Sequence[Word], place: int, end: float) -> float:
    """When the word at a place begins, or the segment ends."""
    return words[place].start if place < len(words) else end


def _shared(tokens: Sequence[str], start: float, end: float) -> list[Word]:
    """Words one after the other, each as long as it is written; a person is sure of them."""
    length = sum(map(len, tokens))
    found: list[Word] = []
    at = 0
    for token in tokens:
        begins, at = at, at + len(token)
        span = end - start
        found.append(
            Word(round(start + span * begins / length, 3), round(start + span * at / length, 3), token, 1.0)
        )
    return found


def _folded(word: str) -> str:
    """A word as it is compared: without capitals, points and marks; one of signs alone stays as it is."""
    return _BESIDE.sub("", word).casefold() or word

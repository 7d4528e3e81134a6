"""What somebody typed into a search box, taken apart: words, quoted phrases, and beginnings of words (`harb*`)."""

import re
from dataclasses import dataclass

LONGEST = 200
_MOST_TERMS = 16
_SHORTEST_BEGINNING = 2
_QUOTES = re.compile("[“”„‟«»＂]")
_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
_INVISIBLE = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Term:
    """One thing that must occur: a word, a `phrase` of several, or the beginning of a word (`prefix`)."""

    text: str
    phrase: bool = False
    prefix: bool = False


def terms_of(typed: str) -> list[Term]:
    """The terms of a search, sixteen at most, of two hundred signs; empty where nothing is asked. Any text will do."""
    text = _QUOTES.sub('"', _INVISIBLE.sub(" ", typed[:LONGEST]))
    found: list[Term] = []
    for quoted, word in _TERM.findall(text):
        term = _word(word) if word else _phrase(quoted)
        if term and term not in found:
            found.append(term)
    return found[:_MOST_TERMS]


def _phrase(quoted: str) -> Term | None:
    """What stood in quotes; one word alone is a word."""
    words = quoted.split()
    return Term(" ".join(words), phrase=len(words) > 1) if words else None


def _word(word: str) -> Term:
    """A word, or its beginning where a star says so; signs alone are looked for as they stand."""
    plain = word.rstrip("*")
    letters = re.sub(r"[\W_]+", "", plain)
    if not letters:
        return Term(word)
    # A star after what is no plain word, or after a single letter, says nothing.
    prefix = word != plain and letters == plain and len(plain) >= _SHORTEST_BEGINNING
    return Term(plain, prefix=prefix)

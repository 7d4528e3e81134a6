"""A text in lines, each with its number, none too long and not too many."""

import re
from collections.abc import Iterator

from .errors import TooMuch

LONGEST_LINE = 20_000
MOST_LINES = 150_000
_BREAK = re.compile(r"\r\n|\r|\n")


def numbered(text: str) -> list[tuple[int, str]]:
    """The lines of a text, counted from 1. Only line feeds and carriage returns end one: Python's own `splitlines`
    would also cut at marks that stand inside a sentence. Raises `TooMuch` for too many, or for one that is too long.
    """
    if text.count("\n") + text.count("\r") > MOST_LINES:
        raise TooMuch("lines", MOST_LINES)
    found = list(enumerate(_BREAK.split(text), start=1))
    for number, line in found:
        if len(line) > LONGEST_LINE:
            raise TooMuch("line", LONGEST_LINE, number)
    return found


def blocks(lines: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Runs of lines with empty ones between them."""
    run: list[tuple[int, str]] = []
    for number, line in lines:
        if line.strip():
            run.append((number, line))
        elif run:
            yield run
            run = []
    if run:
        yield run

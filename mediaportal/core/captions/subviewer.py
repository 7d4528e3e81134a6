"""SubViewer as YouTube writes it (.sbv): two times with a comma between them, text, an empty line."""

import re
from collections.abc import Iterator

from . import times, words
from .cues import Cue
from .errors import BrokenCaptions
from .lines import blocks, numbered

_SEEN = re.compile(
    r"^[^\S\n]*\d{1,4}:\d{2}:\d{2}[.:]\d{1,3}[^\S\n]*,[^\S\n]*\d{1,4}:\d{2}:\d{2}[.:]\d{1,3}[^\S\n\r]*\r?$",
    re.MULTILINE,
)
_TIMES = re.compile(r"[\d:.,\s]+")


def is_form(text: str) -> bool:
    """Whether there are lines with times as SubViewer writes them."""
    return bool(_SEEN.search(text))


def read(text: str) -> Iterator[Cue]:
    """The cues of a SubViewer file as they stand in it. Raises `BrokenCaptions`, or `TooMuch`."""
    for block in blocks(numbered(text.lstrip("\ufeff"))):
        number, line = block[0]
        if line.lstrip().startswith("["):
            continue  # the head of an older form
        begin, _comma, end = line.partition(",")
        start, until = times.parse(begin), times.parse(end)
        if start is None or until is None:
            raise BrokenCaptions("time" if _TIMES.fullmatch(line) else "form", number)
        said = "\n".join(part for _number, part in block[1:]).replace("[br]", "\n")
        yield Cue(start, until, words.settled(words.loose(said), number))

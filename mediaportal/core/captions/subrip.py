"""SubRip (.srt): numbers, times with an arrow, text; what is between two times is text, whatever it looks like."""

import re
from collections.abc import Iterable, Iterator

from . import times, words
from .cues import Cue, in_order
from .errors import BrokenCaptions
from .lines import numbered
from .webvtt import ARROW
from .words import Token

_SEEN = re.compile(r"^[^\S\n]*\d{1,4}[\d:., ]{1,20}-->", re.MULTILINE)
_TIMES = re.compile(r"[\d:.,\s]+")
_PLACE = re.compile(r"\{\\an?(\d{1,2})\}")
_OVERRIDES = re.compile(r"\{\\[^{}\n]*\}")
_PLACES = {
    1: "align:left",
    3: "align:right",
    4: "line:50% align:left",
    5: "line:50%",
    6: "line:50% align:right",
    7: "line:0 align:left",
    8: "line:0",
    9: "line:0 align:right",
}


def is_form(text: str) -> bool:
    """Whether there are lines with times as SubRip writes them."""
    return bool(_SEEN.search(text))


def read(text: str) -> Iterator[Cue]:
    """The cues of a SubRip file as they stand in it. Raises `BrokenCaptions`, or `TooMuch`."""
    lines = numbered(text)
    timings = [index for index, (_number, line) in enumerate(lines) if _times_stand_in(line)]
    for index, after in zip(timings, [*timings[1:], len(lines)], strict=True):
        number, line = lines[index]
        begin, _arrow, rest = line.partition(ARROW)
        end = re.match(r"[\d:.,\s]*", rest)
        start = times.parse("".join(begin.split()))
        until = times.parse("".join(end[0].split())) if end else None
        if start is None or until is None:
            raise BrokenCaptions("time", number)
        said = [part for _number, part in lines[index + 1 : after]]
        if after < len(lines):
            said = _without_number(said, lines[index - 1][1] if index else "")
        whole = "\n".join(said)
        yield Cue(start, until, words.settled(_tokens(whole), number), place_of(whole))


def _times_stand_in(line: str) -> bool:
    """Whether a line says when something is shown, be it wrongly; a text may have an arrow, too."""
    begin, arrow, _rest = line.partition(ARROW)
    return bool(arrow) and bool(_TIMES.fullmatch(begin)) and any(sign.isdecimal() for sign in begin)


def _without_number(said: list[str], number: str) -> list[str]:
    """The text of a cue without the number of the next one: the last line, if it stands alone or counts on."""
    while said and not said[-1].strip():
        said = said[:-1]
    last = said[-1].strip() if said else ""
    if not last.isdecimal() or len(last) > 9:  # noqa: PLR2004 - a counter of a thousand million
        return said
    before = number.strip().lstrip("\ufeff")
    counts_on = before.isdecimal() and len(before) <= len(last) and int(last) == int(before) + 1
    alone = len(said) == 1 or not said[-2].strip()
    return said[:-1] if alone or counts_on else said


def _tokens(text: str) -> Iterator[Token]:
    """The words of a cue, without what SubStation's programs leave in them."""
    return words.loose(_OVERRIDES.sub("", text))


def place_of(text: str) -> str:
    """WebVTT's settings for a place that is named as on a keypad (`{\\an8}`); nothing for the usual one."""
    found = _PLACE.search(text)
    return keypad(int(found[1])) if found else ""


def keypad(place: int) -> str:
    """WebVTT's settings for a key: 1 to 3 below, 4 to 6 in the middle, 7 to 9 above."""
    return _PLACES.get(place, "")


def write(cues: Iterable[Cue]) -> str:
    """A whole SubRip file in the order of time, with line feeds. Italics, bold and underlines stay as they are written
    there; who speaks stands before the words.
    """
    parts: list[str] = []
    for number, cue in enumerate(in_order(cues), 1):
        timing = f"{times.write(cue.start)} {ARROW} {times.write(cue.end)}".replace(".", ",")
        parts.append(f"{number}\n{timing}\n{_written(cue.text)}\n")
    return "\n".join(parts)


def _written(text: str) -> str:
    """A text in our own form as SubRip has it."""
    out: list[str] = []
    for kind, value in words.ours(text):
        mark, _blank, name = value.partition(" ")
        if kind == words.TEXT:
            out.append(value)
        elif mark != "v":
            out.append(f"<{mark}>" if kind == words.OPEN else f"</{mark}>")
        elif name:
            out.append(f"{name}: ")
    return "".join(out)

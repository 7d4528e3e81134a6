"""WebVTT: read as browsers read it, written so that every player does.

https://www.w3.org/TR/webvtt1/
"""

import re
from collections.abc import Iterable, Iterator

from . import times, words
from .cues import Cue, in_order
from .errors import BrokenCaptions, TooMuch
from .lines import MOST_LINES, blocks, numbered

ARROW = "-->"
_HEAD = re.compile(r"\ufeff?WEBVTT(?:[ \t]|$)")
_PERCENT = r"(?:100(?:\.0{1,6})?|\d{1,2}(?:\.\d{1,6})?)%"
_SETTINGS = re.compile(
    rf"vertical:(?:rl|lr)|line:(?:-?\d{{1,3}}|{_PERCENT})(?:,(?:start|center|end))?"
    rf"|position:{_PERCENT}(?:,(?:line-left|center|line-right))?|size:{_PERCENT}"
    r"|align:(?:start|center|end|left|right)"
)
_NOT_CUES = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")
_LONGEST_NAME = 100
Lines = list[tuple[int, str]]


def is_form(text: str) -> bool:
    """Whether a text begins as WebVTT does."""
    return bool(_HEAD.match(text.lstrip()[:8].partition("\n")[0].rstrip("\r")))


def read(text: str) -> Iterator[Cue]:
    """The cues of a WebVTT file as they stand in it. Raises `BrokenCaptions`, or `TooMuch`."""
    lines = numbered(text.lstrip("\ufeff"))
    first = next((index for index, (_n, line) in enumerate(lines) if line.strip()), 0)
    for block in blocks(lines[first + 1 :]):
        yield from _block(block)


def _block(block: Lines) -> Iterator[Cue]:
    """The cues of a run of lines: one, unless somebody has forgotten the empty line between two."""
    arrows = [index for index, (_n, line) in enumerate(block) if ARROW in line]
    if not arrows or _NOT_CUES.match(block[0][1]):
        return
    for index, after in zip(arrows, [*arrows[1:], len(block)], strict=True):
        number, line = block[index]
        name = block[index - 1][1] if index == 1 else ""
        said = "\n".join(part for _n, part in block[index + 1 : after])
        begin, _arrow, rest = line.partition(ARROW)
        end, _blank, settings = rest.strip().partition(" ")
        start, until = times.parse(begin), times.parse(end)
        if start is None or until is None:
            raise BrokenCaptions("time", number)
        yield Cue(
            start,
            until,
            words.settled(words.webvtt(said), number),
            settings_of(settings),
            "" if name.strip().isdecimal() else name_of(name),
        )


def settings_of(text: str) -> str:
    """The settings that WebVTT knows, each once and in their order; what is none is left out."""
    found: dict[str, str] = {}
    for part in text.split():
        if _SETTINGS.fullmatch(part):
            found.setdefault(part.partition(":")[0], part)
    return " ".join(found.values())


def name_of(text: str) -> str:
    """A cue's name as it may stand above it; nothing for one that would be read as something else."""
    name = words.bare(text.replace("<", "&lt;"))[:_LONGEST_NAME].strip()
    return "" if ARROW in name or _NOT_CUES.match(name) else name


def write(cues: Iterable[Cue], *, plain: bool = False) -> str:
    """A whole WebVTT file in the order of time, with line feeds. `plain` leaves marks and places out, as the titles of
    chapters want it. Raises `TooMuch` for more lines than are read again.
    """
    parts = ["WEBVTT\n"]
    for cue in in_order(cues):
        settings = "" if plain else settings_of(cue.settings)
        timing = f"{times.write(cue.start)} {ARROW} {times.write(cue.end)}"
        said = (
            words.as_webvtt(words.bare(cue.text).replace("<", "&lt;")) if plain else words.as_webvtt(cue.text)
        )
        lines = [name_of(cue.name), f"{timing} {settings}".rstrip(), said]
        parts.append("\n".join(filter(None, lines)) + "\n")
    written = "\n".join(parts)
    if written.count("\n") > MOST_LINES:
        raise TooMuch("lines", MOST_LINES)
    return written

"""SubStation Alpha (.ssa, .ass): what is said, when, in italics or bold, and above or below; the rest is left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import times, words
from .cues import Cue
from .errors import BrokenCaptions
from .lines import numbered
from .subrip import keypad
from .words import CLOSE, OPEN, TEXT, Token

_SEEN = re.compile(r"^\ufeff?[^\S\n]*\[(?:script info|v4\+? styles|events)\]", re.IGNORECASE | re.MULTILINE)
_NEW = re.compile(r"^[^\S\n]*(?:\[v4\+ styles\]|ScriptType:[^\S\n]*v4\.00\+)", re.IGNORECASE | re.MULTILINE)
_BRACES = re.compile(r"\{[^{}]*\}")
_OVERRIDE = re.compile(r"\\([A-Za-z]+)(-?\d{0,4})")
_SOFT = re.compile(r"\\([Nnh])")
_BREAKS = {"N": "\n", "n": " ", "h": "\u00a0"}
_OLD_PLACES = {1: 1, 2: 2, 3: 3, 5: 7, 6: 8, 7: 9, 9: 4, 10: 5, 11: 6}
_EVENTS = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
_ATTACHED = {"fonts", "graphics"}
_BOLD = 600
_MARKS = ("i", "b", "u")


@dataclass(frozen=True)
class _Style:
    """What a style says of the words; `place` as on a keypad."""

    marks: frozenset[str] = frozenset()
    place: int = 2


@dataclass
class _Script:
    """A file as far as it has been read."""

    old: bool
    section: str = ""
    columns: dict[str, list[str]] = field(default_factory=dict)
    styles: dict[str, _Style] = field(default_factory=dict)


def is_form(text: str) -> bool:
    """Whether a section of SubStation begins in it."""
    return bool(_SEEN.search(text))


def is_new(text: str) -> bool:
    """Whether it is of the newer kind (.ass)."""
    return bool(_NEW.search(text))


def read(text: str) -> Iterator[Cue]:
    """The lines of a dialogue as they stand in the file, each once: effects say the same several times over.

    Raises `BrokenCaptions`, or `TooMuch`.
    """
    script = _Script(old=not is_new(text))
    seen: set[tuple[int, int, str]] = set()
    for number, line in numbered(text.lstrip("\ufeff")):
        kind, colon, rest = line.strip().partition(":")
        if kind.startswith("[") and kind.endswith("]") and not colon:
            script.section = "styles" if "style" in kind.lower() else kind.lower().strip("[] ")
        elif kind == "Format":
            script.columns[script.section] = [name.strip().lower() for name in rest.split(",")]
        elif kind == "Style" and script.section == "styles":
            _learn(script, rest)
        elif kind == "Dialogue" and colon and script.section not in _ATTACHED:
            cue = _cue(script, rest.strip(), number)
            if cue is not None and (cue.start, cue.end, cue.text) not in seen:
                seen.add((cue.start, cue.end, cue.text))
                yield cue


def _learn(script: _Script, rest: str) -> None:
    """Keep what a style says, as far as it can be understood."""
    said = dict(zip(script.columns.get("styles", []), (one.strip() for one in rest.split(",")), strict=False))
    flags = {"i": said.get("italic", "0"), "b": said.get("bold", "0"), "u": said.get("underline", "0")}
    place = said.get("alignment", "")
    number = int(place) if place.isdecimal() and len(place) <= 2 else 2  # noqa: PLR2004 - 1 to 11
    script.styles[said.get("name", "").lstrip("*")] = _Style(
        frozenset(mark for mark, flag in flags.items() if flag not in {"0", ""}),
        _OLD_PLACES.get(number, 2) if script.old else number,
    )


def _cue(script: _Script, rest: str, number: int) -> Cue | None:
    """A line of the dialogue; None for one that shows no words."""
    columns = script.columns.get("events", _EVENTS)
    values = rest.split(",", len(columns) - 1)
    if len(values) < len(columns) or not {"start", "end", "text"} <= set(columns):
        raise BrokenCaptions("form", number)
    said = dict(zip(columns, values, strict=True))
    start, end = times.parse(said["start"]), times.parse(said["end"])
    if start is None or end is None:
        raise BrokenCaptions("time", number)
    style = script.styles.get(said.get("style", "").strip().lstrip("*"), _Style())
    text = words.settled(_tokens(said["text"], style.marks), number)
    return Cue(start, end, text, keypad(_place(script, said["text"], style))) if text else None


def _place(script: _Script, text: str, style: _Style) -> int:
    """Where a line is shown: where it says itself, else where its style does."""
    for block in _BRACES.finditer(text):
        for name, value in _OVERRIDE.findall(block[0]):
            if name == "an" and value.isdecimal():
                return int(value)
            if name == "a" and value.isdecimal():
                return _OLD_PLACES.get(int(value), 2)
    return style.place


def _tokens(text: str, marks: frozenset[str]) -> Iterator[Token]:
    """The words of a line with what its style and its own overrides mark; drawings are no words."""
    drawing = False
    at = 0
    yield from ((OPEN, f"{mark} ") for mark in _MARKS if mark in marks)
    for block in _BRACES.finditer(text):
        if not drawing:
            yield TEXT, _broken(text[at : block.start()])
        at = block.end()
        for name, value in _OVERRIDE.findall(block[0]):
            if name in _MARKS:
                yield _turned(name, value, marks)
            elif name == "p" and value:
                drawing = value.strip("-0") != ""
            elif name[0] == "r" and name[1:2] in {"", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}:
                yield from ((OPEN, f"{mark} ") if mark in marks else (CLOSE, mark) for mark in _MARKS)
    if not drawing:
        yield TEXT, _broken(text[at:])


def _turned(mark: str, value: str, marks: frozenset[str]) -> Token:
    """One override: on, off, or without a value as the style has it; bold may be told as a weight."""
    if not value.lstrip("-").isdecimal():
        on = mark in marks
    else:
        weight = int(value)
        on = abs(weight) == 1 or (mark == "b" and weight >= _BOLD)
    return (OPEN, f"{mark} ") if on else (CLOSE, mark)


def _broken(text: str) -> str:
    """Words with their line breaks and hard blanks."""
    return _SOFT.sub(lambda found: _BREAKS[found[1]], text)

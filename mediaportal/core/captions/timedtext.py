"""TTML, DFXP, IMSC 1 and EBU-TT: XML that is read as it streams, without a tree, entities or a document type.

https://www.w3.org/TR/ttml1/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from . import words
from .cues import LATEST, Cue
from .errors import BrokenCaptions, TooMuch
from .lines import MOST_LINES
from .words import CLOSE, OPEN, TEXT, Token

_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,60}:)?tt[\s/>]")
_HEAD_CHARACTERS = 4_096
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|m|s|ms|f|t)")
_CLOCK = re.compile(r"(\d{1,4}):(\d{2}):(\d{2})(?:(\.\d{1,9})|:(\d{1,6})(?:\.\d{1,6})?)?")
_DEEPEST = 60
_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000
_UNITS = {"h": _HOUR, "m": _MINUTE, "s": _SECOND, "ms": 1}
_STYLED = {"fontStyle": ("i", {"italic", "oblique"}), "fontWeight": ("b", {"bold"})}
_ABOVE = "line:0"
_LONGEST_REFERENCES = 5
Attributes = Mapping[str, str]


@dataclass(frozen=True)
class _Frame:
    """An element on the way down to the words: what it inherits and what it says itself. Times in milliseconds."""

    name: str = ""
    begin: int = 0
    end: int | None = None
    keeps_blanks: bool = False
    marks: tuple[str, ...] = ()
    region: str = ""
    cue: bool = False


@dataclass
class _Rates:
    """How the file counts frames and ticks."""

    frames: Fraction = Fraction(30)
    ticks: Fraction = Fraction(1)


@dataclass
class _Script:
    """A file as far as it has been read."""

    frames: list[_Frame] = field(default_factory=list)
    rates: _Rates = field(default_factory=_Rates)
    styles: dict[str, dict[str, str]] = field(default_factory=dict)
    above: set[str] = field(default_factory=set)
    tokens: list[Token] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)


def is_form(text: str) -> bool:
    """Whether the first element of a text may be TTML's."""
    head = text[:_HEAD_CHARACTERS].lstrip("\ufeff \t\r\n")
    return head.startswith("<") and bool(_ROOT.search(head))


def read(text: str) -> list[Cue]:
    """The cues of a TTML file as they stand in it. Raises `BrokenCaptions`, or `TooMuch`."""
    reader = _Reader()
    parser = DefusedXMLParser(target=reader, forbid_dtd=True)
    expat = parser.parser
    reader.line_now = lambda: int(expat.CurrentLineNumber)
    try:
        parser.feed(text.lstrip("\ufeff \t\r\n"))
        parser.close()
    except ParseError as error:
        raise BrokenCaptions("xml", error.position[0]) from None
    except (DefusedXmlException, ValueError):
        raise BrokenCaptions("xml", reader.line_now()) from None
    return reader.script.cues


class _Reader:
    """What the parser tells: elements as they begin and end, and the words between them."""

    def __init__(self) -> None:
        self.script = _Script()
        self.elements = 0
        self.line_now: Any = lambda: 1

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        script, name = self.script, _local(tag)
        said = {_local(key): value for key, value in attributes.items()}
        above = script.frames[-1] if script.frames else _Frame()
        if len(script.frames) >= _DEEPEST:
            raise BrokenCaptions("form", self.line_now())
        self.elements += 1
        if self.elements > MOST_LINES:
            raise TooMuch("lines", MOST_LINES)
        if name == "tt":
            self._count(said)
        elif name in {"style", "region", "initial"}:
            self._learn(name, said, above)
        frame = self._inherited(name, said, above)
        if name in {"body", "div", "p", "span"}:
            frame = self._timed(frame, said, above)
        if name == "br":
            script.tokens.append((TEXT, "\n"))
        script.frames.append(frame)
        known = above.marks
        if frame.cue and not above.cue:
            script.tokens, known = [], ()
        script.tokens += [(OPEN, f"{mark} ") for mark in frame.marks if mark not in known]
        script.tokens += [(CLOSE, mark) for mark in above.marks if mark not in frame.marks]

    def data(self, text: str) -> None:
        """Words."""
        frame = self.script.frames[-1]
        if frame.cue and frame.name in {"p", "span"}:
            self.script.tokens.append((TEXT, text if frame.keeps_blanks else re.sub(r"\s+", " ", text)))

    def end(self, _tag: str) -> None:
        """An element ends."""
        script = self.script
        frame = script.frames.pop()
        above = script.frames[-1] if script.frames else _Frame()
        script.tokens += [(CLOSE, mark) for mark in frame.marks if mark not in above.marks]
        script.tokens += [(OPEN, f"{mark} ") for mark in above.marks if mark not in frame.marks]
        if not frame.cue or above.cue or frame.end is None:
            return
        said = words.settled(script.tokens, self.line_now())
        if said:
            place = _ABOVE if frame.region in script.above else ""
            script.cues.append(Cue(frame.begin, frame.end, said, place))

    def close(self) -> None:
        """The document ends."""

    def _count(self, said: Attributes) -> None:
        """How the file counts: `said` are the attributes of its root."""
        if said.get("timeBase", "media") == "clock":
            raise BrokenCaptions("clock", self.line_now())
        rates = self.script.rates
        frames, ticks = said.get("frameRate", ""), said.get("tickRate", "")
        if frames.isdecimal() and int(frames[:6]) > 0:
            rates.frames = Fraction(int(frames[:6]))
        times = re.fullmatch(r"(\d{1,6})[ :](\d{1,6})", said.get("frameRateMultiplier", ""))
        if times and int(times[1]) and int(times[2]):
            rates.frames *= Fraction(int(times[1]), int(times[2]))
        if ticks.isdecimal() and int(ticks[:12]) > 0:
            rates.ticks = Fraction(int(ticks[:12]))
        elif frames:
            rates.ticks = rates.frames

    def _learn(self, name: str, said: dict[str, str], above: _Frame) -> None:
        """Keep a style, and which regions lie above."""
        script = self.script
        if name == "region" and (said.get("displayAlign") == "before" or _says_above(script, said)):
            script.above.add(said.get("id", ""))
        elif name == "style" and above.name == "region":
            if said.get("displayAlign") == "before" or _says_above(script, said):
                script.above.add(above.region)
        elif name == "style" and "id" in said:
            script.styles[said["id"]] = _resolved(script, said)

    def _inherited(self, name: str, said: dict[str, str], above: _Frame) -> _Frame:
        """What an element has from those around it, with what it says of blanks, marks and region."""
        resolved = _resolved(self.script, said)
        marks = dict.fromkeys(above.marks)
        for attribute, (mark, on) in _STYLED.items():
            if attribute in resolved:
                marks.pop(mark, None)
                if resolved[attribute] in on:
                    marks[mark] = None
        lines = resolved.get("textDecoration", "").split()
        if "underline" in lines:
            marks["u"] = None
        elif lines:
            marks.pop("u", None)
        blanks = said.get("space")
        region = said.get("id", "") if name == "region" else said.get("region", above.region)
        return replace(
            above,
            name=name,
            keeps_blanks=above.keeps_blanks if blanks is None else blanks == "preserve",
            marks=tuple(marks),
            region=region,
        )

    def _timed(self, frame: _Frame, said: Attributes, above: _Frame) -> _Frame:
        """An element with its times, which count from those around it."""
        if said.get("timeContainer", "par") != "par":
            raise BrokenCaptions("clock", self.line_now())
        begin = above.begin + (self._time(said["begin"]) if "begin" in said else 0)
        ends = [one for one in (above.end,) if one is not None]
        if "end" in said:
            ends.append(above.begin + self._time(said["end"]))
        if "dur" in said:
            ends.append(begin + self._time(said["dur"]))
        end = min(ends, default=None)
        if max(begin, end or 0) > LATEST:
            raise BrokenCaptions("time", self.line_now())
        shown = above.cue or (frame.name in {"p", "span"} and end is not None)
        return replace(frame, begin=begin, end=end, cue=shown)

    def _time(self, text: str) -> int:
        """A time in milliseconds. Raises `BrokenCaptions`."""
        text = text.strip()
        rates = self.script.rates
        if found := _OFFSET.fullmatch(text):
            amount, unit = Fraction(found[1]), found[2]
            if unit == "f":
                return round(amount / rates.frames * _SECOND)
            if unit == "t":
                return round(amount / rates.ticks * _SECOND)
            return round(amount * _UNITS[unit])
        if found := _CLOCK.fullmatch(text):
            whole = int(found[1]) * _HOUR + int(found[2]) * _MINUTE + int(found[3]) * _SECOND
            part = Fraction(f"0{found[4]}") if found[4] else Fraction(int(found[5] or 0)) / rates.frames
            return whole + round(part * _SECOND)
        raise BrokenCaptions("time", self.line_now())


def _local(name: str) -> str:
    """A name without its namespace: several drafts of the standard had their own."""
    return name.rpartition("}")[2]


def _resolved(script: _Script, said: dict[str, str]) -> dict[str, str]:
    """What an element says of its looks, with the styles that it refers to."""
    found: dict[str, str] = {}
    for reference in said.get("style", "").split()[:_LONGEST_REFERENCES]:
        found |= script.styles.get(reference, {})
    own = {
        name: said[name]
        for name in ("fontStyle", "fontWeight", "textDecoration", "displayAlign")
        if name in said
    }
    return found | own


def _says_above(script: _Script, said: dict[str, str]) -> bool:
    """Whether the styles that a region refers to put it above."""
    return _resolved(script, said).get("displayAlign") == "before"

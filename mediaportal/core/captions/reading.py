"""Reading a file of captions, whatever it is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from . import subrip, substation, subviewer, timedtext, webvtt
from .cues import Cue, with_ends
from .encodings import decode
from .errors import NoCues, TooMuch, UnknownForm

MOST_BYTES = 5 * 1024**2
"""The largest file that is read."""
MOST_CUES = 20_000
"""The most cues that a track has."""
_BREAKS = re.compile("\r\n?")


@dataclass(frozen=True)
class Reading:
    """What a file says: its cues in the order of time, its form (srt, vtt, ass, ssa, sbv, ttml), and its encoding by
    Python's name.
    """

    cues: list[Cue]
    form: str
    encoding: str


def read(data: bytes, *, language: str = "") -> Reading:
    """Read a file of captions; `language` (BCP 47) helps where bytes leave their letters open.

    Raises `TooMuch`, `UnknownForm`, `BrokenCaptions` with the line, or `NoCues`.
    """
    if len(data) > MOST_BYTES:
        raise TooMuch("bytes", MOST_BYTES)
    text, encoding = decode(data, language=language)
    text = _BREAKS.sub("\n", text)
    if not text.strip("\ufeff\0 \t\n"):
        raise NoCues
    form, cues = _read(text)
    found = with_ends(_bounded(cue for cue in cues if cue.text))
    if not found:
        raise NoCues
    return Reading(found, form, encoding)


def _read(text: str) -> tuple[str, Iterable[Cue]]:
    """The form of a text, and its cues as they stand in it; the forms that name themselves are asked first."""
    if webvtt.is_form(text):
        return "vtt", webvtt.read(text)
    if timedtext.is_form(text):
        return "ttml", timedtext.read(text)
    if substation.is_form(text):
        return ("ass" if substation.is_new(text) else "ssa"), substation.read(text)
    if subrip.is_form(text):
        return "srt", subrip.read(text)
    if subviewer.is_form(text):
        return "sbv", subviewer.read(text)
    raise UnknownForm


def _bounded(cues: Iterable[Cue]) -> list[Cue]:
    """All cues. Raises `TooMuch`."""
    found = list(islice(cues, MOST_CUES + 1))
    if len(found) > MOST_CUES:
        raise TooMuch("cues", MOST_CUES)
    return [replace(cue, name=webvtt.name_of(cue.name)) for cue in found]

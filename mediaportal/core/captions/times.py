"""Times as the forms write them, to milliseconds and back."""

import re

from .cues import LATEST

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,9}))?")
_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000
_SIXTY = 60


def parse(text: str) -> int | None:
    """`1:02:03.5`, `02:03,500` and their like as milliseconds; None for anything else, and for what is too late.

    Digits of any script count, as people's own programs write them.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds, rest = found.groups()
    if int(minutes) >= _SIXTY or int(seconds) >= _SIXTY:
        return None
    milliseconds = int(f"{rest or 0:0<3}"[:3]) if rest else 0
    whole = int(hours or 0) * _HOUR + int(minutes) * _MINUTE + int(seconds) * _SECOND + milliseconds
    return whole if whole <= LATEST else None


def write(milliseconds: int) -> str:
    """`HH:MM:SS.mmm`, with as many digits of hours as it takes."""
    hours, rest = divmod(milliseconds, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    seconds, rest = divmod(rest, _SECOND)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{rest:03d}"

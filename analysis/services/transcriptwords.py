"""Transcripts as programs and the editor send them."""

import math
from typing import Any

from django.utils.translation import gettext as _

from analysis.engines import Speech
from mediaportal.core.captions import LONGEST_TEXT, MOST_CUES
from mediaportal.core.problems import FieldProblem, InvalidInput

_MOST_TOLD = 50
_LONGEST_SPEAKER = 100
_LATEST = 1000 * 3600.0
_KEYS = {"start", "end", "text", "speaker", "language", "confidence", "words"}


def segments_from(rows: Any) -> list[Speech]:
    """Segments as JSON (times in seconds), in any order; their words are found out, whatever is sent of those.

    Raises `InvalidInput`, which names each one by its place in the list.
    """
    if not isinstance(rows, list):
        raise InvalidInput(errors=[FieldProblem("segments", "invalid", _("Must be a list of segments."))])
    if len(rows) > MOST_CUES:
        said = _("A transcript has at most %d segments.") % MOST_CUES
        raise InvalidInput(said, errors=[FieldProblem("segments", "too_many", said)])
    found: list[Speech] = []
    wrong: list[FieldProblem] = []
    for index, row in enumerate(rows):
        one = _segment(row)
        if isinstance(one, Speech):
            found.append(one)
        else:
            field, code, detail = one
            wrong.append(FieldProblem(f"segments.{index}{field and '.'}{field}", code, detail))
            if len(wrong) == _MOST_TOLD:
                break
    if wrong:
        raise InvalidInput(_("Some of the segments cannot be kept as they are."), errors=wrong)
    return found


def _segment(row: Any) -> Speech | tuple[str, str, str]:
    """One segment; or the field that is wrong, a code, and why."""
    if not isinstance(row, dict) or set(row) - _KEYS:
        return "", "invalid", _("A segment has a start, an end and a text, and may have a speaker.")
    start, end = _time(row.get("start")), _time(row.get("end"))
    if start is None or end is None:
        return ("start" if start is None else "end"), "time", _("Must be a time in seconds.")
    if end < start:
        return "end", "end_before_start", _("The end must come after the start.")
    text, speaker = _said(row.get("text")), _called(row.get("speaker", ""))
    if isinstance(text, tuple):
        return "text", *text
    if isinstance(speaker, tuple):
        return "speaker", *speaker
    return Speech(start=start, end=end, text=text[0], speaker=speaker[0])


def _said(text: Any) -> list[str] | tuple[str, str]:
    """The words of a segment as they are kept, alone in a list; or a code, and why they are not."""
    if not isinstance(text, str):
        return "invalid", _("Must be text.")
    said = _plain(text)
    if len(said) > LONGEST_TEXT:
        return "too_long", _("A segment has at most %d characters.") % LONGEST_TEXT
    return [said] if said else ("empty_segment", _("This segment says nothing."))


def _called(name: Any) -> list[str] | tuple[str, str]:
    """Who speaks, as `_said`; may be nobody."""
    if not isinstance(name, str):
        return "invalid", _("Must be text.")
    said = _plain(name)
    if len(said) > _LONGEST_SPEAKER:
        return "too_long", _("A name has at most %d characters.") % _LONGEST_SPEAKER
    return [said]


def _plain(text: str) -> str:
    """Words on one line, without signs that cannot be seen and kept; marks of direction stay."""
    seen = "".join(sign for sign in text if sign >= " " or sign.isspace())
    return " ".join(seen.encode("utf-8", "ignore").decode().replace("\x7f", "").split())


def _time(value: Any) -> float | None:
    """Seconds to the millisecond; None for what is no time of any media."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return round(float(value), 3) if 0 <= value <= _LATEST else None

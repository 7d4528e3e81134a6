"""What is wrong with captions, in words; and cues as programs and the editor send them."""

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from assets.exceptions import CaptionTooLarge, CaptionUnreadable, EmptyCaption, UnsupportedCaption
from mediaportal.core import captions
from mediaportal.core.captions import Cue
from mediaportal.core.captions.cues import LATEST
from mediaportal.core.captions.webvtt import name_of, settings_of
from mediaportal.core.problems import FieldProblem, InvalidInput, Problem

_MOST_TOLD = 50
_LONGEST_WORDS = 200
_MILLI = 1000
_KEYS = {"start", "end", "text", "settings", "id"}


def problem_of(error: captions.CaptionsError) -> Problem:
    """What a person is told of a file that cannot be taken."""
    match error:
        case captions.TooMuch():
            where: dict[str, Any] = {"line": error.line} if error.line else {}
            return CaptionTooLarge(too_much(error), **where)
        case captions.BrokenCaptions():
            return CaptionUnreadable(_unreadable(error), line=error.line)
        case captions.NoCues():
            return EmptyCaption()
        case _:
            return UnsupportedCaption(
                _("Send SubRip (srt), WebVTT (vtt), SubStation (ass, ssa), SubViewer (sbv) or TTML.")
            )


def too_much(error: captions.TooMuch) -> str:
    """What there is too much of."""
    most = {"most": error.most, "line": error.line}
    match error.bound:
        case "bytes":
            return _("A file of captions has at most %(size)s.") % {"size": filesizeformat(error.most)}
        case "cues":
            return _("A track has at most %(most)d cues.") % most
        case "lines":
            return _("A track has at most %(most)d lines.") % most
        case "line":
            return _("Line %(line)d is longer than %(most)d characters.") % most
        case "text" if error.line:
            return _("The cue at line %(line)d is longer than %(most)d characters.") % most
        case _:
            return _("A cue has at most %(most)d characters.") % most


def _unreadable(error: captions.BrokenCaptions) -> str:
    """Which line cannot be understood, and why."""
    line = {"line": error.line}
    match error.why:
        case "time":
            return _("Line %(line)d should say when a cue begins and ends, but this is no time.") % line
        case "xml":
            return _("Line %(line)d: the XML is not well-formed.") % line
        case "clock":
            return _("Line %(line)d: the times of this file count otherwise than those of the media.") % line
        case _:
            return _("Line %(line)d is not written as this kind of file wants it.") % line


def cues_from(rows: Any) -> list[Cue]:
    """Cues as JSON (times in seconds) as the workshop knows them, in the order of time.

    Raises `InvalidInput` that names each cue by its place in the list, `CaptionTooLarge` for too many.
    """
    if not isinstance(rows, list):
        raise InvalidInput(errors=[FieldProblem("cues", "invalid", _("Must be a list of cues."))])
    if len(rows) > captions.MOST_CUES:
        raise CaptionTooLarge(too_much(captions.TooMuch("cues", captions.MOST_CUES)))
    found: list[Cue] = []
    wrong: list[FieldProblem] = []
    for index, row in enumerate(rows):
        cue = _cue(row)
        if isinstance(cue, Cue):
            found.append(cue)
        else:
            field, code, detail = cue
            wrong.append(FieldProblem(f"cues.{index}{field and '.'}{field}", code, detail))
            if len(wrong) == _MOST_TOLD:
                break
    if wrong:
        raise InvalidInput(_("Some of the cues cannot be kept as they are."), errors=wrong)
    return captions.in_order(found)


def _cue(row: Any) -> Cue | tuple[str, str, str]:
    """One cue; or the field that is wrong, a code, and why."""
    if not isinstance(row, dict) or set(row) - _KEYS:
        return "", "invalid", _("A cue has a start, an end and a text, and may have settings and an id.")
    start, end = _time(row.get("start")), _time(row.get("end"))
    if start is None or end is None:
        return ("start" if start is None else "end"), "time", _("Must be a time in seconds.")
    if end <= start:
        return "end", "end_before_start", _("The end must come after the start.")
    said = _said(row.get("text"))
    if not isinstance(said, str):
        return "text", *said
    settings, name = row.get("settings", ""), row.get("id", "")
    if not isinstance(settings, str) or not isinstance(name, str):
        return "settings", "invalid", _("Must be text.")
    return Cue(start, end, said, settings_of(settings[:_LONGEST_WORDS]), name_of(name[:_LONGEST_WORDS]))


def _said(text: Any) -> str | tuple[str, str]:
    """The words of a cue as they are kept; or a code, and why they are not."""
    if not isinstance(text, str):
        return "invalid", _("Must be text.")
    try:
        said = captions.tidy(text)
    except captions.TooMuch as error:
        return "too_long", too_much(error)
    return said or ("empty_cue", _("This cue says nothing."))


def _time(value: Any) -> int | None:
    """Seconds as milliseconds; None for what is no time of any media."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LATEST:
        return None
    found = round(value * _MILLI)
    return found if found <= LATEST else None

"""Between what engines find and the rows that are shown and searched."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Func

from analysis.engines import Face, Finding, Flag, Label, Quality, Result, Shot, Sound, Speech, Text
from analysis.engines.findings import Box
from analysis.models import Analysis, Moment, MomentKind
from assets.models import Asset
from mediaportal.core import fulltext

# What is only a fault or a cut is listed, and found by nobody's words.
_WORDLESS = frozenset({MomentKind.SHOT, MomentKind.QUALITY})
_LONGEST = 200
_LONGEST_SPEAKER = 100


def rows_of(analysis: Analysis, asset: Asset, result: Result) -> Iterator[Moment]:
    """The moments of a result, not saved yet; hashes have rows of their own. Faces have been named before, or not."""
    for finding in result.findings:
        fields = _fields(finding)
        if fields is not None:
            made = Moment(
                asset=asset,
                analysis=analysis,
                start=finding.start,
                end=finding.end,
                confidence=finding.confidence,
                **fields,
            )
            made.vector = vector_of(made)
            yield made


def vector_of(moment: Moment) -> Func | None:
    """What a moment is found by, to be written to its `vector` whenever its words are written."""
    if moment.kind in _WORDLESS:
        return None
    words = [word for word in (moment.text, moment.label, moment.parent) if word]
    return fulltext.vector_of("\n".join(words)) if words else None


def summary_of(result: Result) -> dict[str, Any]:
    """What is kept of a result with its analysis: its summary, without what has rows of its own."""
    kept = dict(result.summary)
    if "sound" in kept:
        kept["sound"] = {name: value for name, value in kept["sound"].items() if name != "values"}
    return kept


def _fields(finding: Finding) -> dict[str, Any] | None:
    """What a moment says beside its times and its confidence."""
    match finding:
        case Speech() | Text():
            return _words(finding)
        case Label():
            return {"kind": MomentKind.LABEL} | _labelled(finding.label, finding.parent, finding.box)
        case Flag():
            return {"kind": MomentKind.MODERATION} | _labelled(finding.label, finding.parent, finding.box)
        case Face():
            said = {
                "kind": MomentKind.FACE,
                "detail": dict(finding.detail),
                "person_id": finding.who or None,
            }
            return said | _labelled(finding.name, "", finding.box)
        case Shot() | Sound() | Quality():
            return _plain(finding)
        case _:
            return None


def _words(finding: Speech | Text) -> dict[str, Any]:
    """What was said, or read."""
    if isinstance(finding, Text):
        kept: dict[str, Any] = {"kind": MomentKind.TEXT, "box": _sides(finding.box)}
    else:
        words = [[one.start, one.end, one.text, one.confidence] for one in finding.words]
        kept = {
            "kind": MomentKind.SPEECH,
            "speaker": finding.speaker[:_LONGEST_SPEAKER],
            "detail": {"words": words} if words else {},
        }
    return kept | {"text": finding.text, "language": finding.language}


def _plain(finding: Shot | Sound | Quality) -> dict[str, Any]:
    """What has a word at most."""
    if isinstance(finding, Shot):
        return {"kind": MomentKind.SHOT}
    if isinstance(finding, Sound):
        return {"kind": MomentKind.SOUND, "label": finding.label[:_LONGEST]}
    return {"kind": MomentKind.QUALITY, "label": finding.fault}


def _labelled(label: str, parent: str, box: Box | None) -> dict[str, Any]:
    return {"label": label[:_LONGEST], "parent": parent[:_LONGEST], "box": _sides(box)}


def _sides(box: Box | None) -> list[float] | None:
    """A box as it is kept."""
    return None if box is None else [box.left, box.top, box.width, box.height]

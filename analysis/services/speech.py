"""What was said, between the rows that are searched, the versions that are kept, and plain values."""

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.engines import Speech
from analysis.engines.findings import Word
from analysis.models import Moment


def heard(moments: Iterable[Moment]) -> list[Speech]:
    """The segments of moments of speech, in their order."""
    return [
        Speech(
            start=one.start,
            end=one.end,
            confidence=one.confidence,
            text=one.text,
            speaker=one.speaker,
            language=one.language,
            words=_words(one.detail.get("words", ())),
        )
        for one in moments
    ]


def as_data(segments: Iterable[Speech]) -> list[dict[str, Any]]:
    """Segments as plain JSON: seconds, and words as [start, end, text, confidence]."""
    return [
        {
            "start": one.start,
            "end": one.end,
            "text": one.text,
            "speaker": one.speaker,
            "language": one.language,
            "confidence": one.confidence,
            "words": [[word.start, word.end, word.text, word.confidence] for word in one.words],
        }
        for one in segments
    ]


def from_data(rows: Iterable[dict[str, Any]]) -> list[Speech]:
    """Segments that `as_data` has written."""
    return [Speech(**row | {"words": _words(row["words"])}) for row in rows]


def _words(rows: Iterable[Sequence[Any]]) -> tuple[Word, ...]:
    return tuple(Word(*row) for row in rows)

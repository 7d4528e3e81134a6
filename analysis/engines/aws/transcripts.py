"""A transcript as Transcribe writes it, cut into sentences: words with times and speakers, and signs between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.engines.base import Request, Result
from analysis.engines.findings import Speech, Word

_ENDS = frozenset(".?!؟۔。！？")
_MOST_GAP, _LONGEST = 1.0, 15.0


@dataclass(frozen=True)
class _Said:
    """A word with what stands behind it, such as a comma, and who said it in which language."""

    word: Word
    after: str
    speaker: str
    language: str

    @property
    def ends(self) -> bool:
        """Whether a sentence is over with it."""
        return any(sign in _ENDS for sign in self.after)


def result(document: Mapping[str, Any], request: Request, *, language: str) -> Result:
    """What was said, sentence by sentence; `language` is the one that was told where none was to be found out.

    Raises `KeyError`, `TypeError` or `ValueError` for what is no transcript.
    """
    told = document["results"]
    # Where each of several might be spoken: for how long it was.
    several: Sequence[Mapping[str, Any]] = told.get("language_codes") or ()
    most: Mapping[str, Any] = max(
        several, key=lambda one: float(one.get("duration_in_seconds") or 0), default={}
    )
    heard = str(told.get("language_code") or most.get("language_code") or language)
    words = list(_words(told["items"], _speakers(told.get("speaker_labels") or {}), heard, request.duration))
    found = [
        speech for part in _sentences(words) if (speech := _speech(part)).confidence >= request.threshold
    ]
    summary: dict[str, Any] = {}
    if speakers := sorted({one.speaker for one in found if one.speaker}):
        summary["speakers"] = speakers
    if identified := told.get("language_identification"):
        summary["languages"] = {str(one["code"]): float(one["score"]) for one in identified}
    return Result(
        tuple(found), confidence=_mean([one.word for one in words]), language=heard, summary=summary
    )


def _words(
    items: Sequence[Mapping[str, Any]], speakers: Mapping[str, str], language: str, duration: float
) -> Iterator[_Said]:
    """The words, in their order, each with the signs behind it."""
    waiting: _Said | None = None
    for item in items:
        best = item["alternatives"][0]
        content = str(best["content"])
        if item["type"] == "punctuation":
            if waiting is not None:
                waiting = _Said(waiting.word, waiting.after + content, waiting.speaker, waiting.language)
            continue
        if waiting is not None:
            yield waiting
        start = min(duration, max(0.0, float(item["start_time"])))
        end = min(duration, max(start, float(item["end_time"])))
        word = Word(start, end, content, min(1.0, max(0.0, float(best["confidence"]))))
        speaker = str(item.get("speaker_label") or speakers.get(str(item["start_time"]), ""))
        waiting = _Said(word, "", speaker, str(item.get("language_code") or language))
    if waiting is not None:
        yield waiting


def _speakers(told: Mapping[str, Any]) -> dict[str, str]:
    """Who speaks at which time, as older transcripts tell it: beside the words, by their beginnings."""
    return {
        str(item["start_time"]): str(item.get("speaker_label") or segment["speaker_label"])
        for segment in told.get("segments") or ()
        for item in segment.get("items") or ()
    }


def _sentences(words: Sequence[_Said]) -> Iterator[list[_Said]]:
    """Words that belong together: until a sentence ends, somebody else speaks, nobody does, or it grows too long."""
    part: list[_Said] = []
    for said in words:
        if part and _is_new(part, said):
            yield part
            part = []
        part.append(said)
    if part:
        yield part


def _is_new(part: Sequence[_Said], said: _Said) -> bool:
    """Whether a word begins a sentence of its own."""
    first, last = part[0], part[-1]
    return (
        last.ends
        or last.speaker != said.speaker
        or last.language != said.language
        or said.word.start - last.word.end > _MOST_GAP
        or said.word.end - first.word.start > _LONGEST
    )


def _speech(part: Sequence[_Said]) -> Speech:
    """A sentence of its words; words keep the signs behind them out of their own text."""
    words = tuple(said.word for said in part)
    return Speech(
        words[0].start,
        max(word.end for word in words),
        _mean(words) or 0.0,
        text=" ".join(f"{said.word.text}{said.after}" for said in part),
        speaker=part[0].speaker,
        language=part[0].language,
        words=words,
    )


def _mean(words: Sequence[Word]) -> float | None:
    """How sure the service is of these words."""
    if not words:
        return None
    return round(sum(word.confidence for word in words) / len(words), 4)

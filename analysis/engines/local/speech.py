"""What is said: by faster-whisper and a model on this machine, or where there is none, a draft by pocketsphinx.

Both run in the sandbox, over sound that ffmpeg has made plain. Where nobody speaks nothing is written down.
"""

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from analysis.engines.base import Ability, EngineAway, Report, Request, Result, Type
from analysis.engines.findings import Speech, Word
from analysis.engines.local import children
from analysis.engines.local.parts import HEARING
from analysis.engines.local.sound import extract
from analysis.engines.local.whisperhub import Hub, fetch
from analysis.exceptions import (
    NEEDS_FETCHED_MODEL,
    NEEDS_MODEL_DIR,
    NEEDS_SPEECH,
    NEEDS_WHISPER,
    NEEDS_WHOLE_MODEL,
    ModelUnavailable,
)

MODEL_FILES = ("config.json", "model.bin", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
"""What a model's folder holds; of the vocabularies one."""

_TAGS = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id"
    " is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd"
    " si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh"
)
WHISPER_LANGUAGES = frozenset(_TAGS.split())
"""What Whisper can listen for."""

_WHISPER_NAMES = {"nb": "no", "fil": "tl", "jv": "jw", "iw": "he", "in": "id"}
_RATE = 16_000
_SOUND = "speech.s16"
# Whoever waits longer for a second of sound has too large a model for this machine.
_TIMES_ITS_LENGTH = 12.0
_MOST_SECONDS = 6 * 3600.0
# The sound itself, and the spectrum that Whisper makes of all of it; a model and others need room, too.
_BYTES_OF_A_SECOND, _SHARE_OF_MEMORY = 400_000, 0.5
_EXTRACTED = 0.05
_AGAIN_SECONDS = 60.0
# A draft is never as sure as what it says of itself.
_DRAFT_AT_MOST = 0.6


@dataclass(frozen=True)
class _Listener:
    """What listens: a script, the model's folder if it needs one, and what is said of it in the results."""

    script: str
    folder: Path | None
    model: str
    draft: bool


class Transcription:
    """The part that writes down what is said. `model` is the name or the folder of a Whisper model in CTranslate2's
    format; a name stands for the folder `faster-whisper-NAME` in `models`, into which it is fetched from `hub`, if
    there is one, when it is first needed.
    """

    type = Type.TRANSCRIPTION

    def __init__(self, model: str = "", models: Path | None = None, hub: Hub | None = None) -> None:
        """Without a model pocketsphinx makes a draft, in English only."""
        self._model, self._models, self._hub = model, models, hub

    def ability(self) -> Ability:
        """Return what it can do now, and what is missing: a package, or a file of the model's folder."""
        missing = self._missing()
        languages = frozenset({"en"} if self._english_only() else ())
        return Ability(
            frozenset({"video", "audio"}),
            HEARING,
            languages,
            most_seconds=self._most_seconds(),
            missing=missing,
            for_others=NEEDS_SPEECH if languages else "",
            draft=not self._model,
        )

    def listen(self, request: Request, *, on_progress: Report, stop: Callable[[], bool]) -> Result:
        """Return what was said. Raises `CorruptMedia`, `AnalysisFailed`, `EngineAway` while a model cannot be fetched,
        other errors of fetching one, and those of the sandbox.
        """
        listener = self._listener()
        if request.probe is None or not request.probe.audio:
            return Result(summary={"model": listener.model, "draft": listener.draft})
        sound = request.folder / _SOUND
        if self._hub and listener.folder and self._is_to_come(listener.folder):
            on_progress, fetched = _parted(on_progress)
            try:
                # No worker sits and waits for another one's fetch, which may take hours.
                fetch(
                    self._model, listener.folder, hub=self._hub, on_progress=fetched, stop=stop, waits=False
                )
            except ModelUnavailable as error:
                raise EngineAway(error.log, again_in_seconds=_AGAIN_SECONDS) from error
        try:
            extract(request, sound, rate=_RATE, stop=stop)
            on_progress(_EXTRACTED)
            answer = children.ask(
                listener.script,
                {
                    "sound": str(sound),
                    "model": str(listener.folder or ""),
                    "languages": spoken(request.languages),
                },
                folder=request.folder,
                seconds=request.duration * _TIMES_ITS_LENGTH,
                reads=[listener.folder] if listener.folder else [],
                on_progress=lambda done: on_progress(_EXTRACTED + (1 - _EXTRACTED) * done),
                stop=stop,
            )
        finally:
            sound.unlink(missing_ok=True)
        return _result(answer, listener, request)

    def _listener(self) -> _Listener:
        """Who listens."""
        if self._model:
            folder = model_folder(self._model, self._models)
            return _Listener("_whisper_child.py", folder, Path(self._model).name, draft=False)
        return _Listener("_sphinx_child.py", None, "pocketsphinx", draft=True)

    def _most_seconds(self) -> float:
        """How long what it listens to may be: what Whisper needs of it must have room in this machine's memory."""
        if not self._model:
            return _MOST_SECONDS
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return min(_MOST_SECONDS, memory * _SHARE_OF_MEMORY / _BYTES_OF_A_SECOND)

    def _english_only(self) -> bool:
        """Whether other languages are none that it knows."""
        return not self._model or self._model.endswith(".en")

    def _missing(self) -> str:
        """What has to be installed or set."""
        if not self._model:
            return "" if find_spec("pocketsphinx") else NEEDS_SPEECH
        if not find_spec("faster_whisper"):
            return NEEDS_WHISPER
        folder = model_folder(self._model, self._models)
        if folder is None:
            return NEEDS_MODEL_DIR
        if self._is_to_come(folder):
            return ""
        if "/" not in self._model and not folder.exists():
            return NEEDS_FETCHED_MODEL
        return NEEDS_WHOLE_MODEL if files_lacking(folder) else ""

    def _is_to_come(self, folder: Path) -> bool:
        """Whether the model may be fetched and has not been."""
        return self._hub is not None and "/" not in self._model and not folder.exists()


def _parted(on_progress: Report) -> tuple[Report, Report]:
    """What tells the progress of listening, and before it that of fetching a model, as halves of one."""
    return lambda done: on_progress(0.5 + done / 2), lambda done: on_progress(done / 2)


def spoken(tags: Sequence[str]) -> list[str]:
    """Return the languages of these tags as Whisper names them, each once; those that it does not know are left out."""
    bases = (tag.partition("-")[0].lower() for tag in tags)
    named = (_WHISPER_NAMES.get(base, base) for base in bases)
    return [name for name in dict.fromkeys(named) if name in WHISPER_LANGUAGES]


def model_folder(model: str, models: Path | None) -> Path | None:
    """Return where a model lies, by its name or its folder; None for a name without a folder of models."""
    if "/" in model:
        return Path(model).absolute()
    return (models / f"faster-whisper-{model}").absolute() if models is not None else None


def files_lacking(folder: Path) -> list[str]:
    """Return which files a model's folder still wants."""
    lacking = [name for name in MODEL_FILES if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        lacking.append(VOCABULARIES[0])
    return lacking


def _result(answer: dict[str, Any], listener: _Listener, request: Request) -> Result:
    """What a script has answered as what was found. A sentence that a model is unsure of stays, as a hole would be seen
    by nobody and can be corrected by nobody; of a draft it does not.
    """
    least = request.threshold if listener.draft else 0.0
    language = str(answer["language"])
    found = [
        speech
        for segment in answer["segments"]
        if (speech := _speech(segment, language, listener, request.duration)).text
        and speech.confidence >= least
    ]
    found.sort(key=lambda speech: (speech.start, speech.end))
    summary = {"model": listener.model, "draft": listener.draft}
    return Result(tuple(found), language=language if found else "", summary=summary)


def _speech(segment: dict[str, Any], language: str, listener: _Listener, duration: float) -> Speech:
    """A piece of speech; times are held within the medium."""
    most = _DRAFT_AT_MOST if listener.draft else 1.0
    words = tuple(
        Word(_within(start, duration), _within(end, duration), text, round(min(most, sure), 4))
        for start, end, text, sure in segment["words"]
    )
    sure = sum(word.confidence for word in words) / len(words) if words else math.exp(segment["likely"])
    start = _within(segment["start"], duration)
    return Speech(
        start,
        max(start, _within(segment["end"], duration)),
        round(max(0.0, min(most, sure)), 4),
        segment["text"],
        "",
        language,
        words,
    )


def _within(time: float, duration: float) -> float:
    """A time of the medium, in milliseconds at most."""
    return round(max(0.0, min(float(time), duration)), 3)

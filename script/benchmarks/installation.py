"""Whether this machine, with the models that are set (`MODEL_DIR`, `WHISPER_MODEL`), analyses as fast as is asked of an
installation: of an hour of film, faces in 15 minutes, objects in 10, unsafe content in 5, and what is said in half an
hour, nine words of ten right.

What no engine here can do is left out, and named. `BENCH_SPEECH` is a recording whose words stand beside it in a text
file of the same name; without one a synthetic voice speaks English, which tells of the speed and little of the words.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis import engines
from analysis.engines import Request, Result, Speech, Type
from analysis.engines.base import Kind
from benchmarks.report import Row
from benchmarks.understanding import clip
from mediaportal.core import arabic
from processing.ffmpeg import probe

_FILM_SECONDS = 120
# Of an hour: so many minutes.
_OF_AN_HOUR = {Type.FACES: 15, Type.OBJECTS: 10, Type.MODERATION: 5}
_SPEECH_AT_MOST, _WORDS_AT_LEAST = 0.5, 0.9
_SAID = (
    "The ship came into the harbour at dawn and the captain called the engineer to the bridge. "
    "Forty people stood on the quay and waited for the morning market to open."
)
_SPOKEN_AGAIN = 6
_WORD = re.compile(r"\w+")


def measure(folder: Path) -> Iterator[Row]:
    """Yield for each type that can be done here the time that it takes by the length, and the share of right words."""
    film = clip(folder, _FILM_SECONDS)
    for name, minutes in _OF_AN_HOUR.items():
        if _can(name):
            wall, _result, length = _asked(name, film, "video", folder)
            yield Row(f"Installation: {name}, wall / length", wall / length, "×", most=minutes / 60)
    if _can(Type.TRANSCRIPTION):
        yield from _speech(folder)


def _can(name: Type) -> bool:
    """Whether an engine of this machine can do it; says otherwise what is missing."""
    ability = engines.engine("local").capabilities().types[name]
    if ability.missing:
        print(f"  {name} is left out: {ability.missing}", file=sys.stderr)
    return not ability.missing


def _speech(folder: Path) -> Iterator[Row]:
    """The speed of listening, and how much was understood. Of a draft neither is asked."""
    path, said = _spoken(folder)
    wall, result, length = _asked(Type.TRANSCRIPTION, path, "audio", folder)
    heard = " ".join(one.text for one in result.findings if isinstance(one, Speech))
    is_draft = bool(result.summary.get("draft"))
    word = "draft of speech" if is_draft else "speech"
    most, least = (None, None) if is_draft else (_SPEECH_AT_MOST, _WORDS_AT_LEAST)
    yield Row(f"Installation: {word}, wall / length", wall / length, "×", most=most)
    yield Row(f"Installation: {word}, words right", _right(_words(said), _words(heard)), "", least=least)


def _spoken(folder: Path) -> tuple[Path, str]:
    """A recording, and what is said in it."""
    if own := os.environ.get("BENCH_SPEECH"):
        return Path(own), Path(own).with_suffix(".txt").read_text(encoding="utf-8")
    path = folder / "speech.wav"
    said = " ".join([_SAID] * _SPOKEN_AGAIN)
    source = f"flite=text='{said}':voice=slt"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-ar", "16000", "-ac", "1", path]
    subprocess.run(command, check=True, timeout=120)
    return path, said


def _asked(name: Type, path: Path, kind: Kind, folder: Path) -> tuple[float, Result, float]:
    """How long one type takes, what is found, and how long the medium is, in seconds."""
    scratch = folder / f"scratch-{name}"
    scratch.mkdir()
    mime = "video/mp4" if kind == "video" else "audio/x-wav"
    facts = probe.examine(path, mime_type=mime)
    more: dict[str, Any] = {"duration": facts.duration, "probe": facts}
    if facts.video:
        more |= {"width": facts.video.display_width, "height": facts.video.display_height}
    request = Request(frozenset({name}), path, scratch, kind, mime, facts.size, **more)
    engine, begun = engines.engine("local"), time.monotonic()
    handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
    found = engine.results(handle, request)
    wall = time.monotonic() - begun
    if name not in found.results:
        raise RuntimeError(str(found.failures))
    return wall, found.results[name], facts.duration


def _words(text: str) -> list[str]:
    """The words as they are counted: without capitals and signs, Arabic in one spelling."""
    return _WORD.findall(arabic.normalised(text).casefold())


def _right(said: Sequence[str], heard: Sequence[str]) -> float:
    """The share of words that are right: one without what was left out, put in, or taken for another (the word error
    rate, https://en.wikipedia.org/wiki/Word_error_rate).
    """
    before = list(range(len(heard) + 1))
    for row, word in enumerate(said, start=1):
        here = [row]
        for column, other in enumerate(heard, start=1):
            here.append(min(before[column] + 1, here[-1] + 1, before[column - 1] + (word != other)))
        before = here
    return max(0.0, 1 - before[-1] / max(1, len(said)))

"""What is said, written down for real: by faster-whisper with a model of the tests, and by pocketsphinx."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.engines import Found, Request, Speech, Type
from analysis.engines.local import speech
from analysis.engines.local.speech import Transcription, files_lacking, model_folder, spoken
from analysis.exceptions import (
    NEEDS_FETCHED_MODEL,
    NEEDS_MODEL_DIR,
    NEEDS_SPEECH,
    NEEDS_WHISPER,
    NEEDS_WHOLE_MODEL,
)
from tests.analysis import sounds
from tests.analysis.clips import engine_of, request_of
from tests.analysis.whisper import tiny_whisper

SENTENCE = "the quick brown fox jumps over the lazy dog"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says hello to the world."""
    return tiny_whisper(tmp_path_factory.mktemp("model"), " hello", " world")


def heard_in(source: Path, part: Transcription, languages: Sequence[str] = ()) -> Found:
    engine = engine_of(listening=[part])
    request = request_of(
        source, source.parent / "scratch", Type.TRANSCRIPTION, mime_type="audio/wav", languages=languages
    )
    told: list[float] = []
    found = engine.results(engine.start(request, on_progress=told.append, stop=lambda: False), request)
    assert told == sorted(told)
    assert not [path for path in request.folder.iterdir() if not path.name.startswith(".")]
    return found


def speech_of(found: Found) -> list[Speech]:
    return [one for one in found.results[Type.TRANSCRIPTION].findings if isinstance(one, Speech)]


def test_words_are_told_with_their_times(tmp_path: Path, model: Path) -> None:
    source = sounds.english(tmp_path / "speech.wav", SENTENCE, before=1.0)
    found = heard_in(source, Transcription(str(model)))
    first = speech_of(found)[0]
    assert first.text == "hello world"
    assert [word.text for word in first.words] == ["hello", "world"]
    assert first.start >= 0.5
    assert all(0 <= word.start <= word.end <= 6 for word in first.words)
    assert first.confidence > 0.9
    assert (first.language, found.results[Type.TRANSCRIPTION].language) == ("en", "en")
    assert found.results[Type.TRANSCRIPTION].summary == {"model": model.name, "draft": False}


def test_arabic_is_written_down_and_its_language_told(tmp_path: Path) -> None:
    folder = tiny_whisper(tmp_path / "model", " مرحبا", " بكم", language="ar")
    source = sounds.arabic(tmp_path / "speech.wav", "مرحبا بكم في هذا المكان")
    found = heard_in(source, Transcription(str(folder)), ["ar", "en-US"])
    assert speech_of(found)[0].text == "مرحبا بكم"
    assert found.results[Type.TRANSCRIPTION].language == "ar"


@pytest.mark.parametrize("sound", [sounds.silence, sounds.tone])
def test_where_nobody_speaks_nothing_is_written_down(tmp_path: Path, model: Path, sound: object) -> None:
    assert callable(sound)
    found = heard_in(sound(tmp_path / "sound.wav"), Transcription(str(model)))
    assert speech_of(found) == []
    assert found.results[Type.TRANSCRIPTION].language == ""


def test_without_a_model_there_is_an_english_draft_and_it_says_so(tmp_path: Path) -> None:
    part = Transcription()
    found = heard_in(sounds.english(tmp_path / "speech.wav", SENTENCE, before=1.0), part)
    result = found.results[Type.TRANSCRIPTION]
    words = {word.text for one in speech_of(found) for word in one.words}
    assert len(words & set(SENTENCE.split())) >= 4
    assert all(one.confidence <= 0.6 and one.start >= 0.5 for one in speech_of(found))
    assert result.summary == {"model": "pocketsphinx", "draft": True}
    assert part.ability().languages == {"en"}


def test_a_draft_of_silence_is_empty(tmp_path: Path) -> None:
    assert speech_of(heard_in(sounds.silence(tmp_path / "sound.wav"), Transcription())) == []


def test_a_model_that_is_not_whole_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    folder = tiny_whisper(tmp_path / "model", " hello")
    assert Transcription(str(folder)).ability().missing == ""
    (folder / "tokenizer.json").unlink()
    assert Transcription(str(folder)).ability().missing == NEEDS_WHOLE_MODEL
    assert files_lacking(folder) == ["tokenizer.json"]
    assert files_lacking(tmp_path) == ["config.json", "model.bin", "tokenizer.json", "vocabulary.json"]


def test_a_name_stands_for_a_folder_of_the_models(tmp_path: Path) -> None:
    assert model_folder("small", tmp_path) == tmp_path / "faster-whisper-small"
    assert model_folder("small", None) is None
    assert Transcription("small").ability().missing == NEEDS_MODEL_DIR
    assert Transcription("small", tmp_path).ability().missing == NEEDS_FETCHED_MODEL
    (tmp_path / "faster-whisper-small").mkdir()
    assert Transcription("small", tmp_path).ability().missing == NEEDS_WHOLE_MODEL


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    monkeypatch.setattr(speech, "find_spec", lambda name: None)
    assert Transcription().ability().missing == NEEDS_SPEECH
    assert Transcription(str(model)).ability().missing == NEEDS_WHISPER


def test_a_model_that_is_damaged_fails_this_type(tmp_path: Path) -> None:
    folder = tiny_whisper(tmp_path / "model", " hello")
    (folder / "model.bin").write_bytes(b"nothing")
    found = heard_in(sounds.english(tmp_path / "speech.wav", SENTENCE), Transcription(str(folder)))
    assert found.failures[Type.TRANSCRIPTION].code == "processing_failed"


def test_languages_that_whisper_calls_otherwise_are_translated_and_unknown_ones_left_out(
    tmp_path: Path, model: Path
) -> None:
    assert spoken(["nb-NO", "fil", "jv", "ckb", "und", "ar-EG", "ar"]) == ["no", "tl", "jw", "ar"]
    source = sounds.english(tmp_path / "speech.wav", SENTENCE, before=1.0)
    assert speech_of(heard_in(source, Transcription(str(model)), ["ckb"]))[0].text == "hello world"


def test_how_long_a_sound_may_be_follows_the_memory(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 1_000_000, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert Transcription(str(model)).ability().most_seconds == 5120.0
    assert Transcription().ability().most_seconds == 6 * 3600.0


@pytest.mark.parametrize(("model_name", "count"), [("large", 2), ("", 1)])
def test_what_a_model_is_unsure_of_stays_and_of_a_draft_it_does_not(model_name: str, count: int) -> None:
    def said(start: float, likely: float) -> dict[str, Any]:
        return {"start": start, "end": start + 1, "text": "hello", "likely": likely, "words": []}

    request = Request(
        frozenset({Type.TRANSCRIPTION}), Path("/film"), Path("/"), "audio", "audio/wav", 1, duration=9.0
    )
    answer = {"language": "en", "segments": [said(0.0, -0.1), said(2.0, -0.9)]}
    found = speech._result(answer, Transcription(model_name, Path("/models"))._listener(), request)
    assert len(found.findings) == count
    assert found.findings[-1].confidence < 1.0

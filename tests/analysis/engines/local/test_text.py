"""Text on the screen, read for real by Tesseract in the sandbox."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from analysis.engines import Found, Request, Text, Type
from analysis.engines.findings import Box
from analysis.engines.local import children, text
from analysis.engines.local.lines import ReadWord
from analysis.engines.local.parts import Picture
from analysis.engines.local.text import ScreenText, _Watcher
from analysis.exceptions import NEEDS_TESSERACT
from mediaportal.core.sandbox import ProgramFailed, ProgramStopped
from tests.analysis.clips import engine_of, film, request_of, written

WELCOME, NEWS, LATER = "مرحبا بكم في المنارة", "Breaking News Today", "Good Night Everybody"


def found_in(request: Request) -> Found:
    engine = engine_of(ScreenText())
    return engine.results(engine.start(request, on_progress=lambda _done: None, stop=lambda: False), request)


def lines_of(found: Found) -> list[Text]:
    return [one for one in found.results[Type.TEXT].findings if isinstance(one, Text)]


def spelt(words: str) -> str:
    """As it is searched: a final ya is often read without its dots."""
    return words.replace("ى", "ي")


def test_arabic_and_english_are_read_where_and_while_they_stand(tmp_path: Path) -> None:
    source = film(
        tmp_path / "made",
        [
            (written(), 2.0),
            (written((WELCOME, 640, 500), (NEWS, 100, 100)), 3.0),
            (written((NEWS, 100, 100)), 2.0),
            (written((LATER, 100, 500)), 2.0),
        ],
    )
    found = found_in(request_of(source, tmp_path / "scratch", Type.TEXT, languages=["ar", "en"]))
    lines = {spelt(line.text): line for line in lines_of(found)}
    assert set(lines) == {WELCOME, NEWS, LATER}
    welcome, news, later = lines[WELCOME], lines[NEWS], lines[LATER]
    assert welcome.language == "ar"
    assert news.language == "en"
    assert (abs(welcome.start - 2) <= 0.6, abs(welcome.end - 5) <= 0.6) == (True, True)
    assert (abs(news.start - 2) <= 0.6, abs(news.end - 7) <= 0.6) == (True, True)
    assert abs(later.start - 7) <= 0.6
    assert welcome.box is not None
    assert welcome.box.left > 0.45
    assert 0.65 < welcome.box.top < 0.8
    assert news.box is not None
    assert news.box.top < 0.25
    assert found.results[Type.TEXT].summary == {"pictures_read": 3, "pictures_skipped": 0}
    assert not list((tmp_path / "scratch").glob("text*"))


def test_an_image_is_read(tmp_path: Path) -> None:
    source = tmp_path / "sign.png"
    written((WELCOME, 60, 40), size=(720, 200)).save(source)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    request = Request(
        frozenset({Type.TEXT}),
        source,
        scratch,
        "image",
        "image/png",
        source.stat().st_size,
        width=720,
        height=200,
    )
    (line,) = lines_of(found_in(request))
    assert spelt(line.text) == WELCOME
    assert (line.start, line.end) == (0.0, 0.0)


def test_without_writing_nothing_is_read(tmp_path: Path) -> None:
    plain = Image.linear_gradient("L").resize((640, 360)).convert("RGB")
    source = film(tmp_path / "made", [(plain, 2.0)])
    found = found_in(request_of(source, tmp_path / "scratch", Type.TEXT))
    assert lines_of(found) == []
    assert found.results[Type.TEXT].summary == {"pictures_read": 0, "pictures_skipped": 0}


def test_without_tesseract_it_says_what_to_install() -> None:
    assert ScreenText(program="").ability().missing == NEEDS_TESSERACT
    assert ScreenText(languages=[]).ability().missing == NEEDS_TESSERACT
    assert ScreenText().ability().missing == ""


def test_a_program_that_fails_is_a_failure_of_this_type(tmp_path: Path) -> None:
    source = film(tmp_path / "made", [(written((NEWS, 100, 100)), 1.0)])
    request = request_of(source, tmp_path / "scratch", Type.TEXT)
    engine = engine_of(ScreenText(program="/usr/bin/false"))
    found = engine.results(engine.start(request, on_progress=lambda _done: None, stop=lambda: False), request)
    assert found.failures[Type.TEXT].code == "processing_failed"


def test_what_stood_before_pictures_that_are_too_many_to_read_is_not_told_as_standing_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = ReadWord((1, 1, 1, 1), "Breaking", 0.9, Box(0.1, 0.1, 0.2, 0.1))
    monkeypatch.setattr(
        _Watcher, "_read", lambda self: {number: [word] for number in range(len(self._files))}
    )
    source = film(tmp_path / "made", [(written(), 1.0)])
    request = replace(request_of(source, tmp_path / "scratch", Type.TEXT), duration=60.0)
    watcher = ScreenText(["en"], "/usr/bin/tesseract").watcher(request, stop=lambda: False)
    for number in range(20):
        image = written((f"{number} news {number * 7919}", 60 * number, 30 * number))
        watcher.see(Picture(number * 0.1, *image.size, image.tobytes()))
    result = watcher.result({})
    assert result.summary == {"pictures_read": 6, "pictures_skipped": 14}
    assert max(line.end for line in result.findings) <= 0.7


def test_the_first_error_is_told_of_several_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(argv: list[object], *, stop: Callable[[], bool], **_more: object) -> None:
        if str(argv[3]).endswith("text1.txt"):
            raise ProgramFailed("tesseract", 1, "broken")
        while not stop():
            time.sleep(0.01)
        raise ProgramStopped("tesseract")

    monkeypatch.setattr(text, "run", breaks)
    monkeypatch.setattr(children, "threads", lambda: 2)
    source = film(tmp_path / "made", [(written((NEWS, 100, 100)), 2.0), (written((LATER, 100, 500)), 2.0)])
    found = found_in(request_of(source, tmp_path / "scratch", Type.TEXT, languages=["en"]))
    assert found.failures[Type.TEXT].code == "processing_failed"

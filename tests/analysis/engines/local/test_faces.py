"""Faces, found for real by OpenCV in the sandbox."""

from pathlib import Path

import pytest
from PIL import Image

from analysis.engines import Face, Found, Request, Type
from analysis.engines.local import faces
from analysis.engines.local.faces import Faces
from analysis.exceptions import NEEDS_OPENCV
from tests.analysis import models
from tests.analysis.clips import engine_of, film, request_of


def scene(*places: tuple[int, int], background: tuple[int, int, int] = (90, 110, 130)) -> Image.Image:
    image = Image.new("RGB", (640, 360), background)
    for place in places:
        image.paste(models.portrait(160), place)
    return image


def found_in(request: Request, part: Faces) -> Found:
    engine = engine_of(part)
    return engine.results(engine.start(request, on_progress=lambda _done: None, stop=lambda: False), request)


def faces_of(found: Found) -> list[Face]:
    return [one for one in found.results[Type.FACES].findings if isinstance(one, Face)]


def test_faces_are_followed_while_they_are_seen(tmp_path: Path) -> None:
    pictures = [(scene(), 2.0), (scene((60, 80)), 3.0), (scene((80, 80), (420, 100)), 2.0), (scene(), 2.0)]
    source = film(tmp_path / "made", pictures)
    found = found_in(request_of(source, tmp_path / "scratch", Type.FACES), Faces())
    first, second = faces_of(found)
    assert (first.start, first.end) == (2.0, 7.0)
    assert (second.start, second.end) == (5.0, 7.0)
    assert first.box is not None
    assert second.box is not None
    assert first.box.left < 0.3
    assert second.box.left > 0.6
    assert 0.15 < first.box.width < 0.3
    assert len(first.detail["places"]) == 5
    assert first.name == ""
    assert found.results[Type.FACES].summary == {"faces": 2, "method": "haar"}
    assert not list((tmp_path / "scratch").glob("faces*"))


def test_a_model_in_the_folder_is_taken_instead(tmp_path: Path) -> None:
    models.yunet(tmp_path / "face_detection_yunet_tiny.onnx")
    bright = Image.new("RGB", (640, 320), "black")
    bright.paste("white", (320, 160, 352, 192))
    source = tmp_path / "bright.png"
    bright.save(source)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    size = source.stat().st_size
    request = Request(
        frozenset({Type.FACES}), source, scratch, "image", "image/png", size, width=640, height=320
    )
    found = found_in(request, Faces(tmp_path))
    (face,) = faces_of(found)
    assert face.confidence > 0.9
    assert face.box is not None
    assert abs(face.box.left + face.box.width / 2 - 0.5) < 0.06
    assert found.results[Type.FACES].summary["method"] == "yunet"


def test_a_model_that_is_none_fails_this_type_alone(tmp_path: Path) -> None:
    (tmp_path / "face_detection_yunet_broken.onnx").write_bytes(b"nothing")
    source = film(tmp_path / "made", [(scene(), 1.0)])
    found = found_in(request_of(source, tmp_path / "scratch", Type.FACES), Faces(tmp_path))
    assert found.failures[Type.FACES].code == "processing_failed"


def test_without_opencv_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Faces().ability().missing == ""
    monkeypatch.setattr(faces, "find_spec", lambda name: None)
    assert Faces().ability().missing == NEEDS_OPENCV

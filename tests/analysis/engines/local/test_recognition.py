"""Objects and flags, seen for real by ONNX Runtime in the sandbox with models of the tests."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from analysis.engines import Flag, Found, Label, Type
from analysis.engines.local import recognition
from analysis.engines.local.recognition import Recognition
from analysis.exceptions import NEEDS_MODEL, NEEDS_ONNXRUNTIME
from tests.analysis import models
from tests.analysis.clips import engine_of, film, request_of

CLASSIFIER: dict[str, Any] = {
    "type": "moderation",
    "model": "colours.onnx",
    "family": "classifier",
    "labels": [{"label": "red", "parent": "warm"}, {"label": "green", "ignore": True}, "blue"],
    "input": {"width": 8, "height": 8},
    "activation": "softmax",
    "licence": "CC0-1.0",
}
DETECTOR: dict[str, Any] = {
    "type": "objects",
    "model": "fields.onnx",
    "family": "detector",
    "labels": ["apple", "berry"],
    "input": {"width": 64, "height": 64, "fit": "letterbox"},
    "licence": "CC0-1.0",
}


def put(folder: Path, card: dict[str, Any]) -> Path:
    make = models.classifier if card["family"] == "classifier" else models.detector
    make(folder / card["model"])
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def found_in(source: Path, scratch: Path, part: Recognition) -> Found:
    engine = engine_of(part)
    request = request_of(source, scratch, part.type)
    return engine.results(engine.start(request, on_progress=lambda _done: None, stop=lambda: False), request)


def plain(colour: str) -> Image.Image:
    return Image.new("RGB", (320, 180), colour)


def test_a_classifier_flags_pictures_while_they_stand(tmp_path: Path) -> None:
    source = film(tmp_path / "made", [(plain("red"), 3.0), (plain("lime"), 2.0), (plain("blue"), 2.0)])
    part = Recognition(Type.MODERATION, put(tmp_path, CLASSIFIER))
    result = found_in(source, tmp_path / "scratch", part).results[Type.MODERATION]
    flags = [one for one in result.findings if isinstance(one, Flag)]
    assert [(one.label, one.parent, one.start, one.end) for one in flags] == [
        ("red", "warm", 0.0, 3.0),
        ("blue", "", 5.0, 7.0),
    ]
    assert all(one.box is None and one.confidence > 0.9 for one in flags)
    assert result.summary == {"model": "card", "licence": "CC0-1.0"}


def test_a_detector_tells_where_things_are(tmp_path: Path) -> None:
    image = Image.new("RGB", (640, 320), "black")
    image.paste("red", (0, 160, 160, 320))
    image.paste("blue", (480, 0, 640, 160))
    source = film(tmp_path / "made", [(image, 2.0)])
    part = Recognition(Type.OBJECTS, put(tmp_path, DETECTOR))
    result = found_in(source, tmp_path / "scratch", part).results[Type.OBJECTS]
    found = {one.label: one.box for one in result.findings if isinstance(one, Label)}
    assert set(found) == {"apple", "berry"}
    apple, berry = found["apple"], found["berry"]
    assert apple is not None
    assert berry is not None
    assert [apple.left, apple.top, apple.width, apple.height] == pytest.approx([0, 0.5, 0.25, 0.5], abs=0.01)
    assert [berry.left, berry.top, berry.width, berry.height] == pytest.approx([0.75, 0, 0.25, 0.5], abs=0.01)


def test_a_model_that_is_other_than_its_card_fails_its_type(tmp_path: Path) -> None:
    source = film(tmp_path / "made", [(plain("red"), 1.0)])
    part = Recognition(Type.MODERATION, put(tmp_path, {**CLASSIFIER, "labels": ["red", "green"]}))
    found = found_in(source, tmp_path / "scratch", part)
    assert found.failures[Type.MODERATION].code == "processing_failed"


def test_without_a_model_or_the_package_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, DETECTOR)
    assert Recognition(Type.OBJECTS, tmp_path).ability().missing == ""
    assert Recognition(Type.MODERATION, tmp_path).ability().missing == NEEDS_MODEL
    monkeypatch.setattr(recognition, "find_spec", lambda name: None)
    assert Recognition(Type.OBJECTS, tmp_path).ability().missing == NEEDS_ONNXRUNTIME

"""Which cards are taken, and why others are refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.engines.local import cards
from analysis.engines.local.cards import Card, read, read_all
from tests.analysis.engines.local.test_recognition import CLASSIFIER


def card_in(folder: Path, **changes: Any) -> Path:
    (folder / "colours.onnx").write_bytes(b"model")
    path = folder / "card.json"
    path.write_text(json.dumps({**CLASSIFIER, **changes}), encoding="utf-8")
    return path


def test_a_whole_card_is_taken(tmp_path: Path) -> None:
    card = read(card_in(tmp_path))
    assert (card.name, card.type, card.licence) == ("card", "moderation", "CC0-1.0")
    assert [label.label for label in card.labels] == ["red", "green", "blue"]
    assert card.given["input"]["layout"] == "nchw"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("family", "transformer"),
        ("type", "faces"),
        ("licence", ""),
        ("model", "../colours.onnx"),
        ("model", "absent.onnx"),
        ("labels", []),
        ("labels", [{"parent": "warm"}]),
        ("input", {"width": 0, "height": 8}),
        ("input", {"width": 8, "height": 8, "mean": [1]}),
        ("input", {"width": 8, "height": 8, "deviation": [1, 0, 1]}),
        ("input", {"width": 8, "height": 8, "layout": "hwc"}),
        ("activation", "relu"),
        ("objectness", "yes"),
    ],
)
def test_what_is_not_known_is_refused_with_the_reason(tmp_path: Path, key: str, value: object) -> None:
    card_in(tmp_path, **{key: value})
    found, refused = read_all(tmp_path)
    assert found == []
    assert key in refused["card.json"]


def test_no_folder_is_no_models_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    assert read_all(None) == ([], {})
    assert list(read_all(tmp_path / "absent")[1]) == [str(tmp_path / "absent")]
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    assert "JSON" in read_all(tmp_path)[1]["broken.json"]


def test_cards_are_read_again_only_when_a_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_times: list[Path | None] = []

    def counted(folder: Path | None) -> tuple[list[Card], dict[str, str]]:
        read_times.append(folder)
        return read_all(folder)

    monkeypatch.setattr(cards, "read_all", counted)
    assert cards.known(None) == ()
    assert cards.known(tmp_path / "absent") == ()
    assert [len(cards.known(tmp_path)) for _time in range(3)] == [0, 0, 0]
    assert len(read_times) == 1
    card_in(tmp_path)
    assert [len(cards.known(tmp_path)) for _time in range(3)] == [1, 1, 1]
    assert len(read_times) == 2

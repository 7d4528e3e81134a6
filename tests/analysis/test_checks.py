"""Models are looked at when the portal starts."""

from pathlib import Path

import pytest

from analysis.checks import models_can_be_used


def test_a_card_that_is_refused_stops_the_start(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    (tmp_path / "odd.json").write_text('{"family": "oracle"}', encoding="utf-8")
    settings.MODEL_DIR = str(tmp_path)  # type: ignore[attr-defined]
    (found,) = models_can_be_used(None)
    assert found.id == "analysis.E001"
    assert "odd.json" in found.msg
    assert "oracle" in found.msg


def test_without_models_there_is_nothing_to_say() -> None:
    assert models_can_be_used(None) == []

"""The checks at the start: what is set wrongly is named."""

from pathlib import Path
from typing import Any

import pytest

from analysis.checks import account_can_be_used, models_can_be_used


def test_the_defaults_are_right() -> None:
    assert account_can_be_used(None) == []


@pytest.mark.parametrize(
    ("facts", "ids"),
    [
        ({"ANALYSIS_AWS_PRICES": "/nowhere.json"}, ["analysis.E001"]),
        ({"ANALYSIS_AWS_PRICES": str(Path(__file__))}, ["analysis.E001"]),
        ({"ANALYSIS_AWS_DIALECTS": ["ar", "en-US"]}, ["analysis.E002"]),
        ({"ANALYSIS_AWS_VOCABULARIES": {"xx-XX": "places"}}, ["analysis.E002"]),
        ({"ANALYSIS_S3_BUCKET": "staging", "ANALYSIS_AWS_REGION": ""}, ["analysis.W001"]),
        ({"ANALYSIS_S3_BUCKET": "staging", "ANALYSIS_AWS_REGION": "me-south-1"}, ["analysis.W002"]),
        ({"ANALYSIS_S3_BUCKET": "staging", "ANALYSIS_AWS_REGION": "eu-central-1"}, []),
    ],
)
def test_what_is_wrong_is_named(settings: Any, facts: dict[str, Any], ids: list[str]) -> None:
    for name, value in facts.items():
        setattr(settings, name, value)
    assert [one.id for one in account_can_be_used(None)] == ids


def test_a_card_that_is_refused_stops_the_start(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "odd.json").write_text('{"family": "oracle"}', encoding="utf-8")
    settings.MODEL_DIR = str(tmp_path)
    (found,) = models_can_be_used(None)
    assert found.id == "analysis.E003"
    assert "odd.json" in found.msg
    assert "oracle" in found.msg


def test_without_models_there_is_nothing_to_say() -> None:
    assert models_can_be_used(None) == []

"""The vocabulary of states."""

import pytest

from assets.services.state import state_of
from tests.factories import AssetFactory


@pytest.mark.parametrize(
    ("traits", "code"),
    [
        ({"upload_status": "pending"}, "uploading"),
        ({"upload_status": "uploading"}, "uploading"),
        ({}, "checking"),
        ({"passed_gate": True}, "processing"),
        ({"published": True}, "ready"),
        ({"published": True, "publication": "held", "policy_verdict": "review"}, "held"),
        ({"failed": True}, "failed"),
        ({"infected": True}, "blocked"),
        ({"blocked": True}, "blocked"),
    ],
)
def test_each_condition_has_one_word(db: None, traits: dict[str, object], code: str) -> None:
    shown = state_of(AssetFactory(**traits))
    assert shown.code == code
    assert shown.label
    assert shown.moving == (code in {"uploading", "checking", "processing"})


def test_progress_is_in_the_word_while_processing(db: None) -> None:
    asset = AssetFactory(passed_gate=True, upload_progress=12)
    assert state_of(asset).label == "Processing 12 %"
    assert state_of(asset, progress=43).label == "Processing 43 %"
    assert state_of(AssetFactory(published=True)).progress is None

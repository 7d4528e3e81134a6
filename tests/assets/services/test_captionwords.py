"""Cues as JSON, and what is said of those that are not good."""

from typing import Any

import pytest

from assets.exceptions import CaptionTooLarge
from assets.services.captionwords import cues_from
from mediaportal.core.captions import MOST_CUES, Cue
from mediaportal.core.problems import InvalidInput

GOOD = {"start": 1, "end": 2.0004, "text": " <i>a ", "settings": "line:0 bogus", "id": "one"}


def test_cues_are_sorted_tidied_and_counted_in_milliseconds() -> None:
    found = cues_from([GOOD, {"start": 0, "end": 0.5, "text": "b"}])
    assert found == [Cue(0, 500, "b"), Cue(1000, 2000, "<i>a</i>", "line:0", "one")]
    assert cues_from([]) == []


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("x", "cues.1", "invalid"),
        (GOOD | {"colour": "red"}, "cues.1", "invalid"),
        (GOOD | {"start": "1"}, "cues.1.start", "time"),
        (GOOD | {"start": True}, "cues.1.start", "time"),
        (GOOD | {"start": -1}, "cues.1.start", "time"),
        (GOOD | {"end": float("nan")}, "cues.1.end", "time"),
        (GOOD | {"end": float("inf")}, "cues.1.end", "time"),
        (GOOD | {"end": 10**400}, "cues.1.end", "time"),
        (GOOD | {"end": 4_000_000}, "cues.1.end", "time"),
        (GOOD | {"end": 1.0001}, "cues.1.end", "end_before_start"),
        (GOOD | {"text": "<i> </i>"}, "cues.1.text", "empty_cue"),
        (GOOD | {"text": "x" * 5_001}, "cues.1.text", "too_long"),
        (GOOD | {"text": 5}, "cues.1.text", "invalid"),
        (GOOD | {"settings": 5}, "cues.1.settings", "invalid"),
    ],
)
def test_a_cue_that_is_not_good_is_named_by_its_place(row: Any, field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        cues_from([GOOD, row])
    assert [(one.field, one.code) for one in refused.value.errors] == [(field, code)]


def test_too_many_wrong_ones_are_not_all_told() -> None:
    with pytest.raises(InvalidInput) as refused:
        cues_from(["x"] * 1_000)
    assert len(refused.value.errors) == 50


def test_only_a_list_of_cues_that_fits_is_taken() -> None:
    rows: Any
    for rows in (None, {}, "x"):
        with pytest.raises(InvalidInput):
            cues_from(rows)
    with pytest.raises(CaptionTooLarge):
        cues_from([GOOD] * (MOST_CUES + 1))

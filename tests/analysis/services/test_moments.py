"""What engines find, as rows."""

import pytest

from analysis.engines import Box, Face, Finding, Flag, Hash, Label, Quality, Result, Shot, Sound, Speech, Text
from analysis.models import Analysis
from analysis.services import moments
from assets.models import Asset

BOX = Box(0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize(
    ("finding", "row"),
    [
        (
            Speech(1, 2, 0.5, "hello", "A", "en"),
            {"kind": "speech", "text": "hello", "speaker": "A", "language": "en"},
        ),
        (Text(1, 2, 0.5, "EXIT", "en", BOX), {"kind": "text", "text": "EXIT", "box": [0.1, 0.2, 0.3, 0.4]}),
        (Label(1, 2, 0.5, "Dog", "Animal", BOX), {"kind": "label", "label": "Dog", "parent": "Animal"}),
        (Label(1, 2, 0.5, "x" * 300), {"label": "x" * 200, "box": None}),
        (Flag(1, 2, 0.5, "Smoking", "Tobacco"), {"kind": "moderation", "label": "Smoking"}),
        (
            Face(1, 2, 0.5, BOX, "Lina", {"smile": 1}),
            {"kind": "face", "label": "Lina", "detail": {"smile": 1}},
        ),
        (Shot(1, 2, 0.5), {"kind": "shot", "label": "", "text": ""}),
        (Sound(1, 2, 0.5, "Applause"), {"kind": "sound", "label": "Applause"}),
        (Quality(1, 2, 0.5, "freeze"), {"kind": "quality", "label": "freeze"}),
    ],
)
def test_each_finding_is_a_moment(finding: Finding, row: dict[str, object]) -> None:
    (found,) = moments.rows_of(Analysis(), Asset(), Result((finding,)))
    assert (found.start, found.end, found.confidence) == (1, 2, 0.5)
    assert {name: getattr(found, name) for name in row} == row


def test_what_has_rows_of_its_own_is_neither_a_moment_nor_in_the_summary() -> None:
    sound = {"method": "chromaprint", "seconds_each": 0.124, "values": "000000ff"}
    result = Result((Hash(0.0, 1.0, value=255),), summary={"method": "dhash64", "hashes": 1, "sound": sound})
    assert list(moments.rows_of(Analysis(), Asset(), result)) == []
    kept = {"method": "dhash64", "hashes": 1, "sound": {"method": "chromaprint", "seconds_each": 0.124}}
    assert moments.summary_of(result) == kept

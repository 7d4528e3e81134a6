"""The stand-in for Rekognition refuses what the service would refuse, also where boto lets it pass."""

from typing import Any

import pytest

from tests.rekognition import Refusal, Rekognition, checked, model

FILM = {"S3Object": {"Bucket": "films", "Name": "a.mp4"}}
SHOTS = {"Video": FILM, "SegmentTypes": ["SHOT"], "ClientRequestToken": "one-shots"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"Filters": {"ShotFilter": {"MinSegmentConfidence": 101.0}}},
        {"Filters": {"ShotFilter": {"MinSegmentConfidence": 40.0}}},
        {"ClientRequestToken": "one shots"},
        {"ClientRequestToken": "a" * 65},
        {"SegmentTypes": ["SHOT", "SCENE"]},
        {"Wishes": []},
    ],
)
def test_what_the_service_does_not_take_is_refused(wrong: dict[str, Any]) -> None:
    shape = model().operation_model("StartSegmentDetection").input_shape
    assert checked(SHOTS, shape) == SHOTS
    with pytest.raises(AssertionError):
        checked(SHOTS | wrong, shape)


def test_a_page_has_no_more_than_it_may() -> None:
    shape = model().operation_model("GetLabelDetection").input_shape
    told = {"JobId": "1", "SortBy": "TIMESTAMP"}
    assert checked(told, shape)
    with pytest.raises(AssertionError):
        checked(told | {"SortBy": "SIZE"}, shape)


def test_a_token_begins_one_kind_of_work() -> None:
    service = Rekognition()
    first = service._answer("StartSegmentDetection", SHOTS)
    assert service._answer("StartSegmentDetection", dict(SHOTS)) == first
    with pytest.raises(Refusal) as refused:
        service._answer("StartSegmentDetection", SHOTS | {"SegmentTypes": ["TECHNICAL_CUE"]})
    assert refused.value.code == "IdempotentParameterMismatchException"

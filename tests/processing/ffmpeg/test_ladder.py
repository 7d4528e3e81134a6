"""Rungs fit into the source and never above it."""

from dataclasses import replace

import pytest

from processing.ffmpeg.ladder import STANDARD, WEAK_NETWORK, Ladder, Rung, plan
from processing.ffmpeg.media import VideoStream
from tests.processing.ffmpeg.conftest import probed


def picture(width: int, height: int, rate: float = 25.0) -> VideoStream:
    video = probed("plain.mp4").video
    assert video is not None
    return replace(video, display_width=width, display_height=height, frame_rate=rate)


def sizes(rungs: tuple[Rung, ...]) -> list[tuple[str, int, int]]:
    return [(rung.quality, rung.width, rung.height) for rung in rungs]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ((1920, 1080), [("1080p", 1920, 1080), ("720p", 1280, 720), ("480p", 854, 480), ("360p", 640, 360)]),
        ((3840, 2160), [("1080p", 1920, 1080), ("720p", 1280, 720), ("480p", 854, 480), ("360p", 640, 360)]),
        ((1920, 800), [("1080p", 1920, 800), ("720p", 1280, 534), ("480p", 854, 356), ("360p", 640, 266)]),
        ((1080, 1920), [("1080p", 1080, 1920), ("720p", 720, 1280), ("480p", 480, 854), ("360p", 360, 640)]),
        ((1440, 1080), [("1080p", 1440, 1080), ("720p", 960, 720), ("480p", 640, 480), ("360p", 480, 360)]),
        ((1280, 720), [("720p", 1280, 720), ("480p", 854, 480), ("360p", 640, 360)]),
        ((640, 360), [("360p", 640, 360)]),
        ((321, 241), [("240p", 320, 240)]),
        ((240, 426), [("240p", 240, 426)]),
        ((2, 2), [("2p", 2, 2)]),
        ((1, 1), [("2p", 2, 2)]),
    ],
)
def test_plan(source: tuple[int, int], expected: list[tuple[str, int, int]]) -> None:
    assert sizes(plan(picture(*source))) == expected


@pytest.mark.parametrize("width", [357, 500, 641, 853, 1001, 1279, 1919, 2500])
@pytest.mark.parametrize("height", [99, 359, 481, 719, 1081, 2161])
def test_even_and_never_above_the_source(width: int, height: int) -> None:
    rungs = plan(picture(width, height), WEAK_NETWORK)
    assert rungs
    for rung in rungs:
        assert rung.width % 2 == rung.height % 2 == 0
        assert rung.width <= width
        assert rung.height <= height
        # The shape stays: within the rounding of both sides to even numbers.
        assert abs(rung.width / width - rung.height / height) <= 2 / width + 2 / height
    assert len({rung.quality for rung in rungs}) == len(rungs)


def test_many_frames_may_take_more_bits() -> None:
    assert plan(picture(1280, 720, 60))[0].max_rate > plan(picture(1280, 720, 30))[0].max_rate


def test_a_preset_goes_through_json() -> None:
    for ladder in (STANDARD, WEAK_NETWORK):
        assert Ladder.from_data(ladder.as_data()) == ladder
    with pytest.raises(ValueError, match="level"):
        Ladder.from_data({"levels": []})
    assert Ladder.from_data({"levels": STANDARD.as_data()["levels"]}) == STANDARD

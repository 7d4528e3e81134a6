"""Which pictures are wanted follows from length, rate and shape of a film."""

from dataclasses import replace

import pytest

from processing.ffmpeg import seeklist
from processing.ffmpeg.media import Probe, VideoStream
from tests.processing.ffmpeg.conftest import probed


def film(seconds: float, *, rate: float = 25.0) -> tuple[Probe, VideoStream]:
    """The facts of a film of a length."""
    known = probed("plain.mp4")
    assert known.video is not None
    video = replace(known.video, duration=seconds, frame_rate=rate)
    return replace(known, duration=seconds, video=video), video


@pytest.mark.parametrize(
    ("seconds", "tiles", "each", "layout", "sheets"),
    [
        (0.04, 1, 1.0, (1, 1), 1),
        (6.0, 6, 1.0, (6, 1), 1),
        (25.0, 25, 1.0, (10, 3), 1),
        (600.0, 100, 6.0, (10, 10), 1),
        (1000.0, 100, 10.0, (10, 10), 1),
        (3600.0, 360, 10.0, (10, 10), 4),
        (36_000.0, 1000, 36.0, (10, 10), 10),
    ],
)
def test_tiles_follow_the_length(
    seconds: float, tiles: int, each: float, layout: tuple[int, int], sheets: int
) -> None:
    board = seeklist.grid(*film(seconds))
    assert (board.tiles, board.seconds, board.sheets) == (tiles, each, sheets)
    assert (board.columns, board.rows) == layout


def test_a_tile_may_be_any_key_frame_of_its_time() -> None:
    probe, video = film(600.0)
    board = seeklist.grid(probe, video)
    wants = seeklist.tiles(probe, video, board)
    assert len(wants) == 100
    assert (wants[3].low, wants[3].high) == (18.0, 24.0)
    assert wants[3].time == pytest.approx(21.0, abs=0.05)
    assert not any(want.must for want in wants)


def test_stills_of_short_films_are_exact() -> None:
    wants = seeklist.thumbnails(*film(6.0), 10)
    assert [want.time for want in wants] == pytest.approx([0.3 + 0.6 * n for n in range(10)], abs=0.05)
    assert all(want.low == want.time == want.high and want.must for want in wants)


def test_stills_of_long_films_may_be_key_frames_nearby() -> None:
    wants = seeklist.thumbnails(*film(600.0), 10)
    assert (wants[0].low, wants[0].high) == pytest.approx((15, 45), abs=0.1)


def test_few_frames_give_few_stills() -> None:
    assert [want.time for want in seeklist.thumbnails(*film(0.08), 10)] == pytest.approx([0.02, 0.06])


def test_the_classic_poster_stands_at_seven_seconds() -> None:
    assert seeklist.classic_poster(*film(600.0)).time == 7.0
    assert seeklist.classic_poster(*film(4.0)).time == 2.0


def test_what_is_short_moves_whole_and_what_is_long_in_five_moments() -> None:
    (whole,) = seeklist.moments(*film(4.0))
    assert (whole.time, whole.count) == (0.0, 40)
    moments = seeklist.moments(*film(100.0))
    assert [want.time for want in moments] == pytest.approx([9.5, 29.5, 49.5, 69.5, 89.5])
    assert {want.count for want in moments} == {10}


def test_sizes_are_even_and_never_larger_than_the_film() -> None:
    probe, video = film(4.0)
    assert probe.video is video
    assert seeklist.fitted(video, 1280) == (320, 240)
    assert seeklist.fitted(video, 160) == (160, 120)
    upright = replace(video, display_width=720, display_height=1280)
    assert seeklist.fitted(upright, 160) == (90, 160)
    assert seeklist.of_width(video, 101) == (100, 76)
    assert seeklist.of_width(video, 9999) == seeklist.of_width(video, None) == (320, 240)


def test_there_is_one_list_by_time() -> None:
    probe, video = film(30.0)
    wants = seeklist.in_order([*seeklist.thumbnails(probe, video, 3), *seeklist.moments(probe, video)])
    assert [want.time for want in wants] == sorted(want.time for want in wants)

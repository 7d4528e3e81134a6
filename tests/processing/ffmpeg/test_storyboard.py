"""A player that reads the track finds for every second the tile that shows it."""

import re

from processing.ffmpeg.storyboard import Board, filled, track

BOARD = Board(tiles=25, seconds=2.0, duration=49.5, columns=4, rows=3, width=160, height=90, size=90_000)
_CUE = re.compile(
    r"(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})\n(\d+\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)\n"
)


def test_every_tile_has_a_cue_and_a_place_of_its_own() -> None:
    text = track(BOARD)
    assert text.startswith("WEBVTT\n\n")
    cues = [found.groups() for found in _CUE.finditer(text)]
    assert len(cues) == 25 and len({cue[6:] for cue in cues}) == 25
    ends = [int(cue[3]) * 3600 + int(cue[4]) * 60 + float(cue[5]) for cue in cues]
    begins = [int(cue[0]) * 3600 + int(cue[1]) * 60 + float(cue[2]) for cue in cues]
    assert begins == [2.0 * number for number in range(25)]
    assert ends == [*begins[1:], 49.5]
    assert cues[5][6:] == ("1.jpg", "160", "90", "160", "90")
    assert cues[24][6:] == ("3.jpg", "0", "0", "160", "90")


def test_hours_are_told() -> None:
    assert "01:00:00.000 --> 01:00:10.000" in track(
        Board(tiles=370, seconds=10.0, duration=3700.0, columns=10, rows=10, width=160, height=90, size=1)
    )


def test_sheets_and_what_they_take() -> None:
    assert BOARD.sheets == 3
    assert BOARD.sheet_seconds == 24.0
    assert BOARD.bandwidth == 14_546
    assert Board(**BOARD.as_data()) == BOARD


def test_a_neighbour_stands_in_for_a_tile_that_did_not_come() -> None:
    assert filled(5, {0: "a", 1: "b", 4: "e"}) == ["a", "b", "b", "e", "e"]
    assert filled(1, {0: "a"}) == ["a"]


def test_half_a_storyboard_is_none() -> None:
    assert filled(6, {0: "a", 1: "b"}) is None
    assert filled(1, {}) is None

"""Which key frames are captured: so many or so often, at real key frames where they are near."""

import pytest

from processing.ffmpeg.keyframes import MOST, Keyframes, nearest, times


def test_a_number_is_spread_evenly() -> None:
    assert times(Keyframes(count=4), 8.0) == [1.0, 3.0, 5.0, 7.0]


def test_one_for_so_many_seconds_begins_at_the_beginning() -> None:
    assert times(Keyframes(count=0, every=3.0), 8.0) == [0.0, 3.0, 6.0]


def test_a_long_film_has_no_more_than_the_most() -> None:
    found = times(Keyframes(count=0, every=1.0), 3600.0)
    assert len(found) == MOST
    assert found[-1] == pytest.approx(3600.0 - 36.0)


@pytest.mark.parametrize("wish", [Keyframes(count=3), Keyframes(count=0, every=60.0)])
def test_a_film_whose_length_nobody_knows_has_its_first(wish: Keyframes) -> None:
    assert times(wish, 0.0) == [0.0]


def test_near_key_frames_are_taken_each_once_and_times_where_none_is_near() -> None:
    assert nearest([1.0, 3.0, 5.0, 7.0], [0.0, 2.9, 3.2]) == [0.0, 2.9, 5.0, 7.0]
    assert nearest([1.0, 1.2], [1.1]) == [1.1]
    assert nearest([4.0], [0.0, 9.0]) == [0.0]
    assert nearest([1.0, 3.0], []) == [1.0, 3.0]


def test_a_part_of_what_is_said_suffices() -> None:
    assert Keyframes.from_data({"every": 10}) == Keyframes(count=0, every=10)
    assert Keyframes.from_data({"format": "webp"}) == Keyframes(format="webp")

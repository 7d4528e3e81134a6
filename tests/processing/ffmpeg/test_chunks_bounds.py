"""Bounds in time: every frame is in exactly one chunk, and all chunks begin where one pass forces a key frame."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.chunks_bounds import MOST_CHUNKS, Chunk, cut, frame_at, plan

RATES = [Fraction(25), Fraction(50), Fraction(24_000, 1001), Fraction(30_000, 1001), Fraction(60_000, 1001)]


def test_bounds_are_whole_segments_and_frames_follow_each_other() -> None:
    chunks = plan(200.0, Fraction(30_000, 1001), seconds=60, segment=4)
    assert [(chunk.number, chunk.begin, chunk.end) for chunk in chunks] == [
        (1, 0, 60),
        (2, 60, 120),
        (3, 120, None),
    ]
    assert [(chunk.first, chunk.stop) for chunk in chunks] == [(0, 1799), (1799, 3597), (3597, None)]


@given(
    duration=st.floats(1, 100_000),
    rate=st.sampled_from(RATES),
    seconds=st.integers(1, 600),
    segment=st.integers(1, 10),
)
def test_every_frame_is_in_one_chunk(duration: float, rate: Fraction, seconds: int, segment: int) -> None:
    chunks = plan(duration, rate, seconds=seconds, segment=segment)
    assert len(chunks) <= MOST_CHUNKS
    assert chunks[0].first == 0 and chunks[-1].stop is None
    assert all(before.stop == after.first for before, after in pairwise(chunks))
    assert all(chunk.begin % segment == 0 for chunk in chunks)
    # What is left for the last one is neither nothing nor much more than the others have.
    length = chunks[0].end or duration
    assert duration - chunks[-1].begin >= min(length / 2, duration) - 1e-6
    assert duration - chunks[-1].begin <= max(length * 1.5, duration if len(chunks) == 1 else 0) + 1e-6


@pytest.mark.parametrize("rate", [*RATES, Fraction(49), Fraction(2997, 100)])
def test_a_frame_is_counted_as_the_encoder_counts(rate: Fraction) -> None:
    """ffmpeg multiplies frame numbers with a floating length."""
    length = rate.denominator / rate.numerator
    for second in range(0, 4000, 4):
        assert frame_at(rate, second) == next(
            n for n in range(max(0, int(second * rate) - 2), int(second * rate) + 3) if n * length >= second
        )


@pytest.mark.parametrize("rate", RATES)
def test_all_chunks_count_from_a_second_that_is_a_frame(rate: Fraction) -> None:
    for chunk in plan(7200, rate, seconds=60, segment=4):
        found = cut(chunk, seek=None, origin=0, duration=7200, segment=4)
        before = found.anchor * rate
        assert before.denominator == 1 and before + found.start == chunk.first
        assert 0 <= found.start < rate.numerator


def test_key_frames_are_those_of_one_pass() -> None:
    rate = Fraction(30_000, 1001)
    keys = [
        key
        for chunk in plan(100.0, rate, seconds=20, segment=4)
        for key in cut(chunk, seek=None, origin=0, duration=100.0, segment=4).keys
        if key < 100_000_000
    ]
    assert [round(Fraction(key, 1_000_000) * rate) for key in keys] == [
        frame_at(rate, second) for second in range(0, 100, 4)
    ]


def test_times_of_their_own_are_cut_in_ticks_from_the_first_picture() -> None:
    first, last = plan(16.0, None, seconds=8, segment=4)
    assert (first.first, last.first, first.frames) == (None, None, None)
    found = cut(first, seek=None, origin=4500, duration=16.0, segment=4)
    assert (found.start, found.stop, found.keys) == (4500, 724_500, (50_000, 4_050_000))
    assert cut(last, seek=6, origin=4500, duration=16.0, segment=4).stop is None


def test_a_chunk_is_the_same_after_a_way_through_json() -> None:
    for chunk in plan(30.0, Fraction(25), seconds=8, segment=4):
        assert Chunk.from_data(chunk.as_data()) == chunk

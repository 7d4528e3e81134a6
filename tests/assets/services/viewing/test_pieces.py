"""What is played is counted in pieces of five seconds, each once for a run."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.services.viewing.pieces import PIECE_SECONDS, Span, clipped, count


@pytest.mark.parametrize(
    ("start", "end", "pieces"),
    [
        (0, 12, {0, 5}),
        (0, 12.5, {0, 5, 10}),
        (2.5, 5, {0}),
        (2.6, 5, set()),
        (3, 9, {5}),
        (28, 31, {30}),  # the last piece is one second long
        (28, 30.4, set()),
        (7, 7, set()),
    ],
)
def test_a_piece_counts_when_half_of_it_was_played(start: float, end: float, pieces: set[int]) -> None:
    assert Span(start, end).covers(duration=31) == pieces


def test_a_run_that_comes_in_parts_counts_each_piece_once() -> None:
    first = count([Span(0, 8)], run=None, duration=60)
    assert (first.pieces, first.run) == ({0: 1, 5: 1}, Span(0, 8))
    second = count([Span(8.1, 14)], run=first.run, duration=60)
    assert (second.pieces, second.run) == ({10: 1}, Span(0, 14))
    assert second.seconds == pytest.approx(5.9)


def test_what_is_played_again_counts_again() -> None:
    found = count([Span(0, 10), Span(0, 10), Span(40, 45)], run=None, duration=60)
    assert found.pieces == {0: 2, 5: 2, 40: 1}
    assert found.run == Span(40, 45)


def test_what_lies_outside_or_could_not_be_played_is_cut_off() -> None:
    spans = [Span(50, 70), Span(20, 10), Span(0, 10)]
    assert clipped(spans, duration=60, allowed=100) == [Span(50, 60), Span(0, 10)]
    assert clipped(spans, duration=60, allowed=12) == [Span(50, 60), Span(0, 2)]
    assert clipped(spans, duration=60, allowed=0) == []


@given(
    st.lists(st.integers(min_value=1, max_value=1190), min_size=1, max_size=8),
    st.integers(min_value=1200, max_value=1250),
)
def test_however_a_run_is_cut_the_pieces_are_those_of_the_whole(tenths: list[int], last: int) -> None:
    edges = [tenth / 10 for tenth in sorted({0, *tenths, last})]
    total: dict[int, int] = {}
    run = None
    for start, stop in itertools.pairwise(edges):
        found = count([Span(start, stop)], run=run, duration=125)
        run = found.run
        for second, views in found.pieces.items():
            total[second] = total.get(second, 0) + views
    assert total == dict.fromkeys(Span(0, edges[-1]).covers(duration=125), 1)
    assert all(second % PIECE_SECONDS == 0 for second in total)

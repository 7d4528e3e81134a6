"""Ranges and validators by the letter of RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaportal.core.ranges import Span, Unsatisfiable, Validators, parse_ranges


@pytest.mark.parametrize(
    ("value", "spans"),
    [
        ("bytes=0-0", [Span(0, 0)]),
        ("bytes=0-99", [Span(0, 99)]),
        ("bytes=10-", [Span(10, 99)]),
        ("bytes=-10", [Span(90, 99)]),
        ("bytes=-1000", [Span(0, 99)]),
        ("bytes=50-1000", [Span(50, 99)]),
        ("bytes=0-1,5-6", [Span(0, 1), Span(5, 6)]),
        ("bytes= 50-59 ,\t0-9", [Span(50, 59), Span(0, 9)]),
        ("bytes=0-1,200-", [Span(0, 1)]),
        ("bytes=0-60,40-99", []),
        ("bytes=" + ",".join(["0-0"] * 16), [Span(0, 0)] * 16),
        ("bytes=" + ",".join(["0-0"] * 17), []),
        ("", []),
        ("bytes=", []),
        ("bytes=-", []),
        ("bytes=5-4", []),
        ("bytes=0-1,5-4", []),
        ("bytes=0-1,", []),
        ("lines=0-1", []),
        ("bytes=a-b", []),
        ("bytes=٠-١", []),
        ("bytes=0-" + "9" * 50, []),
    ],
)
def test_what_is_asked_for(value: str, spans: list[Span]) -> None:
    assert parse_ranges(value, 100) == spans


@pytest.mark.parametrize(
    ("value", "size"),
    [("bytes=100-", 100), ("bytes=100-,200-300", 100), ("bytes=-0", 100), ("bytes=0-0", 0), ("bytes=-5", 0)],
)
def test_what_cannot_be_given(value: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        parse_ranges(value, size)


@given(st.text(alphabet="bytes=0123456789-, ", max_size=30), st.integers(0, 10_000))
def test_parts_always_lie_inside(value: str, size: int) -> None:
    try:
        spans = parse_ranges(value, size)
    except Unsatisfiable:
        return
    assert all(0 <= span.first <= span.last < size for span in spans)
    assert sum(span.length for span in spans) <= size


STATE = Validators('"a-1"', 1_700_000_000.5)


@pytest.mark.parametrize(
    ("if_none_match", "if_modified_since", "unchanged"),
    [
        ('"a-1"', "", True),
        ('W/"a-1"', "", True),
        ('"x", "a-1"', "", True),
        ("*", "", True),
        ('"x"', "", False),
        ('"x"', "Tue, 14 Nov 2023 22:13:20 GMT", False),
        ("", "Tue, 14 Nov 2023 22:13:20 GMT", True),
        ("", "Tue, 14 Nov 2023 22:13:19 GMT", False),
        ("", "yesterday", False),
        ("", "", False),
    ],
)
def test_conditions(if_none_match: str, if_modified_since: str, unchanged: bool) -> None:
    assert STATE.unchanged(if_none_match, if_modified_since) is unchanged


@pytest.mark.parametrize(
    ("if_range", "allowed"),
    [
        ("", True),
        ('"a-1"', True),
        ('W/"a-1"', False),
        ('"x"', False),
        ("Tue, 14 Nov 2023 22:13:20 GMT", True),
        ("Tue, 14 Nov 2023 22:13:21 GMT", False),
    ],
)
def test_if_range(if_range: str, allowed: bool) -> None:
    assert STATE.range_allowed(if_range) is allowed


@pytest.mark.parametrize(
    ("if_match", "if_unmodified_since", "fails"),
    [
        ("", "", False),
        ('"a-1"', "", False),
        ('"x", "a-1"', "", False),
        ("*", "", False),
        ('"x"', "", True),
        ('W/"a-1"', "", True),
        ('"a-1"', "Tue, 14 Nov 2000 22:13:19 GMT", False),
        ("", "Tue, 14 Nov 2023 22:13:20 GMT", False),
        ("", "Tue, 14 Nov 2023 22:13:19 GMT", True),
        ("", "yesterday", False),
    ],
)
def test_what_was_asked_for_must_be_this_state(if_match: str, if_unmodified_since: str, fails: bool) -> None:
    assert STATE.fails(if_match, if_unmodified_since) is fails

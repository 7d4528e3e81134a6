"""Ranges and validators by the letter of RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaportal.core.ranges import Span, Unsatisfiable, Validators, parse_range


@pytest.mark.parametrize(
    ("value", "span"),
    [
        ("bytes=0-0", Span(0, 0)),
        ("bytes=0-99", Span(0, 99)),
        ("bytes=10-", Span(10, 99)),
        ("bytes=-10", Span(90, 99)),
        ("bytes=-1000", Span(0, 99)),
        ("bytes=50-1000", Span(50, 99)),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٠-١", None),
        ("bytes=0-" + "9" * 50, None),
    ],
)
def test_what_is_asked_for(value: str, span: Span | None) -> None:
    assert parse_range(value, 100) == span


@pytest.mark.parametrize(
    ("value", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-0", 0), ("bytes=-5", 0)]
)
def test_what_cannot_be_given(value: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        parse_range(value, size)


@given(st.text(alphabet="bytes=0123456789-, ", max_size=30), st.integers(0, 10_000))
def test_a_part_always_lies_inside(value: str, size: int) -> None:
    try:
        span = parse_range(value, size)
    except Unsatisfiable:
        return
    if span:
        assert 0 <= span.first <= span.last < size


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

"""Times, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaportal.core.captions import times
from mediaportal.core.captions.cues import LATEST


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:00:01,000", 1_000),
        ("1:02:03.5", 3_723_500),
        ("02:03.045", 123_045),
        ("0:00:01.50", 1_500),
        (" 100:00:00.000 ", 360_000_000),
        ("٠٠:٠٠:٠١,٥٠٠", 1_500),
        ("00:00:01.123456789", 1_123),
        ("00:60:00.000", None),
        ("00:00:61.000", None),
        ("1000:00:00.000", None),
        ("9999999:00:00.000", None),
        ("-00:00:01.000", None),
        ("12", None),
        ("", None),
    ],
)
def test_parse(text: str, expected: int | None) -> None:
    assert times.parse(text) == expected


@given(st.integers(min_value=0, max_value=LATEST))
def test_what_is_written_is_read_again(milliseconds: int) -> None:
    assert times.parse(times.write(milliseconds)) == milliseconds


def test_more_than_ninety_nine_hours_are_written() -> None:
    assert times.write(LATEST) == "999:59:59.999"

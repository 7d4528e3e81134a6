"""Times, sizes and rates as the pages write them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assets.templatetags import portal


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, ""), (0.4, "0:00"), (7, "0:07"), (751, "12:31"), (3723, "1:02:03")]
)
def test_a_clock(seconds: float | None, shown: str) -> None:
    assert portal.clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, ""), (0.44, "0.4 s"), (42, "42 s"), (200, "3 min 20 s"), (7800, "2 h 10 min")],
)
def test_a_span(seconds: float | None, shown: str) -> None:
    assert portal.span(seconds) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(0.2, "1 s"), (357, "6 min"), (7800, "2 h 10 min")])
def test_an_estimate_is_round(seconds: float, shown: str) -> None:
    assert portal.roughly(seconds) == shown


@pytest.mark.parametrize(("bits", "shown"), [(None, ""), (128_000, "128 kbit/s"), (6_240_000, "6.2 Mbit/s")])
def test_a_bit_rate(bits: int | None, shown: str) -> None:
    assert portal.bit_rate(bits) == shown


def test_a_moment_is_near_or_a_date() -> None:
    assert portal.when(timezone.now() - timedelta(hours=3)) == "3 hours ago"
    assert str((timezone.now() - timedelta(days=500)).year) in portal.when(
        timezone.now() - timedelta(days=500)
    )

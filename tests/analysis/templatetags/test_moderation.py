"""How severities, times and shares are written."""

import pytest

from analysis.rules.agreement import kappa, share
from analysis.templatetags import moderation


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (40.0, "40 s"),
        (-400.0, "7 min"),
        (7800.0, "2 h 10 min"),
        (0.0, "0 s"),
        (100_000.0, "28 h"),
        (200_000.0, "2 days"),
    ],
)
def test_times_are_as_long_as_cases_take(seconds: float | None, text: str) -> None:
    assert moderation.lasting(seconds) == text


def test_shares_come_with_their_interval() -> None:
    assert moderation.share_of(share(81, 263)) == "31 % (26–37 %)"
    assert moderation.share_of(None) == moderation.percent(None) == moderation.hundredths(None) == "–"


def test_kappa_is_a_dash_where_it_says_nothing() -> None:
    assert moderation.kappa_of(kappa([[75, 1, 4], [5, 4, 1], [0, 0, 10]])) == "0.68 (0.50 to 0.85)"
    assert moderation.kappa_of(kappa([[5, 0], [0, 0]])) == moderation.kappa_of(None) == "–"


def test_a_severity_is_an_icon_and_a_word() -> None:
    for value, word in ((1, "Low"), (2, "Medium"), (3, "High"), (4, "Critical")):
        text = moderation.severity_mark(value)
        assert f'data-severity="{value}"' in text and "<svg" in text and f"<span>{word}</span>" in text

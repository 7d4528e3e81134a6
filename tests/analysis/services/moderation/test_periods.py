"""A period takes in its first and its last day, and cannot be told wrongly."""

from datetime import UTC, date, datetime

import pytest

from analysis.services.moderation.periods import Period
from mediaportal.core.problems import InvalidInput


def test_both_days_are_counted_in() -> None:
    found = Period.between(date(2026, 3, 1), date(2026, 3, 2))
    assert found.since == datetime(2026, 3, 1, tzinfo=UTC)
    assert found.until == datetime(2026, 3, 3, tzinfo=UTC)
    assert found.days() == [date(2026, 3, 1), date(2026, 3, 2)]
    assert found.weeks() == [date(2026, 2, 23), date(2026, 3, 2)]
    assert found.of("at") == {"at__gte": found.since, "at__lt": found.until}


def test_thirty_days_are_meant_when_nothing_is_told() -> None:
    found = Period.between(None, None)
    assert (found.until - found.since).days == 30
    assert len(Period.last(7).days()) in {7, 8}


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 3, 2), date(2026, 3, 1)), (date(2020, 1, 1), date(2026, 1, 1)), (date(9000, 1, 1), None)],
)
def test_what_ends_before_it_begins_or_is_too_long_is_refused(first: date, last: date | None) -> None:
    with pytest.raises(InvalidInput):
        Period.between(first, last)

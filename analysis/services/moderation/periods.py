"""The time over which numbers are gathered."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from mediaportal.core.problems import FieldProblem, InvalidInput

CHOICES = (7, 30, 90)
"""What the dashboard offers, in days."""
LONGEST = 731


@dataclass(frozen=True)
class Period:
    """From `since` on until before `until`."""

    since: datetime
    until: datetime

    @classmethod
    def last(cls, days: int) -> "Period":
        """The last days, today as far as it has come."""
        now = timezone.now()
        return cls(now - timedelta(days=days), now)

    @classmethod
    def between(cls, first: date | None, last: date | None) -> "Period":
        """From one day to another, both counted in, by UTC; thirty days when the first is not told, until now when the
        last is not. Raises `InvalidInput` for one that ends before it begins, or is longer than two years.
        """
        now = timezone.now()
        until = now if last is None else datetime.combine(last, time.min, UTC) + timedelta(days=1)
        since = until - timedelta(days=30) if first is None else datetime.combine(first, time.min, UTC)
        if not since < until <= since + timedelta(days=LONGEST):
            said = _("A period begins before it ends, and takes two years at most.")
            raise InvalidInput(said, errors=[FieldProblem("from", "invalid", said)])
        return cls(since, until)

    def of(self, column: str) -> dict[str, datetime]:
        """What `filter` takes for the rows whose `column` lies in it."""
        return {f"{column}__gte": self.since, f"{column}__lt": self.until}

    def days(self) -> list[date]:
        """Its days by UTC, the first one first."""
        first, last = (
            self.since.astimezone(UTC).date(),
            (self.until - timedelta(microseconds=1)).astimezone(UTC).date(),
        )
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def weeks(self) -> list[date]:
        """The Mondays of its weeks by UTC, the first one first."""
        return sorted({day - timedelta(days=day.weekday()) for day in self.days()})

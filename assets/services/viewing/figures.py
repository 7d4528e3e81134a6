"""What was watched, for those who may change an asset: days, and the curve of what is seen of it."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from assets import access
from assets.models import Asset, RetentionCell, ViewDay
from assets.services.viewing.pieces import PIECE_SECONDS
from mediaportal.core.problems import NotPermitted

DAYS = 30
_MOST_PIECES = 24 * 3600 // PIECE_SECONDS


@dataclass(frozen=True)
class Day:
    """One day (UTC); `seconds` is what was watched, all viewers together."""

    day: date
    plays: int
    seconds: float
    quality_changes: int
    errors: int


@dataclass(frozen=True)
class Piece:
    """How often the piece that begins at `second` was played; `share` is that of `plays`, which may be above 1."""

    second: int
    views: int
    share: float


@dataclass(frozen=True)
class Figures:
    """What is known of the viewing of an asset. `plays` and `seconds` are sums over all time, `days` are the last
    thirty with those on which nothing was watched, `retention` is the whole asset in pieces.
    """

    plays: int
    seconds: float
    errors: int
    days: list[Day]
    retention: list[Piece]

    @property
    def mean_seconds(self) -> float:
        """How long a play lasts in the mean."""
        return self.seconds / self.plays if self.plays else 0.0


def figures_of(*, user: access.Caller, asset: Asset, today: date | None = None) -> Figures:
    """The figures of an asset, in two queries. Raises `NotPermitted` for those who may not change it."""
    if not access.can_change(user, asset):
        raise NotPermitted
    rows = {row.day: row for row in ViewDay.objects.filter(asset=asset)}
    plays = sum(row.plays for row in rows.values())
    last = today or timezone.now().date()
    shown = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return Figures(
        plays=plays,
        seconds=sum(row.seconds for row in rows.values()),
        errors=sum(row.errors for row in rows.values()),
        days=[_day(day, rows.get(day)) for day in shown],
        retention=_retention(asset, plays),
    )


def _day(day: date, row: ViewDay | None) -> Day:
    """A day as it is shown, also when nothing was watched."""
    if row is None:
        return Day(day, 0, 0.0, 0, 0)
    return Day(day, row.plays, row.seconds, row.quality_changes, row.errors)


def _retention(asset: Asset, plays: int) -> list[Piece]:
    """Every piece of an asset, also those that nobody has played."""
    views = dict(RetentionCell.objects.filter(asset=asset).values_list("second", "views"))
    length = asset.duration or (max(views) + PIECE_SECONDS if views else 0)
    count = min(math.ceil(length / PIECE_SECONDS), _MOST_PIECES)
    return [
        Piece(second, views.get(second, 0), views.get(second, 0) / plays if plays else 0.0)
        for second in range(0, count * PIECE_SECONDS, PIECE_SECONDS)
    ]

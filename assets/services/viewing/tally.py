"""The sums of what was watched: days and pieces, each raised by one statement."""

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from assets.services.viewing.pieces import Counted

_DAY = """
    INSERT INTO assets_viewday AS known (asset_id, day, plays, seconds, quality_changes, errors)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (asset_id, day) DO UPDATE SET
        plays = known.plays + EXCLUDED.plays,
        seconds = known.seconds + EXCLUDED.seconds,
        quality_changes = known.quality_changes + EXCLUDED.quality_changes,
        errors = known.errors + EXCLUDED.errors
"""
# In one order always, so that no two reports wait for each other.
_PIECES = """
    INSERT INTO assets_retentioncell AS known (asset_id, second, views)
    SELECT %s, second, views FROM unnest(%s::int[], %s::int[]) AS new (second, views) ORDER BY second
    ON CONFLICT (asset_id, second) DO UPDATE SET views = known.views + EXCLUDED.views
"""


def add(*, asset_id: UUID, plays: int, counted: Counted, quality_changes: int, errors: int) -> None:
    """Add what a report tells to the day (UTC) and to the pieces of an asset; nothing for nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        if plays or counted.seconds or quality_changes or errors:
            day = timezone.now().date()
            cursor.execute(_DAY, [asset_id, day, plays, counted.seconds, quality_changes, errors])
        if counted.pieces:
            seconds = sorted(counted.pieces)
            cursor.execute(_PIECES, [asset_id, seconds, [counted.pieces[second] for second in seconds]])

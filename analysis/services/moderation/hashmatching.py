"""Comparing with the hash lists: the bytes of what comes in, and pictures as they are taken. Of pictures, at most
eight of 64 bits may differ.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from analysis.models import HashEntry, HashHit, HashKind, MatchKind
from analysis.services import fingerprints
from analysis.services.alignment import tells_something
from assets.models import Asset

_BITS, _MOST_APART = 64, 8
_AT_ONCE = 500
_NEAR_ENTRIES = """
SELECT n.place, e.id, e.value
FROM unnest(%s::int[], %s::text[]) AS n(place, near)
JOIN analysis_hashentry e ON e.keys && n.near::int[]
JOIN analysis_hashlist l ON l.id = e.hash_list_id AND l.is_active
"""
Hit = tuple[UUID, int, float, float | None]
"""An asset, an entry, the score, and the second at which it is seen."""


def match_bytes(*, asset: Asset) -> bool:
    """Whether the bytes of an asset are on a list in use; that is written down. Nothing is known of bytes that nobody
    has read. Must run in a transaction.
    """
    if not asset.sha256:
        return False
    listed = HashEntry.objects.filter(kind=HashKind.SHA256, value=asset.sha256, hash_list__is_active=True)
    return bool(write([(asset.pk, entry, 1.0, None) for entry in listed.values_list("pk", flat=True)]))


def match_pictures(*, asset: Asset, prints: Iterable[tuple[float, int]]) -> bool:
    """Whether pictures of an asset, hashes with their seconds, look like something on a list in use; that is written
    down.
    """
    told = [one for one in prints if tells_something(one[1])]
    hits: list[Hit] = []
    for first in range(0, len(told), _AT_ONCE):
        some = told[first : first + _AT_ONCE]
        for place, entry, value in near(_NEAR_ENTRIES, [value for _second, value in some]):
            second, seen = some[place]
            score = likeness(seen, int(value, 16))
            if score is not None:
                hits.append((asset.pk, entry, score, second))
    return bool(write(hits))


def match_fingerprint(*, asset: Asset) -> bool:
    """Whether something in the fingerprint that is shown of an asset looks like something on a list in use."""
    if not HashEntry.objects.filter(kind=HashKind.PICTURE, hash_list__is_active=True).exists():
        return False
    track = fingerprints.tracks_of([asset.pk], MatchKind.PICTURE).get(asset.pk)
    if track is None:
        return False
    prints = zip(track.times.tolist(), track.values.tolist(), strict=True)
    return match_pictures(asset=asset, prints=[(float(second), int(value)) for second, value in prints])


def near(query: str, values: Sequence[int], *further: str) -> list[Any]:
    """The rows that share a part with some of these hashes, or nearly; each begins with the place of the hash."""
    keys = ["{" + ",".join(map(str, fingerprints.near_keys(value))) + "}" for value in values]
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(query, [list(range(len(keys))), keys, *further])
        found: list[Any] = cursor.fetchall()
        return found


def likeness(one: int, other: int) -> float | None:
    """How alike two pictures are, from 0 to 1; None for those that are not."""
    apart = (one ^ other).bit_count()
    return 1.0 - apart / _BITS if apart <= _MOST_APART else None


def write(hits: Iterable[Hit]) -> set[UUID]:
    """Write hits down, the best of an asset and an entry; returns the assets."""
    best: dict[tuple[UUID, int], tuple[float, float | None]] = {}
    for asset, entry, score, second in hits:
        if score > best.get((asset, entry), (-1.0, None))[0]:
            best[asset, entry] = (score, second)
    known = HashHit.objects.filter(
        asset__in={asset for asset, _entry in best}, entry__in={entry for _asset, entry in best}
    )
    for row in known:
        if row.score >= best.get((row.asset_id, row.entry_id), (2.0, None))[0]:
            best[row.asset_id, row.entry_id] = (row.score, row.second)
    rows = [
        HashHit(asset_id=asset, entry_id=entry, score=score, second=second)
        for (asset, entry), (score, second) in best.items()
    ]
    HashHit.objects.bulk_create(
        rows,
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["asset", "entry"],
        update_fields=["score", "second"],
    )
    return {asset for asset, _entry in best}

"""Looking for what hash lists have in the library, in the background, when a list has grown."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from analysis.models import HashEntry, HashKind, HashList, MatchKind
from analysis.services.moderation import hashmatching, judging
from analysis.services.moderation.hashmatching import Hit
from assets.models import Asset

_AT_ONCE, _PARTS = 500, 20
_WORD = 1 << 64
_NEAR_MOMENTS = """
SELECT n.place, f.asset_id, f.start, f.values
FROM unnest(%s::int[], %s::text[]) AS n(place, near)
JOIN analysis_fingerprint f ON f.keys && n.near::int[] AND f.kind = %s
JOIN analysis_analysis a ON a.id = f.analysis_id AND a.is_current
"""


def search_library(*, list_id: UUID) -> int:
    """Match the library with what has been added to a list since it was last; what is on it is judged anew. Returns how
    many hashes were looked for: ten thousand at most, so that nothing else waits long for this worker; each part is
    kept when it is done, and the sweep goes on with the rest.
    """
    done = 0
    for _part in range(_PARTS):
        some = _search_some(list_id)
        done += some
        if some < _AT_ONCE:
            break
    return done


def catch_up() -> int:
    """Go on with lists whose hashes have not all been looked for in the library; returns how many there were."""
    grown = HashList.objects.raw(
        "SELECT l.id FROM analysis_hashlist l WHERE l.is_active AND EXISTS"
        " (SELECT 1 FROM analysis_hashentry e WHERE e.hash_list_id = l.id AND e.id > l.matched)"
    )
    waiting = [row.pk for row in grown]
    for pk in waiting:
        search_library(list_id=pk)
    return len(waiting)


@transaction.atomic
def _search_some(list_id: UUID) -> int:
    """Look for the next hashes of a list; returns how many: none while somebody else does."""
    row = (
        HashList.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(pk=list_id, is_active=True)
        .first()
    )
    if row is None:
        return 0
    left = HashEntry.objects.filter(hash_list=row, pk__gt=row.matched).order_by("pk")
    some = list(left[:_AT_ONCE])
    if not some:
        return 0
    hits = [*_with_bytes(some), *_with_pictures(some)]
    # First the assets and in one order, as whoever judges or decides does.
    mine = Asset.objects.select_for_update(of=("self",), no_key=True).filter(pk__in={hit[0] for hit in hits})
    list(mine.order_by("pk").values_list("pk"))
    judging.mark(asset_ids=hashmatching.write(hits))
    HashList.objects.filter(pk=row.pk).update(matched=some[-1].pk)
    return len(some)


def _with_bytes(entries: Sequence[HashEntry]) -> list[Hit]:
    """The assets with the very bytes."""
    exact = {entry.value: entry.pk for entry in entries if entry.kind == HashKind.SHA256}
    found = Asset.objects.filter(sha256__in=exact).values_list("pk", "sha256")
    return [(asset, exact[value], 1.0, None) for asset, value in found]


def _with_pictures(entries: Sequence[HashEntry]) -> list[Hit]:
    """The assets in whose fingerprint there is something alike."""
    pictures = [entry for entry in entries if entry.kind == HashKind.PICTURE]
    values = [int(entry.value, 16) for entry in pictures]
    hits: list[Hit] = []
    for place, asset, second, seen in hashmatching.near(_NEAR_MOMENTS, values, MatchKind.PICTURE):
        scores = [hashmatching.likeness(values[place], one % _WORD) for one in seen]
        best = max((score for score in scores if score is not None), default=None)
        if best is not None:
            hits.append((asset, pictures[place].pk, best, second))
    return hits

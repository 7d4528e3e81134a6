"""Near-duplicates and known works: an asset is compared with everything that has a fingerprint, and what is alike is
written down. Who is shown which of it is decided when it is read.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from analysis.models import Fingerprint, Match, MatchKind, ReferenceWork
from analysis.services import fingerprints
from analysis.services.alignment import Alignment, Track, align_images, align_pictures, align_sound
from analysis.signals import work_matched
from assets.models import Asset, Kind

_MOST_CANDIDATES = 40
# So short a medium is searched by what is near its hashes, too.
_SHORT = 64


def compare(*, asset_id: UUID) -> None:
    """Compare an asset with the library and with the protected works; what was found before is found anew.

    Tells of each protected work that it is alike to. Takes seconds for long films: nothing may be locked meanwhile.
    """
    asset = Asset.objects.filter(pk=asset_id, deleted_at=None).first()
    if asset is None:
        return
    found: list[tuple[str, Asset, Alignment]] = []
    for kind in (MatchKind.PICTURE, MatchKind.SOUND):
        track = fingerprints.tracks_of([asset.pk], kind).get(asset.pk)
        if track is not None:
            found += [(kind, other, where) for other, where in _alike(asset, kind, track)]
    _write(asset, found)


def _alike(asset: Asset, kind: str, track: Track) -> list[tuple[Asset, Alignment]]:
    """The assets that are alike in pictures or in sound, and where."""
    others = Asset.objects.filter(pk__in=_candidates(asset, kind, track), deleted_at=None)
    tracks = fingerprints.tracks_of([other.pk for other in others], kind)
    found = []
    for other in others:
        theirs = tracks.get(other.pk)
        where = _aligned(asset, other, kind, track, theirs) if theirs is not None else None
        if where is not None:
            found.append((other, where))
    return found


def _aligned(asset: Asset, other: Asset, kind: str, track: Track, theirs: Track) -> Alignment | None:
    """Where two assets are alike; an image is compared with images only."""
    if kind == MatchKind.SOUND:
        return align_sound(track, theirs)
    if Kind.IMAGE in {asset.kind, other.kind}:
        if asset.kind != other.kind:
            return None
        return align_images(int(track.values[0]), int(theirs.values[0]))
    return align_pictures(track, theirs)


def _candidates(asset: Asset, kind: str, track: Track) -> list[UUID]:
    """The assets that have most seconds with a key of this track."""
    near = (
        Fingerprint.objects.filter(keys__overlap=_keys(kind, track), kind=kind, analysis__is_current=True)
        .exclude(asset=asset)
        .values("asset")
        .annotate(seconds=Count("id"))
        .order_by("-seconds", "asset")
    )
    return list(near.values_list("asset", flat=True)[:_MOST_CANDIDATES])


def _keys(kind: str, track: Track) -> list[int]:
    """What is searched for."""
    values: Sequence[int] = track.values.tolist()
    if kind == MatchKind.SOUND:
        return fingerprints.sound_keys(values)
    keys_of = fingerprints.near_keys if len(values) <= _SHORT else fingerprints.picture_keys
    return sorted({key for value in set(values) for key in keys_of(value)})


@transaction.atomic
def _write(asset: Asset, found: Sequence[tuple[str, Asset, Alignment]]) -> None:
    """Write the matches of an asset down in place of those that there were, and tell of protected works."""
    # In one order, so that two that compare at once take turns.
    sides = sorted({asset.pk, *(other.pk for _kind, other, _where in found)})
    list(Asset.objects.select_for_update(of=("self",)).filter(pk__in=sides).order_by("pk"))
    known = {(m.asset_id, m.other_id, m.kind) for m in Match.objects.of(asset).exclude(work=None)}
    Match.objects.of(asset).delete()
    works = {work.asset_id: work for work in ReferenceWork.objects.filter(asset__in=sides)}
    for kind, other, where in found:
        match = _match(asset, other, kind, where, works)
        match.save(force_insert=True)
        if match.work is not None and (match.asset_id, match.other_id, match.kind) not in known:
            work_matched.send(sender=Match, match=match)


def _match(
    asset: Asset, other: Asset, kind: str, where: Alignment, works: dict[UUID, ReferenceWork]
) -> Match:
    """A match, not saved yet; a protected work is the other one, whichever of the two came later."""
    offset, speed, spans = where.offset, where.speed, [list(span) for span in where.spans]
    if asset.pk in works and other.pk not in works:
        asset, other = other, asset
        offset, speed = round(-offset / speed, 3), round(1 / speed, 4)
        spans = [[c, d, a, b] for a, b, c, d in spans]
    return Match(
        asset=asset,
        other=other,
        work=works.get(other.pk),
        kind=kind,
        start=min(span[0] for span in spans),
        end=max(span[1] for span in spans),
        other_start=min(span[2] for span in spans),
        other_end=max(span[3] for span in spans),
        offset=offset,
        speed=speed,
        score=min(1.0, max(0.0, where.score)),
        spans=spans,
    )

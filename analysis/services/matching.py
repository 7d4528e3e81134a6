"""Near-duplicates and known works: an asset is compared with everything that has a fingerprint, and what is alike is
written down. Who is shown which of it is decided when it is read.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from analysis.models import Analysis, Fingerprint, Match, MatchKind, ReferenceWork, Type
from analysis.services import fingerprints
from analysis.services.alignment import Alignment, Track, align_images, align_pictures, align_sound
from analysis.services.moderation import hashmatching
from analysis.signals import fingerprint_compared, work_matched
from assets.models import Asset, Kind

logger = logging.getLogger(__name__)
_MOST_CANDIDATES = 40
_SEEN_TO = timedelta(minutes=5)
_AT_ONCE = 20
# So short a medium is searched by what is near its hashes, too.
_SHORT = 64


def compare(*, asset_id: UUID) -> None:
    """Compare an asset with the library, the protected works and the hash lists; what was found before is found anew.

    Tells of each protected work that it is alike to. Takes seconds for long films: nothing may be locked meanwhile.
    """
    asset = Asset.objects.filter(pk=asset_id, deleted_at=None).first()
    if asset is None:
        return
    rows = Analysis.objects.filter(asset=asset, type=Type.FINGERPRINT).current()
    analyses = list(rows.values_list("pk", flat=True))
    found: list[tuple[str, Asset, Alignment]] = []
    compared: dict[str, list[UUID] | None] = {}
    for kind in (MatchKind.PICTURE, MatchKind.SOUND):
        track = fingerprints.tracks_of([asset.pk], kind).get(asset.pk)
        compared[kind] = None if track is None else _candidates(asset, kind, track)
        if track is not None:
            found += [
                (kind, other, where) for other, where in _alike(asset, kind, track, compared[kind] or [])
            ]
    hashmatching.match_fingerprint(asset=asset)
    _write(asset, found, compared, analyses)


def catch_up() -> int:
    """Compare what is still to be compared: its worker has died since it was completed, or it has come back from the
    trash. Returns how many there were; one that cannot be compared does not stop the others.
    """
    left = Analysis.objects.filter(
        type=Type.FINGERPRINT,
        compared_at=None,
        completed_at__lt=timezone.now() - _SEEN_TO,
        asset__deleted_at=None,
    ).current()
    # In no order, so that those which always fail do not stand before all others.
    found = list(left.order_by("?").values_list("asset", flat=True)[:_AT_ONCE])
    for asset_id in found:
        try:
            compare(asset_id=asset_id)
        except Exception:  # whatever it is, it is that asset's alone
            logger.exception("the fingerprint of %s could not be compared", asset_id)
    return len(found)


def forget(*, asset: Asset) -> None:
    """Let an asset be compared anew once it is back from the trash: meanwhile nothing is compared with it."""
    Analysis.objects.filter(asset=asset, type=Type.FINGERPRINT).update(compared_at=None)


def _alike(
    asset: Asset, kind: str, track: Track, candidates: Sequence[UUID]
) -> list[tuple[Asset, Alignment]]:
    """Those of the candidates that are alike in pictures or in sound, and where."""
    others = Asset.objects.filter(pk__in=candidates, deleted_at=None)
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
    """The assets that have most seconds with a key of this track; the protected works among them by a list of their
    own, which others that share an intro do not fill.
    """
    near = (
        Fingerprint.objects.filter(keys__overlap=_keys(kind, track), kind=kind, analysis__is_current=True)
        .filter(asset__deleted_at=None)
        .exclude(asset=asset)
        .values("asset")
        .annotate(seconds=Count("id"))
        .order_by("-seconds", "asset")
    )
    lists = (near.filter(asset__reference_work=None), near.filter(asset__reference_work__isnull=False))
    return [pk for one in lists for pk in one.values_list("asset", flat=True)[:_MOST_CANDIDATES]]


def _keys(kind: str, track: Track) -> list[int]:
    """What is searched for."""
    values: Sequence[int] = track.values.tolist()
    if kind == MatchKind.SOUND:
        return fingerprints.sound_keys(values)
    keys_of = fingerprints.near_keys if len(values) <= _SHORT else fingerprints.picture_keys
    return sorted({key for value in set(values) for key in keys_of(value)})


@transaction.atomic
def _write(
    asset: Asset,
    found: Sequence[tuple[str, Asset, Alignment]],
    compared: Mapping[str, Sequence[UUID] | None],
    analyses: Sequence[UUID],
) -> None:
    """Write the matches of an asset down in place of those that there were with what it was compared with, and tell of
    protected works.
    """
    # In one order, so that two that compare at once take turns.
    sides = sorted({asset.pk, *(other.pk for _kind, other, _where in found)})
    list(Asset.objects.select_for_update(of=("self",)).filter(pk__in=sides).order_by("pk"))
    known = {(m.asset_id, m.other_id, m.kind) for m in Match.objects.of(asset).exclude(work=None)}
    Match.objects.of(asset).filter(_outdated(compared)).delete()
    Analysis.objects.filter(pk__in=analyses).update(compared_at=timezone.now())
    works = {work.asset_id: work for work in ReferenceWork.objects.filter(asset__in=sides)}
    for kind, other, where in found:
        match = _match(asset, other, kind, where, works)
        match.save(force_insert=True)
        if match.work is not None and (match.asset_id, match.other_id, match.kind) not in known:
            work_matched.send(sender=Match, match=match)
    fingerprint_compared.send(sender=Asset, asset=asset)


def _outdated(compared: Mapping[str, Sequence[UUID] | None]) -> Q:
    """Which matches are found anew, or are of what is gone; what the other side has found stays otherwise."""
    gone = Q(asset__deleted_at__isnull=False) | Q(other__deleted_at__isnull=False)
    for kind, others in compared.items():
        # Without hashes of its own it is alike to nothing.
        anew = Q() if others is None else Q(asset__in=others) | Q(other__in=others)
        gone |= Q(kind=kind) & anew
    return gone


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

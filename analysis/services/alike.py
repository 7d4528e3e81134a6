"""What people see of matches: those of an asset that they may play, with what they may know of the other side."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from analysis.models import Match
from analysis.services import references
from assets import access
from assets.access import Caller
from assets.models import Asset


@dataclass(frozen=True)
class Side:
    """A match as it is seen from one asset. `other` is None where the caller knows of the protected work by its title
    only; `spans` are start and end here, then there. What is here at t is there at `offset` + `speed` × t.
    """

    match: Match
    other: Asset | None
    title: str
    offset: float
    speed: float
    spans: list[list[float]]


def of(*, asset: Asset, user: Caller) -> QuerySet[Match]:
    """The matches of an asset that this person may know of: both sides visible, or a protected work that the person's
    own asset is alike to. The caller has made sure that the asset may be played.
    """
    visible = Asset.objects.visible_to(user).values("pk")
    seen = Q(asset__in=visible, other__in=visible)
    if access.can_change(user, asset):
        seen |= Q(asset=asset, work__isnull=False)
    found = Match.objects.of(asset).filter(seen)
    if not references.may_keep(user):
        # A protected work that somebody could see by chance is still no part of the library for them.
        found = found.exclude(Q(work__isnull=False) & ~Q(asset=asset))
    return found.select_related("asset", "other", "work")


def side(match: Match, *, asset: Asset, user: Caller) -> Side:
    """A match as it is seen from one of its assets; expects both loaded."""
    mine = match.asset_id == asset.pk
    other = match.other if mine else match.asset
    shown = other if access.can_play(user, other) else None
    title = match.work.title if mine and match.work is not None else other.title
    if mine:
        return Side(match, shown, title, match.offset, match.speed, match.spans)
    turned = [[there, end_there, here, end_here] for here, end_here, there, end_there in match.spans]
    return Side(match, shown, title, round(-match.offset / match.speed, 3), round(1 / match.speed, 4), turned)

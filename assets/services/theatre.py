"""What a page gives its player beside the stage: the playback document, and where to ask, keep and report."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse

from assets import access
from assets.access import Visitor
from assets.models import Asset
from assets.services import embedding, links, sharing
from mediaportal.accounts.models import User


@dataclass(frozen=True)
class Theatre:
    """Addresses on this host, "" for what this viewer has not: `page_url` is the page that a link to a second leads to,
    `standing_url` tells an open page whether it may still show this, `embed_url` is the player for frames of other
    sites. `share` is the id of the share link by which somebody came, `views` is `VIEW_ANALYTICS`, and `rates` are the
    speeds to choose from.
    """

    playback: dict[str, Any]
    playback_url: str
    standing_url: str
    page_url: str
    position_url: str
    beacon_url: str
    share: str
    embed_url: str
    views: str
    rates: tuple[str, ...] = ("0.5", "0.75", "1", "1.25", "1.5", "1.75", "2")

    @property
    def document(self) -> str:
        """The playback document as JSON, for an attribute: what is fetched into a page loses its scripts."""
        return json.dumps(self.playback, cls=DjangoJSONEncoder)


def theatre_of(asset: Asset, *, user: access.Caller) -> Theatre:
    """What a player needs that shows this asset to this person. Expects prefetched variants."""
    page_url = reverse("asset", args=[asset.pk])
    playback_url, share = reverse("api-asset-playback", args=[asset.pk]), ""
    if isinstance(user, Visitor):
        page_url, share = sharing.path_of(user.link), str(user.link.pk)
        playback_url = f"{page_url}playback"
    # Of what is left of an asset the seconds are others.
    keeps = isinstance(user, User) and access.has_whole(user, asset)
    # Beside both of these pages, that of a link and that of an asset.
    standing_url = f"{page_url}standing"
    return Theatre(
        playback=links.playback(asset=asset, user=user),
        playback_url=playback_url,
        standing_url=standing_url,
        page_url=page_url,
        position_url=reverse("api-asset-position", args=[asset.pk]) if keeps else "",
        beacon_url=reverse("api-beacon"),
        share=share,
        embed_url=embedding.address_of(asset, user=user),
        views=settings.VIEW_ANALYTICS,
    )

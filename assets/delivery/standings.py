"""Whether a link is still good: one function answers for manifests, segments, files, keys and licences alike.

Every request asks `standing` whether the caller may still play the asset; the answer is remembered for at most
`CHECK_SECONDS`. Raising an epoch ends what was given out before.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import F

from assets import access, registry
from assets.delivery.tokens import Link
from assets.models import Asset, CutSet, ShareLink
from assets.services.names import asset_folder
from mediaportal.accounts.models import User

# What is taken away must have stopped after five seconds; the check itself takes its time too.
CHECK_SECONDS = 4.0
_REMEMBERED = 20_000
# What somebody may have beside a film with their name in it.
_STORYBOARDS = "thumbnails/"
_STILL = ("image/", "text/vtt")


@dataclass(frozen=True)
class Standing:
    """Whether somebody may play an asset now, and the epochs that links must carry. Who came by a link with a name in
    its pictures has of films and licences only what lies in the folders `own`, of which there are none while those are
    being made. Who must not have the whole of an asset has only what lies in the folder `only`.
    """

    may_play: bool
    may_download: bool
    asset_epoch: int
    epoch: int
    own: tuple[str, ...] | None = None
    only: str = ""

    def admits(self, link: Link) -> bool:
        """Whether this link may be used."""
        may = self.may_download if link.attachment else self.may_play
        same = (self.asset_epoch, self.epoch) == (link.asset_epoch, link.epoch)
        inside = link.scope.startswith(self.only)
        return may and same and inside and (self.own is None or self._is_own(link))

    def _is_own(self, link: Link) -> bool:
        """Whether a link leads to the film of its own or its licence, to stills or to text."""
        if link.folder:
            return link.scope in (self.own or ()) or link.scope.startswith(_STORYBOARDS)
        return link.mime_type.startswith(_STILL)


_REFUSED = Standing(False, False, 0, 0)


def standing(*, asset_id: UUID, user_id: UUID | None = None, share_id: UUID | None = None) -> Standing:
    """Ask the database about a person, about whoever came by a share link, or about somebody who is not signed in."""
    asset = Asset.objects.filter(pk=asset_id).first()
    caller = caller_of(user_id=user_id, share_id=share_id)
    if asset is None or caller is None:
        return _REFUSED
    if not access.has_whole(caller, asset):
        return _standing_of_cut(caller, asset)
    return Standing(
        access.can_play(caller, asset),
        access.can_download(caller, asset),
        asset.link_epoch,
        epoch_of(caller),
        _own_of(caller),
    )


def _standing_of_cut(caller: access.Caller, asset: Asset) -> Standing:
    """What somebody may have who must not have the whole: what is left of it, once that has been made."""
    found = cut_set_of(asset)
    if found is None or not access.can_play_cut(caller, asset):
        return _REFUSED
    folder = found.prefix.removeprefix(f"{asset_folder(asset.pk)}/")
    return Standing(
        True,
        access.can_keep_cut(caller, asset),
        asset.link_epoch,
        epoch_of(caller),
        only=f"{folder}/",
    )


def cut_set_of(asset: Asset) -> CutSet | None:
    """What has been made of an asset without exactly the parts that are taken out now; None while there is none."""
    return CutSet.objects.filter(asset=asset, parts=asset.cut).first() if asset.cut else None


def _own_of(caller: access.Caller) -> tuple[str, ...] | None:
    """The folders in its asset's of the set that was made for a visitor's link; None for whoever needs none."""
    if not isinstance(caller, access.Visitor) or not access.bears_name(caller):
        return None
    found = registry.burner().set_of(caller.link)
    if found is None:
        return ()
    folder = found.prefix.removeprefix(f"{asset_folder(caller.link.asset_id)}/")
    return f"{folder}/", f"packages/{found.id}/"


def caller_of(*, user_id: UUID | None = None, share_id: UUID | None = None) -> access.Caller | None:
    """Whom a link was made for, as they are now; None when there is no such person or share link any more."""
    if share_id is not None:
        share = ShareLink.objects.select_related("created_by").filter(pk=share_id).first()
        return access.Visitor(share) if share else None
    if user_id is not None:
        return User.objects.filter(pk=user_id, is_active=True).first()
    return AnonymousUser()


def epoch_of(user: access.Caller) -> int:
    """The epoch of a person or share link; nobody in particular has none."""
    if isinstance(user, access.Visitor):
        return user.link.link_epoch
    return user.link_epoch if isinstance(user, User) else 0


_Who = tuple[UUID, UUID | None, UUID | None]


def _who(link: Link) -> _Who:
    return link.asset_id, link.user_id, link.share_id


class StandingCache:
    """Remembers answers of `standing` for `CHECK_SECONDS`, the newest twenty thousand of them.

    Used from the event loop only, so it needs no lock.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[_Who, tuple[float, Standing]] = OrderedDict()

    def get(self, link: Link) -> Standing | None:
        """The remembered answer, or None when it must be asked again."""
        at, found = self._known.get(_who(link), (0.0, None))
        return found if found is not None and time.monotonic() - at < CHECK_SECONDS else None

    def put(self, link: Link, found: Standing, *, asked_at: float) -> None:
        """Remember an answer that was asked for at `asked_at` (monotonic seconds); not one that waits for a set, which
        may come at any moment.
        """
        if found.own == ():
            return
        self._known[_who(link)] = (asked_at, found)
        self._known.move_to_end(_who(link))
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def revoke_asset_links(*, asset: Asset) -> None:
    """End every link to an asset's files within `CHECK_SECONDS`; new ones can be made at once."""
    Asset.objects.filter(pk=asset.pk).update(link_epoch=F("link_epoch") + 1)
    asset.refresh_from_db(fields=["link_epoch"])


def revoke_share_links(*, share: ShareLink) -> None:
    """End every link that was given out through a share link within `CHECK_SECONDS`."""
    ShareLink.objects.filter(pk=share.pk).update(link_epoch=F("link_epoch") + 1)
    share.refresh_from_db(fields=["link_epoch"])


def revoke_user_links(*, user: User) -> None:
    """End every link that was made for a person within `CHECK_SECONDS`."""
    User.objects.filter(pk=user.pk).update(link_epoch=F("link_epoch") + 1)
    user.refresh_from_db(fields=["link_epoch"])

"""How people without an account come in by a share link, and what they are shown."""

from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from assets import access, registry
from assets.access import Visitor
from assets.exceptions import ShareLinkEnded, ShareNotReady, WrongPassword
from assets.models import Publication, ShareLink, Watermark
from mediaportal.core import tries
from mediaportal.core.problems import NotFound

# One link may be tried from many addresses; those who know its password must still get in while somebody guesses.
_LINK_FACTOR = 5


def visitor_of(link_id: UUID) -> Visitor:
    """Whoever holds this link, with its asset and the people of both in one query. Whether they have said its password
    is asked by `has_proof`.

    Raises `NotFound` for a link that nobody made, `ShareLinkEnded` (with its `reason`: withdrawn, expired or gone) when
    it has expired or was revoked or what it leads to is gone, and `ShareNotReady` while its asset is not published.
    """
    link = ShareLink.objects.with_standing().filter(pk=link_id).first()
    if link is None:
        raise NotFound
    visitor = Visitor(link)
    asset = link.asset
    if not visitor.admitted or asset.deleted_at is not None or asset.publication == Publication.BLOCKED:
        raise _ended(link)
    if not access.can_see(visitor, asset):
        raise _ended(link) if asset.publication == Publication.PUBLISHED else ShareNotReady
    return visitor


def _ended(link: ShareLink) -> ShareLinkEnded:
    """Why a link has ended, as far as whoever holds it may know."""
    if link.revoked_at is not None:
        return ShareLinkEnded(_("Whoever shared it has withdrawn it."), reason="withdrawn")
    if link.expires_at is not None and link.expires_at <= timezone.now():
        return ShareLinkEnded(_("Its time is over."), reason="expired")
    return ShareLinkEnded(_("What it led to is not shown any more."), reason="gone")


# --- Passwords ------------------------------------------------------------------------------------------------------
def prove(*, link: ShareLink, password: str, address: str) -> str:
    """What a browser is given to remember for somebody who knows the link's password.

    Raises `WrongPassword`, and `RateLimited` when there were more than `SIGN_IN_TRIES` in this minute from the
    address, or five times as many for the link.
    """
    tries.count(
        "share",
        ("address", address, settings.SIGN_IN_TRIES),
        ("link", str(link.pk), settings.SIGN_IN_TRIES * _LINK_FACTOR),
        detail=_("Too many tries. Wait a minute, then try again."),
    )
    if not check_password(password, link.password):
        raise WrongPassword
    return _proof(link)


def let_in(*, link_id: UUID, password: str, address: str) -> Visitor:
    """Whoever holds a link and says its password, where it has one: for programs, which keep no cookie. It counts as
    opening the link.

    Raises what `visitor_of` and `prove` raise.
    """
    visitor = visitor_of(link_id)
    if visitor.link.password:
        prove(link=visitor.link, password=password, address=address)
    note_use(visitor.link)
    return visitor


def has_proof(link: ShareLink, shown: str) -> bool:
    """Whether somebody has said the link's password, as it is now; where there is none nobody has to."""
    return not link.password or constant_time_compare(shown, _proof(link))


def _proof(link: ShareLink) -> str:
    """Bound to the link and to its password: another password makes it worthless."""
    return salted_hmac("assets.visiting", f"{link.pk}:{link.password}", algorithm="sha256").hexdigest()


def note_use(link: ShareLink) -> None:
    """Count that the link was opened."""
    ShareLink.objects.filter(pk=link.pk).update(uses=F("uses") + 1, last_used_at=timezone.now())


def preparing(user: access.Caller) -> Literal["", "pending", "failed"]:
    """Whether the pictures with the name of somebody's link are still to be made, or could not be; empty for everybody
    who has something to watch.
    """
    if not isinstance(user, Visitor) or not access.bears_name(user):
        return ""
    state = registry.burner().states([user.link])[user.link.pk].state
    return "" if state == "ready" else state


# --- Watermark ------------------------------------------------------------------------------------------------------
def watermark_of(user: access.Caller) -> dict[str, Any] | None:
    """What a player draws over the pictures for somebody: the name and the time (UTC) at which this was asked, at a
    place that moves; None for everybody but visitors whose link wants it.
    """
    if not isinstance(user, Visitor) or user.link.watermark != Watermark.OVERLAY:
        return None
    return {
        "kind": "text",
        "text": f"{user.link.bearer} · {timezone.now():%Y-%m-%d %H:%M} UTC",
        "image_url": None,
        "position": "moving",
        "opacity": 0.4,
    }

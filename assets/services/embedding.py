"""The player in frames of other sites: what may be shown there, how large, and the code that puts it there."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from assets import access
from assets.access import Visitor
from assets.models import Asset, Kind
from assets.services import visiting
from mediaportal.core.problems import NotFound, Problem

# What a player takes when nobody says how large it may be, in pixels.
_WIDTH, _HEIGHT = 640, 360
_SOUND_HEIGHT = 240
_MOST = 4096


class NotJson(Problem):
    """The answer is wanted in a form that there is not."""

    status = 501
    code = "format_not_implemented"
    title = _("Only the format json is offered")


class NotPublic(Problem):
    """What the address leads to is not for everybody, or there is nothing: which of them is not told."""

    status = 401
    code = "not_public"
    title = _("This is not for everybody")


class NotOurs(NotFound):
    """The address is not one of a page on which something is watched here."""

    code = "not_ours"
    title = _("There is nothing to embed at this address")


@dataclass(frozen=True)
class Box:
    """The size of a frame, in pixels."""

    width: int
    height: int


def is_allowed() -> bool:
    """Whether any site may put the player into a frame (`EMBED_FRAME_ANCESTORS`)."""
    return bool(settings.EMBED_FRAME_ANCESTORS != ["'none'"])


def address_of(asset: Asset, *, user: access.Caller) -> str:
    """Where the player stands that other sites may frame, on this host; "" where none may, where strangers would not
    see the asset, and for a visitor whose link has a password.
    """
    address = reverse("embed", args=[asset.pk])
    if not is_allowed():
        return ""
    if isinstance(user, Visitor):
        seen = not user.link.password and access.can_see(user, asset)
        return f"{address}?{urlencode({'share': str(user.link.pk)})}" if seen else ""
    return address if access.can_see(AnonymousUser(), asset) else ""


def uuid_of(text: str) -> UUID | None:
    """A UUID, or None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def opened(*, asset_id: UUID, share: str, user: access.Caller) -> tuple[Asset, access.Caller]:
    """An asset with its variants for a frame, and who watches it there: with the id of a share link its visitor, who
    has no password to say, otherwise the caller.

    Raises `NotFound`, `NotPublic` where a password is wanted or somebody would have to sign in, and what
    `visiting.visitor_of` raises.
    """
    if share:
        visitor = _visitor(share)
        if visitor.link.asset_id != asset_id:
            raise NotFound
        return _with_variants(asset_id), visitor
    found = Asset.objects.visible_to(user).filter(pk=asset_id).exists()
    if not found:
        raise NotFound if access.person(user) else NotPublic
    return _with_variants(asset_id), user


def _visitor(share: str) -> Visitor:
    """Whoever holds a link that has no password: in a frame nobody could say it safely."""
    link_id = uuid_of(share)
    if link_id is None:
        raise NotFound
    visitor = visiting.visitor_of(link_id)
    if visitor.link.password:
        raise NotPublic
    return visitor


def _with_variants(asset_id: UUID) -> Asset:
    """An asset with its owner and its variants."""
    return Asset.objects.select_related("uploaded_by").prefetch_related("variants").get(pk=asset_id)


def shown(*, url: str, host: str) -> tuple[Asset, UUID | None]:
    """What the address of a page here leads to, and the share link by which; for everybody, whoever asks.

    Raises `NotOurs` for other addresses and ended links and where no site may embed anything, and `NotPublic` for all
    that strangers do not see, whether it exists or not.
    """
    if not is_allowed():
        raise NotOurs
    asset_id, share = _read(url, host)
    try:
        if share is not None:
            visitor = _visitor(str(share))
            if asset_id not in {None, visitor.link.asset_id}:
                raise NotOurs
            return visitor.link.asset, share
        found, _stranger = opened(asset_id=asset_id or UUID(int=0), share="", user=AnonymousUser())
    except NotPublic:
        raise
    except Problem:
        raise NotOurs from None
    return found, None


def _read(url: str, host: str) -> tuple[UUID | None, UUID | None]:
    """The ids of the asset and of the share link in an address of ours; raises `NotOurs`."""
    try:
        parts = urlsplit(url)
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        raise NotOurs from None
    if parts.scheme not in {"http", "https"} or parts.netloc != host:
        raise NotOurs
    if match.url_name == "shared":
        return None, match.kwargs["link_id"]
    if match.url_name in {"asset", "embed"}:
        share = parse_qs(parts.query).get("share", [""])[0] if match.url_name == "embed" else ""
        return match.kwargs["asset_id"], uuid_of(share)
    raise NotOurs


def box_of(asset: Asset, *, wide: str = "", high: str = "") -> Box:
    """How large a frame is that keeps the picture's form within these bounds (pixels, "" for none)."""
    widest, highest = _bound(wide), _bound(high) or _MOST
    if asset.kind == Kind.AUDIO:
        return Box(min(_WIDTH, widest or _WIDTH), min(_SOUND_HEIGHT, highest))
    ratio = (asset.width or _WIDTH) / (asset.height or _HEIGHT)
    width = widest or _WIDTH
    if width / ratio > highest:
        width = max(1, int(highest * ratio))
    return Box(width, max(1, round(width / ratio)))


def _bound(text: str) -> int | None:
    """A bound as it was asked for; what is no number bounds nothing."""
    return min(int(text), _MOST) if text.isascii() and text.isdigit() and int(text) else None


def frame_of(*, source: str, title: str, box: Box) -> str:
    """The code that puts the player at an address into a page."""
    return format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" style="border:0" loading="lazy" '
        'allow="fullscreen; picture-in-picture; encrypted-media; clipboard-write" allowfullscreen></iframe>',
        source,
        box.width,
        box.height,
        title,
    )

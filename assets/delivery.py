"""The one way out: signed, short-lived links to files, and the question whether a link is still good.

A link is a capability: its token says which file (or folder, for a streaming package) of which asset, for whom (a
person, or whoever came by a share link), and until when. It is bound to the revocation epochs of the asset and of the
person or share link, so that links can be ended before their time, and where `LINKS_BOUND_TO_ADDRESS` says so to the
address that asked for it, which goes into the signature and not into the token. Every request asks `standing` whether
the caller may still play the asset; the answer is remembered for at most `CHECK_SECONDS`.
"""

import base64
import contextvars
import functools
import hashlib
import hmac
import struct
import time
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from assets import access
from assets.models import Asset, Caption, ShareLink, Variant, VariantType
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound, NotPermitted

# What is taken away must have stopped after five seconds; the check itself takes its time too.
CHECK_SECONDS = 4.0
PREFIX = "/files/"
_VERSION = 2
_ATTACHMENT, _BOUND, _SHARED = 1, 2, 4
_HEAD = struct.Struct(">BBIII16s16s")
_MAC_BYTES = 16
_NOBODY = bytes(16)
_LONGEST_PLAY = 24 * 3600
_REMEMBERED = 20_000
_TIMED = {VariantType.RENDITION, VariantType.MANIFEST, VariantType.AUDIO_ONLY, VariantType.PREVIEW}
asked_from: contextvars.ContextVar[str] = contextvars.ContextVar("asked_from", default="")
"""The network address of whoever is being answered, while they are."""


class LinkExpired(NotPermitted):
    """The link was good once; asking for a new one helps."""

    code = "link_expired"
    title = _("This link has expired")


@dataclass(frozen=True)
class Link:
    """What a token says. `scope` is a path inside the asset's folder; with a slash at its end it opens everything
    below it. `expires` is in seconds since 1970. It is for a person, for whoever came by a share link, or for anybody;
    `epoch` is that of the person or share link. With `bound` it is good for the address only for which it was signed.
    """

    asset_id: UUID
    scope: str
    expires: int
    user_id: UUID | None = None
    share_id: UUID | None = None
    attachment: bool = False
    bound: bool = False
    mime_type: str = ""
    asset_epoch: int = 0
    epoch: int = 0

    @property
    def folder(self) -> bool:
        """Whether it opens a whole folder."""
        return self.scope.endswith("/")

    def key(self, rest: str) -> str:
        """The storage key of what stands after the token; raises `NotFound` for anything outside the scope."""
        parts = rest.split("/")
        if not all(
            part and part not in {".", ".."} and part.isprintable() and "\\" not in part for part in parts
        ):
            raise NotFound
        if self.folder:
            return f"{asset_folder(self.asset_id)}/{self.scope}{rest}"
        if rest != self.scope.rsplit("/", 1)[-1]:
            raise NotFound
        return f"{asset_folder(self.asset_id)}/{self.scope}"


# --- Links --------------------------------------------------------------------------------------------------------
def variant_url(variant: Variant, *, user: access.Caller, download: bool = False) -> str:
    """A link to a variant's file; to its folder when it is a manifest or a storyboard, which name further files. The
    asset must have been loaded with it.

    Making a link asks nobody whether the person may have it: using it does.
    """
    if variant.variant_type in {VariantType.MANIFEST, VariantType.STORYBOARD}:
        return package_url(variant, user=user)
    length = (variant.duration or 0.0) if variant.variant_type in _TIMED else 0.0
    return _url(
        variant.asset,
        variant.storage_key,
        user=user,
        attachment=download,
        mime_type=variant.mime_type,
        seconds=length,
    )


def original_url(asset: Asset, *, user: access.Caller, download: bool = False) -> str:
    """A link to the file as it was uploaded."""
    return _url(
        asset,
        asset.storage_key,
        user=user,
        attachment=download,
        mime_type=asset.mime_type,
        seconds=asset.duration or 0.0,
    )


def caption_url(caption: Caption, *, user: access.Caller, download: bool = False) -> str:
    """A link to a text track as WebVTT. The asset must have been loaded with it."""
    return _url(
        caption.asset,
        caption.storage_key,
        user=user,
        attachment=download,
        mime_type="text/vtt",
        seconds=caption.asset.duration or 0.0,
    )


def caption_original_url(caption: Caption, *, user: access.Caller) -> str | None:
    """A link under which a browser saves the file that a text track was made of; None when it was made by hand."""
    if not caption.original_key:
        return None
    return _url(
        caption.asset,
        caption.original_key,
        user=user,
        attachment=True,
        mime_type="application/octet-stream",
        seconds=0.0,
    )


def package_url(variant: Variant, *, user: access.Caller) -> str:
    """A link to a streaming manifest; the token opens its whole folder, so the relative addresses inside work."""
    folder, _slash, name = variant.storage_key.rpartition("/")
    asset = variant.asset
    link = _link(asset, f"{folder}/", user=user, seconds=variant.duration or asset.duration or 0.0)
    return f"{PREFIX}{sign(link)}/{quote(name)}"


def place_url(asset: Asset, place: str, name: str, *, user: access.Caller, seconds: float) -> str:
    """A link to what is answered in the place of a file: `name` below `place`, a path in the asset's folder that ends
    with a slash. It lives as long as one to what plays for `seconds`.
    """
    link = _link(asset, f"{asset_folder(asset.pk)}/{place}", user=user, seconds=seconds)
    return f"{PREFIX}{sign(link)}/{quote(name)}"


def _url(
    asset: Asset, key: str, *, user: access.Caller, attachment: bool, mime_type: str, seconds: float
) -> str:
    """The address of one file."""
    link = _link(asset, key, user=user, attachment=attachment, mime_type=mime_type, seconds=seconds)
    return f"{PREFIX}{sign(link)}/{quote(key.rsplit('/', 1)[-1])}"


def _link(
    asset: Asset,
    key: str,
    *,
    user: access.Caller,
    seconds: float,
    attachment: bool = False,
    mime_type: str = "",
) -> Link:
    """What a token for a storage key (or a folder with its slash) says."""
    home = f"{asset_folder(asset.pk)}/"
    if not key.startswith(home):
        raise ValueError(f"{key} does not lie in the folder of asset {asset.pk}")
    share = user.link if isinstance(user, access.Visitor) else None
    return Link(
        asset_id=asset.pk,
        scope=key.removeprefix(home),
        expires=expiry(play_seconds=seconds),
        user_id=user.pk if isinstance(user, User) else None,
        share_id=share.pk if share else None,
        attachment=attachment,
        bound=settings.LINKS_BOUND_TO_ADDRESS and bool(asked_from.get()),
        mime_type=mime_type,
        asset_epoch=asset.link_epoch,
        epoch=_epoch_of(user),
    )


def _epoch_of(user: access.Caller) -> int:
    """The epoch of a person or share link; nobody in particular has none."""
    if isinstance(user, access.Visitor):
        return user.link.link_epoch
    return user.link_epoch if isinstance(user, User) else 0


def expiry(*, play_seconds: float = 0.0, now: float | None = None) -> int:
    """When a link made now ends, in seconds since 1970.

    At least half of `LINK_SECONDS` from now and at most the whole, plus the time that playing takes: what runs for
    two hours must not stop in its middle. Rounded, so that a link made a little later is the same address and what
    was cached under it stays useful.
    """
    window = max(1, settings.LINK_SECONDS // 2)
    start = int((time.time() if now is None else now) // window + 1) * window
    return start + settings.LINK_SECONDS - window + int(min(play_seconds, _LONGEST_PLAY))


def longest_life(asset: Asset) -> float:
    """For how many seconds a link to any of an asset's files may still be good."""
    return settings.LINK_SECONDS + min(asset.duration or 0.0, _LONGEST_PLAY)


# --- Tokens -------------------------------------------------------------------------------------------------------
@functools.lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    """The key of the signatures, for nothing else in use."""
    return hashlib.sha256(b"mediaportal.delivery.v1:" + secret.encode()).digest()


def _mac(payload: bytes, secret: str) -> bytes:
    """The signature of a payload, and of the address of whoever is answered where it says that it is bound to one."""
    signed = payload + asked_from.get().encode() if len(payload) > 1 and payload[1] & _BOUND else payload
    return hmac.digest(_key(secret), signed, "sha256")[:_MAC_BYTES]


def sign(link: Link) -> str:
    """The token of a link, safe in an address."""
    whose = link.share_id or link.user_id
    head = _HEAD.pack(
        _VERSION,
        link.attachment * _ATTACHMENT | link.bound * _BOUND | (link.share_id is not None) * _SHARED,
        link.expires,
        link.asset_epoch,
        link.epoch,
        link.asset_id.bytes,
        whose.bytes if whose else _NOBODY,
    )
    payload = head + f"{link.mime_type}\0{link.scope}".encode()
    return base64.urlsafe_b64encode(payload + _mac(payload, settings.SECRET_KEY)).rstrip(b"=").decode()


def read(token: str, *, now: float | None = None) -> Link:
    """What a token says. Raises `NotFound` for one that we did not sign (or not for whoever asks now), `LinkExpired`
    for one whose time is over.
    """
    try:
        raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise NotFound from None
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    secrets = [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    if len(payload) < _HEAD.size or not any(hmac.compare_digest(mac, _mac(payload, one)) for one in secrets):
        raise NotFound
    version, flags, expires, asset_epoch, epoch, asset, whose = _HEAD.unpack_from(payload)
    # What an older portal has signed ends with it: whoever asks for a new link gets one.
    if settings.LINKS_BOUND_TO_ADDRESS and version == _VERSION and not flags & _BOUND:
        raise NotFound
    if version != _VERSION or expires <= (time.time() if now is None else now):
        raise LinkExpired
    mime_type, _nul, scope = payload[_HEAD.size :].decode().partition("\0")
    somebody = None if whose == _NOBODY else UUID(bytes=whose)
    return Link(
        asset_id=UUID(bytes=asset),
        scope=scope,
        expires=expires,
        user_id=None if flags & _SHARED else somebody,
        share_id=somebody if flags & _SHARED else None,
        attachment=bool(flags & _ATTACHMENT),
        bound=bool(flags & _BOUND),
        mime_type=mime_type,
        asset_epoch=asset_epoch,
        epoch=epoch,
    )


# --- Is it still good? --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Standing:
    """Whether somebody may play an asset now, and the epochs that links must carry."""

    may_play: bool
    may_download: bool
    asset_epoch: int
    epoch: int

    def admits(self, link: Link) -> bool:
        """Whether this link may be used."""
        may = self.may_download if link.attachment else self.may_play
        return may and (self.asset_epoch, self.epoch) == (link.asset_epoch, link.epoch)


_REFUSED = Standing(False, False, 0, 0)


def standing(*, asset_id: UUID, user_id: UUID | None = None, share_id: UUID | None = None) -> Standing:
    """Ask the database about a person, about whoever came by a share link, or about somebody who is not signed in."""
    asset = Asset.objects.filter(pk=asset_id).first()
    caller = caller_of(user_id=user_id, share_id=share_id)
    if asset is None or caller is None:
        return _REFUSED
    return Standing(
        access.can_play(caller, asset),
        access.can_download(caller, asset),
        asset.link_epoch,
        _epoch_of(caller),
    )


def caller_of(*, user_id: UUID | None = None, share_id: UUID | None = None) -> access.Caller | None:
    """Whom a link was made for, as they are now; None when there is no such person or share link any more."""
    if share_id is not None:
        share = ShareLink.objects.select_related("created_by").filter(pk=share_id).first()
        return access.Visitor(share) if share else None
    if user_id is not None:
        return User.objects.filter(pk=user_id, is_active=True).first()
    return AnonymousUser()


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
        """Remember an answer that was asked for at `asked_at` (monotonic seconds)."""
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

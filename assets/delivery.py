"""The one way out: signed, short-lived links to files, and the question whether a link is still good.

A link is a capability: its token says which file (or folder, for a streaming package) of which asset, for whom, and
until when. It is bound to the revocation epochs of the asset and of the person, so that links can be ended before
their time. Every request asks `LinkCheck` whether the person may still play the asset; the answer is remembered for
at most `CHECK_SECONDS`.
"""

import base64
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
from assets.models import Asset, Variant, VariantType
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound, NotPermitted

# What is taken away must have stopped after five seconds; the check itself takes its time too.
CHECK_SECONDS = 4.0
PREFIX = "/files/"
_VERSION = 1
_HEAD = struct.Struct(">BBIII16s16s")
_MAC_BYTES = 16
_NOBODY = bytes(16)
_LONGEST_PLAY = 24 * 3600
_REMEMBERED = 20_000
_TIMED = {VariantType.RENDITION, VariantType.MANIFEST, VariantType.AUDIO_ONLY, VariantType.PREVIEW}


class LinkExpired(NotPermitted):
    """The link was good once; asking for a new one helps."""

    code = "link_expired"
    title = _("This link has expired")


@dataclass(frozen=True)
class Link:
    """What a token says. `scope` is a path inside the asset's folder; with a slash at its end it opens everything
    below it. `expires` is in seconds since 1970.
    """

    asset_id: UUID
    scope: str
    expires: int
    user_id: UUID | None = None
    attachment: bool = False
    mime_type: str = ""
    asset_epoch: int = 0
    user_epoch: int = 0

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
    """A link to a variant's file; to its package when it is a manifest. The asset must have been loaded with it.

    Making a link asks nobody whether the person may have it: using it does.
    """
    if variant.variant_type == VariantType.MANIFEST:
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


def package_url(variant: Variant, *, user: access.Caller) -> str:
    """A link to a streaming manifest; the token opens its whole folder, so the relative addresses inside work."""
    folder, _slash, name = variant.storage_key.rpartition("/")
    asset = variant.asset
    link = _link(asset, f"{folder}/", user=user, seconds=variant.duration or asset.duration or 0.0)
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
    return Link(
        asset_id=asset.pk,
        scope=key.removeprefix(home),
        expires=expiry(play_seconds=seconds),
        user_id=user.pk if isinstance(user, User) else None,
        attachment=attachment,
        mime_type=mime_type,
        asset_epoch=asset.link_epoch,
        user_epoch=user.link_epoch if isinstance(user, User) else 0,
    )


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
    """The signature of a payload."""
    return hmac.digest(_key(secret), payload, "sha256")[:_MAC_BYTES]


def sign(link: Link) -> str:
    """The token of a link, safe in an address."""
    head = _HEAD.pack(
        _VERSION,
        int(link.attachment),
        link.expires,
        link.asset_epoch,
        link.user_epoch,
        link.asset_id.bytes,
        link.user_id.bytes if link.user_id else _NOBODY,
    )
    payload = head + f"{link.mime_type}\0{link.scope}".encode()
    return base64.urlsafe_b64encode(payload + _mac(payload, settings.SECRET_KEY)).rstrip(b"=").decode()


def read(token: str, *, now: float | None = None) -> Link:
    """What a token says. Raises `NotFound` for one that we did not sign, `LinkExpired` for one whose time is over."""
    try:
        raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise NotFound from None
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    secrets = [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    if len(payload) < _HEAD.size or not any(hmac.compare_digest(mac, _mac(payload, one)) for one in secrets):
        raise NotFound
    version, attachment, expires, asset_epoch, user_epoch, asset, user = _HEAD.unpack_from(payload)
    if version != _VERSION:
        raise NotFound
    if expires <= (time.time() if now is None else now):
        raise LinkExpired
    mime_type, _nul, scope = payload[_HEAD.size :].decode().partition("\0")
    return Link(
        asset_id=UUID(bytes=asset),
        scope=scope,
        expires=expires,
        user_id=None if user == _NOBODY else UUID(bytes=user),
        attachment=bool(attachment),
        mime_type=mime_type,
        asset_epoch=asset_epoch,
        user_epoch=user_epoch,
    )


# --- Is it still good? --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Standing:
    """Whether somebody may play an asset now, and the epochs that links must carry."""

    may_play: bool
    asset_epoch: int
    user_epoch: int

    def admits(self, link: Link) -> bool:
        """Whether this link may be used."""
        return self.may_play and (self.asset_epoch, self.user_epoch) == (link.asset_epoch, link.user_epoch)


def standing(*, asset_id: UUID, user_id: UUID | None) -> Standing:
    """Ask the database; None is somebody who is not signed in."""
    refused = Standing(False, 0, 0)
    asset = Asset.objects.filter(pk=asset_id).first()
    if asset is None:
        return refused
    user: access.Caller = AnonymousUser()
    if user_id is not None:
        found = User.objects.filter(pk=user_id, is_active=True).first()
        if found is None:
            return refused
        user = found
    epoch = user.link_epoch if isinstance(user, User) else 0
    return Standing(access.can_play(user, asset), asset.link_epoch, epoch)


class StandingCache:
    """Remembers answers of `standing` for `CHECK_SECONDS`, the newest twenty thousand of them.

    Used from the event loop only, so it needs no lock.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[UUID, UUID | None], tuple[float, Standing]] = OrderedDict()

    def get(self, link: Link) -> Standing | None:
        """The remembered answer, or None when it must be asked again."""
        at, found = self._known.get((link.asset_id, link.user_id), (0.0, None))
        return found if found is not None and time.monotonic() - at < CHECK_SECONDS else None

    def put(self, link: Link, found: Standing, *, asked_at: float) -> None:
        """Remember an answer that was asked for at `asked_at` (monotonic seconds)."""
        self._known[link.asset_id, link.user_id] = (asked_at, found)
        self._known.move_to_end((link.asset_id, link.user_id))
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def revoke_asset_links(*, asset: Asset) -> None:
    """End every link to an asset's files within `CHECK_SECONDS`; new ones can be made at once."""
    Asset.objects.filter(pk=asset.pk).update(link_epoch=F("link_epoch") + 1)
    asset.refresh_from_db(fields=["link_epoch"])


def revoke_user_links(*, user: User) -> None:
    """End every link that was made for a person within `CHECK_SECONDS`."""
    User.objects.filter(pk=user.pk).update(link_epoch=F("link_epoch") + 1)
    user.refresh_from_db(fields=["link_epoch"])

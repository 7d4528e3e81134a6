"""Tokens: what a link opens, for whom and until when, under a signature that stands in the link's own address.

A link is a capability: its token says which file (or folder, for a streaming package) of which asset, for whom (a
person, or whoever came by a share link), and until when. It is bound to the revocation epochs of the asset and of the
person or share link, so that links can be ended before their time, and where `LINKS_BOUND_TO_ADDRESS` says so to the
address that asked for it, which goes into the signature and not into the token.
"""

import base64
import contextvars
import functools
import hashlib
import hmac
import struct
import time
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from assets.services.names import asset_folder
from mediaportal.core.problems import NotFound, NotPermitted

PREFIX = "/files/"
_VERSION = 2
_ATTACHMENT, _BOUND, _SHARED = 1, 2, 4
_HEAD = struct.Struct(">BBIII16s16s")
_MAC_BYTES = 16
_NOBODY = bytes(16)
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

"""Guest links: addresses through which people without an account may send files.

The token in the address is a capability: the link's id and a signature over it, made with a key of the installation.
Nothing secret is kept, so nothing secret can be read from the database; whoever holds the token may send files until
the link ends.
"""

import base64
import functools
import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from assets import access
from assets.exceptions import LinkEnded
from assets.models import GuestLink
from mediaportal.core import tries
from mediaportal.core.problems import NotFound

_ID_BYTES = 16
# Together with the id a multiple of three bytes: the token has no padding, and each link has exactly one.
_MAC_BYTES = 20
# One link may be used from many addresses at once.
_TOKEN_FACTOR = 10


# --- Tokens -------------------------------------------------------------------------------------------------------
@functools.lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    """The key of the signatures, for nothing else in use."""
    return hashlib.sha256(b"mediaportal.guests.v1:" + secret.encode()).digest()


def _mac(payload: bytes, secret: str) -> bytes:
    """The signature of a link's id."""
    return hmac.digest(_key(secret), payload, "sha256")[:_MAC_BYTES]


def token_of(link: GuestLink) -> str:
    """The token of a link, safe in an address and in a header."""
    payload = link.pk.bytes
    return base64.urlsafe_b64encode(payload + _mac(payload, settings.SECRET_KEY)).decode()


def link_of(token: str) -> GuestLink:
    """The link that a token opens, loaded with its maker and its collection.

    Raises `NotFound` for a token that we did not sign, and `LinkEnded` when the link's time is over, somebody ended
    it, or its maker may not make such links any more. Whether it has room left is asked by `limits.require_quota`.
    """
    link = GuestLink.objects.select_related("created_by", "collection").filter(pk=_id_in(token)).first()
    if link is None:
        raise NotFound
    if not is_open(link):
        raise LinkEnded
    return link


def is_open(link: GuestLink) -> bool:
    """Whether the link takes files, as far as time and people decide it."""
    return (
        link.ended_at is None
        and link.expires_at > timezone.now()
        and access.can_upload(link.created_by)
        and access.can_manage_guest_links(link.created_by)
    )


def _id_in(token: str) -> UUID:
    """The id in a token; raises `NotFound` unless the signature is ours."""
    try:
        raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except ValueError:
        raise NotFound from None
    payload, mac = raw[:_ID_BYTES], raw[_ID_BYTES:]
    if base64.urlsafe_b64encode(raw).decode() != token:
        raise NotFound  # another spelling of the same bytes would be counted as another visitor's
    secrets = [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    if len(payload) != _ID_BYTES or not any(hmac.compare_digest(mac, _mac(payload, one)) for one in secrets):
        raise NotFound
    return UUID(bytes=payload)


def path_of(link: GuestLink) -> str:
    """Where guests send their files, on this host."""
    return f"/guest/{token_of(link)}/"


# --- Slowly ---------------------------------------------------------------------------------------------------------
def count_visit(*, token: str, address: str) -> None:
    """Count somebody who comes with a token, good or not, before it is read. Raises `RateLimited` when there were
    more than `GUEST_TRIES` in this minute from the address, or ten times as many with the token.
    """
    tries.count(
        "guest",
        ("address", address, settings.GUEST_TRIES),
        ("token", token, settings.GUEST_TRIES * _TOKEN_FACTOR),
    )

"""What a bucket, or the CDN in front of it, sends itself where `S3_DELIVERY` says so: segments and downloads.

Whoever asks for one is sent on to a signed address that is good for a minute at most, after the question that every
file is asked. What names other files, what a browser reads piece by piece from where it was once sent, what could act
in a page, and every question that a bucket does not understand alike is answered here.
"""

import time

from django.conf import settings

from assets.delivery.tokens import Link
from assets.doors.exchange import Exchange
from assets.services import places
from assets.services.names import asset_folder
from mediaportal.core.filetype import KINDS
from mediaportal.core.problems import NotFound

# For how many seconds an address there is good at most.
SECONDS = 60
# Of a streaming set, each piece of which is asked for by itself; its pictures are small and better kept by browsers.
_SEGMENTS = frozenset({"video/iso.segment", "video/mp4", "audio/mp4", "video/mp2t"})
_CONDITIONS = (b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since", b"if-range")


def is_wanted(exchange: Exchange) -> bool:
    """Whether this request is answered by an address elsewhere."""
    if settings.S3_DELIVERY == "proxy" or not places.is_remote():
        return False
    # An address there would be good for everybody, from everywhere.
    if exchange.link.bound or not _may_leave(exchange.link, exchange.mime_type):
        return False
    asks_more = "," in exchange.asked(b"range") or any(exchange.asked(name) for name in _CONDITIONS)
    return exchange.scope["method"] == "GET" and not asks_more


def _may_leave(link: Link, mime_type: str) -> bool:
    """Whether a file of this type is a segment, or media that is saved."""
    return mime_type in _SEGMENTS if link.folder else link.attachment and mime_type in KINDS


def address_of(exchange: Exchange) -> str:
    """The signed address: it ends with the link that it was asked for by, if not before. Raises `NotFound`, or
    `StorageUnavailable` where nothing can be signed.
    """
    left = exchange.link.expires - int(time.time())
    try:
        return places.signed_url(
            exchange.key,
            within=asset_folder(exchange.link.asset_id),
            seconds=max(1, min(SECONDS, left)),
            mime_type=exchange.mime_type,
            disposition=exchange.disposition,
        )
    except FileNotFoundError:
        raise NotFound from None

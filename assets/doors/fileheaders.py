"""What the answers about a file say of it: its type, its name, how long it may be kept, and who may read it."""

from urllib.parse import quote

from django.conf import settings

from assets.delivery.tokens import Link
from mediaportal.core.doors import Headers

# Files of a streaming package by their ending; other files carry their type in the token.
_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "mpd": "application/dash+xml",
    "m4s": "video/iso.segment",
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
    "ts": "video/mp2t",
    "vtt": "text/vtt",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "json": "application/json",
}
_MANIFESTS = {"application/vnd.apple.mpegurl", "application/dash+xml"}
# What a browser may show in place; everything else is offered for saving.
_SHOWN = {"application/json", "text/vtt", *_MANIFESTS}
_NOT_SHOWN = {"image/svg+xml"}
_ASKED_ABOUT_SECONDS = 3600


def content_type(link: Link, name: str) -> str:
    """The type of a file: from the token, else by its ending."""
    return link.mime_type or _TYPES.get(name.rsplit(".", 1)[-1].lower(), "application/octet-stream")


def is_text(mime_type: str) -> bool:
    """Whether it is a manifest or another small text that names other files."""
    return mime_type in _SHOWN


def disposition(link: Link, name: str, mime_type: str) -> str:
    """`Content-Disposition` with the name in both forms (RFC 6266, RFC 8187)."""
    media = mime_type.split("/", 1)[0] in {"video", "audio", "image"} and mime_type not in _NOT_SHOWN
    word = "inline" if (media or mime_type in _SHOWN) and not link.attachment else "attachment"
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{word}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def caching(link: Link, mime_type: str, *, now: float) -> str:
    """`Cache-Control`: never longer than the link lives; manifests are always asked for again."""
    if mime_type in _MANIFESTS:
        return "private, no-cache"
    words = f"private, max-age={max(0, int(link.expires - now))}"
    return f"{words}, immutable" if link.folder else words


def sharing(origin: str) -> Headers:
    """What lets pages of another origin read an answer (CORS), if `MEDIA_ORIGINS` names it; nothing otherwise.

    Links carry their right in themselves, so cookies are never asked for.
    """
    if not origin or not settings.MEDIA_ORIGINS:
        return []
    anybody = "*" in settings.MEDIA_ORIGINS
    if not anybody and origin not in settings.MEDIA_ORIGINS:
        return [("Vary", "Origin")]
    return [
        ("Access-Control-Allow-Origin", "*" if anybody else origin),
        (
            "Access-Control-Expose-Headers",
            "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified",
        ),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        *([] if anybody else [("Vary", "Origin")]),
    ]


def preflight(origin: str) -> Headers:
    """What answers a browser that asks whether it may send a range or a condition; nothing for unknown origins."""
    shared = list(sharing(origin))
    if not any(name == "Access-Control-Allow-Origin" for name, _value in shared):
        return []
    return [
        *shared,
        ("Access-Control-Allow-Methods", "GET, HEAD, POST"),
        (
            "Access-Control-Allow-Headers",
            "Content-Type, Range, If-Range, If-Match, If-None-Match, If-Modified-Since",
        ),
        ("Access-Control-Max-Age", str(_ASKED_ABOUT_SECONDS)),
    ]

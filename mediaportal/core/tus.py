"""The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload): headers in, headers out, and what is refused.

Nothing here knows of uploads: it reads and writes what stands in a request's head.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mediaportal.core.doors import App, Message, Receive, Scope, Send
from mediaportal.core.problems import FieldProblem, InvalidInput, Problem

VERSION = "1.0.0"
EXTENSIONS = (
    "creation",
    "creation-with-upload",
    "creation-defer-length",
    "expiration",
    "checksum",
    "termination",
    "concatenation",
)
ALGORITHMS = ("sha1", "sha256", "md5")
CHUNK_TYPE = "application/offset+octet-stream"
_LONGEST_METADATA = 32 * 1024
_METHODS = {"PATCH", "DELETE", "HEAD", "OPTIONS", "POST"}
# Larger numbers do not fit the database's column.
_MOST = 1 << 62


class Headers(Protocol):
    """Something in which headers are looked up by their name, whatever its case."""

    def get(self, key: str, default: str, /) -> str:
        """A header's value, or the default."""
        ...


class VersionNotSupported(Problem):
    """The client speaks another version of tus, or does not say which."""

    status = 412
    code = "tus_version_unsupported"
    title = gettext_lazy("Send Tus-Resumable: 1.0.0")
    headers = {"Tus-Version": VERSION}


class BadHeader(InvalidInput):
    """A header of the protocol is missing or cannot be read."""

    code = "invalid_options"

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}", errors=[FieldProblem(name, "invalid", detail)])


@dataclass(frozen=True)
class Checksum:
    """What a chunk's bytes must hash to."""

    algorithm: str
    digest: bytes

    def new(self) -> "hashlib._Hash":
        """A fresh state of the algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass(frozen=True)
class Creation:
    """What a POST asks for. `length` is in bytes, None while it is not known."""

    length: int | None
    concat: Literal["", "partial", "final"] = ""
    parts: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    raw_metadata: str = ""


@dataclass(frozen=True)
class Chunk:
    """What the head of a PATCH says. Numbers are in bytes; `size` is None for a body of unknown length."""

    offset: int
    size: int | None
    length: int | None = None
    checksum: Checksum | None = None


def require_version(headers: Headers) -> None:
    """Raise `VersionNotSupported` unless the client speaks ours."""
    if headers.get("Tus-Resumable", "") != VERSION:
        raise VersionNotSupported


def method_of(method: str, headers: Headers) -> str:
    """The method that is meant: `X-HTTP-Method-Override` for clients that can only GET and POST."""
    meant = headers.get("X-HTTP-Method-Override", "").strip().upper()
    return meant if method == "POST" and meant in _METHODS else method


def has_chunk(headers: Headers) -> bool:
    """Whether the body holds bytes of an upload."""
    return headers.get("Content-Type", "").split(";")[0].strip().lower() == CHUNK_TYPE


def creation_of(headers: Headers) -> Creation:
    """What a POST's head asks for; raises `BadHeader`."""
    raw = headers.get("Upload-Metadata", "")
    metadata = parse_metadata(raw)
    concat, parts = _concat(headers.get("Upload-Concat", "").strip())
    length = number_of(headers, "Upload-Length")
    deferred = headers.get("Upload-Defer-Length", "")
    if concat == "final":
        if length is not None or deferred:
            raise BadHeader("Upload-Length", _("A joined upload has the length of its parts."))
    elif deferred not in {"", "1"}:
        raise BadHeader("Upload-Defer-Length", _("Must be 1."))
    elif bool(deferred) == (length is not None):
        raise BadHeader("Upload-Length", _("Send either Upload-Length or Upload-Defer-Length: 1."))
    return Creation(length, concat, parts, metadata, raw)


def chunk_of(headers: Headers) -> Chunk:
    """What a PATCH's head says; raises `BadHeader`."""
    offset = number_of(headers, "Upload-Offset")
    if offset is None:
        raise BadHeader("Upload-Offset", _("This header is needed."))
    return Chunk(offset, size_of(headers), number_of(headers, "Upload-Length"), checksum_of(headers))


def size_of(headers: Headers) -> int | None:
    """The size of the request's body in bytes, as far as it is told."""
    return number_of(headers, "Content-Length")


def number_of(headers: Headers, name: str) -> int | None:
    """A header that holds a whole number, None when it is not there; raises `BadHeader`."""
    text = headers.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_MOST)) or int(text) > _MOST:
        raise BadHeader(name, _("Must be a whole number."))
    return int(text)


def checksum_of(headers: Headers) -> Checksum | None:
    """`Upload-Checksum`, None when it is not there; raises `BadHeader`."""
    text = headers.get("Upload-Checksum", "").strip()
    if not text:
        return None
    algorithm, _space, digest = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadHeader("Upload-Checksum", _("Must be one of: %s.") % ", ".join(ALGORITHMS))
    found = Checksum(algorithm, _decoded("Upload-Checksum", digest.strip()))
    if len(found.digest) != found.new().digest_size:
        raise BadHeader("Upload-Checksum", _("The digest does not have the length of its algorithm."))
    return found


def parse_metadata(raw: str) -> dict[str, str]:
    """The pairs of `Upload-Metadata` (`key base64,key base64`, a value may be missing); raises `BadHeader`."""
    if len(raw) > _LONGEST_METADATA:
        raise BadHeader("Upload-Metadata", _("It is too long."))
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in raw.split(","))):
        key, _space, value = pair.partition(" ")
        try:
            found[key] = _decoded("Upload-Metadata", value.strip()).decode()
        except UnicodeDecodeError:
            raise BadHeader("Upload-Metadata", _("The value of “%s” is not UTF-8.") % key) from None
    return found


def _decoded(name: str, text: str) -> bytes:
    """Base64, strictly; raises `BadHeader`."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadHeader(name, _("This is not base64.")) from None


def _concat(text: str) -> tuple[Literal["", "partial", "final"], tuple[str, ...]]:
    """`Upload-Concat`: its word, and the paths of the parts; raises `BadHeader`."""
    if not text:
        return "", ()
    if text == "partial":
        return "partial", ()
    word, _semicolon, urls = text.partition(";")
    if word != "final" or not urls.split():
        raise BadHeader("Upload-Concat", _("Must be “partial” or “final;” with the addresses of the parts."))
    try:
        return "final", tuple(urlsplit(url).path for url in urls.split())
    except ValueError:
        raise BadHeader("Upload-Concat", _("An address of a part cannot be read.")) from None


class ScopeHeaders:
    """The headers of an ASGI scope, looked up as `Headers`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, key: str, default: str = "", /) -> str:
        """The first header of this name, or the default."""
        wanted = key.lower().encode()
        found = next((value for name, value in self._scope["headers"] if name == wanted), None)
        return default if found is None else found.decode("latin-1")


def speaking(app: App) -> App:
    """Put `Tus-Resumable` on every answer of an app, errors too, and call it with the method that is meant."""

    async def spoken(scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() != b"tus-resumable"]
                message = {**message, "headers": [*kept, (b"tus-resumable", VERSION.encode())]}
            await send(message)

        await app({**scope, "method": method_of(scope["method"], ScopeHeaders(scope))}, receive, marked)

    return spoken


def described(*, most_bytes: int) -> dict[str, Any]:
    """What OPTIONS tells of the server."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(most_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }

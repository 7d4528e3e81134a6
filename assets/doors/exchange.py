"""One request for a file and its answer: what was asked, what every answer says, and the parts of a body."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings

from assets.delivery.tokens import Link
from assets.doors import fileheaders
from assets.services.places import Opened
from mediaportal.core.bodies import header
from mediaportal.core.doors import Headers, Receive, Scope, Send, start_answer
from mediaportal.core.ranges import Span


@dataclass(frozen=True)
class Pieces:
    """The body of an answer in its order: bytes as they are, and parts of the file; `length` of all in bytes."""

    parts: Sequence[bytes | Span]
    headers: Headers

    @property
    def length(self) -> int:
        """How many bytes the body has."""
        return sum(len(part) if isinstance(part, bytes) else part.length for part in self.parts)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    scope: Scope
    receive: Receive
    send: Send
    link: Link
    key: str
    name: str

    @property
    def mime_type(self) -> str:
        """The file's type."""
        return fileheaders.content_type(self.link, self.name)

    @property
    def disposition(self) -> str:
        """Whether the file is shown or saved, and under which name."""
        return fileheaders.disposition(self.link, self.name, self.mime_type)

    def asked(self, name: bytes) -> str:
        """A header of the request."""
        return header(self.scope, name)

    def kept(self) -> list[tuple[str, str]]:
        """What every answer about the file says, whoever sends its bytes."""
        return [
            ("Cache-Control", fileheaders.caching(self.link, self.mime_type, now=time.time())),
            ("Content-Disposition", self.disposition),
            ("Content-Security-Policy", "sandbox; default-src 'none'"),
            *fileheaders.sharing(self.asked(b"origin")),
        ]

    def headers(self, file: Opened) -> list[tuple[str, str]]:
        """What an answer says whose bytes are sent here; a multipart one has another type."""
        return [
            ("ETag", file.validators.etag),
            ("Last-Modified", file.validators.last_modified),
            ("Accept-Ranges", "bytes"),
            *self.kept(),
        ]

    def pieces(self, spans: Sequence[Span], size: int) -> Pieces:
        """What is sent of a file of `size` bytes: the whole, one part, or several in one body (RFC 9110, 14.6)."""
        if len(spans) > 1:
            boundary = secrets.token_hex(12)
            parts: list[bytes | Span] = []
            for span in spans:
                told = f"Content-Type: {self.mime_type}\r\nContent-Range: {_told_range(span, size)}"
                parts += [f"\r\n--{boundary}\r\n{told}\r\n\r\n".encode("latin-1"), span]
            parts.append(f"\r\n--{boundary}--\r\n".encode("latin-1"))
            made = Pieces(parts, ())
            kind = f"multipart/byteranges; boundary={boundary}"
            return Pieces(parts, [("Content-Type", kind), ("Content-Length", str(made.length))])
        span = spans[0] if spans else Span(0, size - 1)
        common = [("Content-Type", self.mime_type), ("Content-Length", str(span.length))]
        return Pieces([span], [*common, *([("Content-Range", _told_range(span, size))] if spans else [])])

    async def hand_over(self) -> None:
        """Let nginx send the bytes: it knows the file's ranges, validators and length by itself."""
        place = f"{settings.X_ACCEL_LOCATION.rstrip('/')}/{quote(self.key)}"
        told = [("X-Accel-Redirect", place), ("Content-Type", self.mime_type), ("Content-Length", "0")]
        await self.answer(200, [*told, *self.kept()])

    async def send_elsewhere(self, url: str) -> None:
        """Answer that the bytes are to be had at another address for a moment. Nobody keeps this answer, so whoever
        wants them again asks again; and the other address does not hear of this one, in which the token stands.
        """
        told = [
            ("Location", url),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("Content-Length", "0"),
            *fileheaders.sharing(self.asked(b"origin")),
        ]
        await self.answer(302, told)

    async def start(self, status: int, headers: Headers) -> None:
        """Send the head."""
        await start_answer(self.send, status=status, headers=headers)

    async def finish(self) -> None:
        """End an answer that has no (further) body."""
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def answer(self, status: int, headers: Headers) -> None:
        """A whole answer without a body."""
        await self.start(status, headers)
        await self.finish()

    async def refuse_range(self, size: int) -> None:
        """416: the range lies outside the file."""
        told = [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")]
        await self.answer(416, [*told, *fileheaders.sharing(self.asked(b"origin"))])

    async def until_disconnected(self) -> None:
        """Return when the client has gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


def _told_range(span: Span, size: int) -> str:
    """A part of a file of `size` bytes, as `Content-Range` names it."""
    return f"bytes {span.first}-{span.last}/{size}"

"""`/files/<token>/<path>`: the bytes of originals, variants and streaming packages.

Ranges, validators and HEAD as browsers and players need them. Reading happens in threads, one piece at a time and
never ahead of what the client has taken. Where nginx stands in front (`X_ACCEL_LOCATION`) it sends the bytes, and only
the question whether it may is answered here. Without a good token there is nothing here.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar
from urllib.parse import quote

from django.conf import settings

from assets import delivery, registry
from assets.delivery import Link
from assets.doors import fileheaders, nofiles
from assets.services import places
from assets.services.names import asset_folder
from assets.services.places import Opened
from mediaportal.core.bodies import header
from mediaportal.core.doors import (
    App,
    Headers,
    Receive,
    Scope,
    Send,
    raw_app,
    send_problem,
    start_answer,
)
from mediaportal.core.problems import NotFound, Problem
from mediaportal.core.ranges import Span, Unsatisfiable, parse_ranges
from mediaportal.core.threads import in_bucket, in_database, on_disk

P = ParamSpec("P")
R = TypeVar("R")
# What is read at once: from a bucket more, as each piece is a request of its own.
PIECE_BYTES = 512 * 1024
BUCKET_PIECE_BYTES = 2 * 1024 * 1024


def open_file(link: Link, key: str) -> Opened:
    """Open a storage key that a link leads to; raises `NotFound`, or `StorageUnavailable`."""
    try:
        return places.open_file(key, within=asset_folder(link.asset_id))
    except FileNotFoundError:
        raise NotFound from None


async def _reading(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Do something with a file in the threads for its kind of storage: a slow bucket must not hold up the disk."""
    return await (in_bucket if places.is_remote() else on_disk)(call, *args, **kwargs)


class FileServer:
    """The app behind `/files/`. One per process: it remembers who may play what for a few seconds."""

    def __init__(self) -> None:
        self._standings = delivery.StandingCache()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; pages of other origins that may read files may read refusals, too."""
        origin = header(scope, b"origin")
        if scope["method"] == "OPTIONS" and (allowed := list(fileheaders.preflight(origin))):
            await start_answer(send, status=204, headers=allowed)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        try:
            exchange = await self._admit(scope, receive, send)
            if no_file := registry.no_file_at(exchange.key):
                shared = fileheaders.sharing(origin)
                await nofiles.answer(scope, receive, send, link=exchange.link, found=no_file, headers=shared)
                return
            file = await self._open(exchange)
        except Problem as problem:
            await send_problem(send, problem, headers=fileheaders.sharing(origin))
            return
        if file is None:
            await exchange.hand_over()
            return
        try:
            await self._serve(exchange, file)
        finally:
            await _reading(file.close)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> "_Exchange":
        """What is asked for, by a link that may be used for it. Raises `Problem`s."""
        token, _slash, rest = scope["path"].removeprefix(delivery.PREFIX).partition("/")
        link = delivery.read(token)
        exchange = _Exchange(scope, receive, send, link, link.key(rest), rest.rsplit("/", 1)[-1])
        nofiles.require_method(scope, registry.no_file_at(exchange.key))
        if not await self._admitted(link):
            raise NotFound
        return exchange

    async def _open(self, exchange: "_Exchange") -> Opened | None:
        """The open file; None where another server sends its bytes. Raises `Problem`s."""
        if settings.X_ACCEL_LOCATION and not places.is_remote():
            return None
        return await _reading(open_file, exchange.link, exchange.key)

    async def _admitted(self, link: Link) -> bool:
        """Whether the link may be used at this moment (or could a few seconds ago)."""
        found = self._standings.get(link)
        if found is None:
            asked_at = time.monotonic()
            found = await in_database(
                delivery.standing, asset_id=link.asset_id, user_id=link.user_id, share_id=link.share_id
            )
            self._standings.put(link, found, asked_at=asked_at)
        return found.admits(link)

    async def _serve(self, exchange: "_Exchange", file: Opened) -> None:
        """Answer with 200, 206, 304, 412 or 416, asked in the order of RFC 9110, 13.2.2."""
        state = file.validators
        common = exchange.headers(file)
        if state.fails(exchange.asked(b"if-match"), exchange.asked(b"if-unmodified-since")):
            await exchange.answer(412, common)
            return
        if state.unchanged(exchange.asked(b"if-none-match"), exchange.asked(b"if-modified-since")):
            await exchange.answer(304, common)
            return
        spans: list[Span] = []
        # A range of what is not sent has no meaning (14.2).
        if exchange.scope["method"] == "GET" and state.range_allowed(exchange.asked(b"if-range")):
            try:
                spans = parse_ranges(exchange.asked(b"range"), file.size)
            except Unsatisfiable:
                await exchange.refuse_range(file.size)
                return
        pieces = exchange.pieces(spans, file.size)
        await exchange.start(206 if spans else 200, [*common, *pieces.headers])
        if exchange.scope["method"] == "HEAD" or pieces.length == 0:
            await exchange.finish()
            return
        await self._stream(exchange, file, pieces)

    async def _stream(self, exchange: "_Exchange", file: Opened, pieces: "_Pieces") -> None:
        """Send the parts of a file; stop when the client leaves or may no longer have them."""
        gone = asyncio.ensure_future(exchange.until_disconnected())
        checked = time.monotonic()
        most = BUCKET_PIECE_BYTES if places.is_remote() else PIECE_BYTES
        left = pieces.length
        try:
            for part in pieces.parts:
                at, end = (0, len(part)) if isinstance(part, bytes) else (part.first, part.last + 1)
                while at < end:
                    if gone.done():
                        return
                    if time.monotonic() - checked >= delivery.CHECK_SECONDS:
                        checked = time.monotonic()
                        if not await self._admitted(exchange.link):
                            return  # an answer that is not ended makes the server close the connection
                    count = min(most, end - at)
                    piece = part if isinstance(part, bytes) else await _reading(file.read, at, count)
                    if not piece:
                        return  # the file has become shorter, or another one
                    at += len(piece)
                    left -= len(piece)
                    await exchange.send({"type": "http.response.body", "body": piece, "more_body": left > 0})
        finally:
            gone.cancel()


@dataclass(frozen=True)
class _Pieces:
    """The body of an answer in its order: bytes as they are, and parts of the file; `length` of all in bytes."""

    parts: Sequence[bytes | Span]
    headers: Headers

    @property
    def length(self) -> int:
        """How many bytes the body has."""
        return sum(len(part) if isinstance(part, bytes) else part.length for part in self.parts)


@dataclass(frozen=True)
class _Exchange:
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

    def asked(self, name: bytes) -> str:
        """A header of the request."""
        return header(self.scope, name)

    def kept(self) -> list[tuple[str, str]]:
        """What every answer about the file says, whoever sends its bytes."""
        return [
            ("Cache-Control", fileheaders.caching(self.link, self.mime_type, now=time.time())),
            ("Content-Disposition", fileheaders.disposition(self.link, self.name, self.mime_type)),
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

    def pieces(self, spans: Sequence[Span], size: int) -> _Pieces:
        """What is sent of a file of `size` bytes: the whole, one part, or several in one body (RFC 9110, 14.6)."""
        if len(spans) > 1:
            boundary = secrets.token_hex(12)
            parts: list[bytes | Span] = []
            for span in spans:
                told = f"Content-Type: {self.mime_type}\r\nContent-Range: {_range(span, size)}"
                parts += [f"\r\n--{boundary}\r\n{told}\r\n\r\n".encode("latin-1"), span]
            parts.append(f"\r\n--{boundary}--\r\n".encode("latin-1"))
            made = _Pieces(parts, ())
            kind = f"multipart/byteranges; boundary={boundary}"
            return _Pieces(parts, [("Content-Type", kind), ("Content-Length", str(made.length))])
        span = spans[0] if spans else Span(0, size - 1)
        common = [("Content-Type", self.mime_type), ("Content-Length", str(span.length))]
        return _Pieces([span], [*common, *([("Content-Range", _range(span, size))] if spans else [])])

    async def hand_over(self) -> None:
        """Let nginx send the bytes: it knows the file's ranges, validators and length by itself."""
        place = f"{settings.X_ACCEL_LOCATION.rstrip('/')}/{quote(self.key)}"
        told = [("X-Accel-Redirect", place), ("Content-Type", self.mime_type), ("Content-Length", "0")]
        await self.answer(200, [*told, *self.kept()])

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


def _range(span: Span, size: int) -> str:
    """A part of a file of `size` bytes, as `Content-Range` names it."""
    return f"bytes {span.first}-{span.last}/{size}"


def files_app() -> App:
    """The app for the router."""
    return raw_app(FileServer())

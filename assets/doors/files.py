"""`/files/<token>/<path>`: the bytes of originals, variants and streaming packages.

Ranges, validators and HEAD as browsers and players need them. Reading happens in threads, one piece at a time and
never ahead of what the client has taken. Without a good token there is nothing here.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar
from urllib.parse import quote

from assets import delivery
from assets.delivery import Link
from assets.services import places
from assets.services.names import asset_folder
from assets.services.places import Opened
from mediaportal.core.bodies import header
from mediaportal.core.doors import App, Headers, Receive, Scope, Send, raw_app, start_answer
from mediaportal.core.problems import MethodNotAllowed, NotFound
from mediaportal.core.ranges import Span, Unsatisfiable, parse_range
from mediaportal.core.threads import in_bucket, in_database, on_disk

P = ParamSpec("P")
R = TypeVar("R")
# What is read at once: from a bucket more, as each piece is a request of its own.
PIECE_BYTES = 512 * 1024
BUCKET_PIECE_BYTES = 2 * 1024 * 1024
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


def open_file(link: Link, rest: str) -> Opened:
    """Open what a link and the rest of its address name; raises `NotFound`, or `StorageUnavailable`."""
    try:
        return places.open_file(link.key(rest), within=asset_folder(link.asset_id))
    except FileNotFoundError:
        raise NotFound from None


def content_type(link: Link, name: str) -> str:
    """The type of a file: from the token, else by its ending."""
    return link.mime_type or _TYPES.get(name.rsplit(".", 1)[-1].lower(), "application/octet-stream")


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


async def _reading(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Do something with a file in the threads for its kind of storage: a slow bucket must not hold up the disk."""
    return await (in_bucket if places.is_remote() else on_disk)(call, *args, **kwargs)


class FileServer:
    """The app behind `/files/`. One per process: it remembers who may play what for a few seconds."""

    def __init__(self) -> None:
        self._standings = delivery.StandingCache()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] not in {"GET", "HEAD"}:
            raise MethodNotAllowed("GET, HEAD")
        token, _slash, rest = scope["path"].removeprefix(delivery.PREFIX).partition("/")
        link = delivery.read(token)
        if not await self._admitted(link):
            raise NotFound
        file = await _reading(open_file, link, rest)
        try:
            await self._serve(_Exchange(scope, receive, send, link, rest.rsplit("/", 1)[-1]), file)
        finally:
            await _reading(file.close)

    async def _admitted(self, link: Link) -> bool:
        """Whether the link may be used at this moment (or could a few seconds ago)."""
        found = self._standings.get(link)
        if found is None:
            asked_at = time.monotonic()
            found = await in_database(delivery.standing, asset_id=link.asset_id, user_id=link.user_id)
            self._standings.put(link, found, asked_at=asked_at)
        return found.admits(link)

    async def _serve(self, exchange: "_Exchange", file: Opened) -> None:
        """Answer with 200, 206, 304 or 416."""
        common = exchange.headers(file)
        if file.validators.unchanged(exchange.asked(b"if-none-match"), exchange.asked(b"if-modified-since")):
            await exchange.answer(304, common)
            return
        span = None
        if file.validators.range_allowed(exchange.asked(b"if-range")):
            try:
                span = parse_range(exchange.asked(b"range"), file.size)
            except Unsatisfiable:
                await exchange.refuse_range(file.size)
                return
        whole = Span(0, file.size - 1)
        part = span or whole
        headers = [*common, ("Content-Length", str(part.length))]
        if span:
            headers.append(("Content-Range", f"bytes {span.first}-{span.last}/{file.size}"))
        await exchange.start(206 if span else 200, headers)
        if exchange.scope["method"] == "HEAD" or part.length == 0:
            await exchange.finish()
            return
        await self._stream(exchange, file, part)

    async def _stream(self, exchange: "_Exchange", file: Opened, part: Span) -> None:
        """Send the bytes of a part; stop when the client leaves or may no longer have them."""
        gone = asyncio.ensure_future(exchange.until_disconnected())
        checked, at, end = time.monotonic(), part.first, part.last + 1
        most = BUCKET_PIECE_BYTES if places.is_remote() else PIECE_BYTES
        try:
            while at < end:
                if gone.done():
                    return
                if time.monotonic() - checked >= delivery.CHECK_SECONDS:
                    checked = time.monotonic()
                    if not await self._admitted(exchange.link):
                        return  # an answer that is not ended makes the server close the connection
                piece = await _reading(file.read, at, min(most, end - at))
                if not piece:
                    return  # the file has become shorter, or another one
                at += len(piece)
                await exchange.send({"type": "http.response.body", "body": piece, "more_body": at < end})
        finally:
            gone.cancel()


@dataclass(frozen=True)
class _Exchange:
    """One request and its answer."""

    scope: Scope
    receive: Receive
    send: Send
    link: Link
    name: str

    def asked(self, name: bytes) -> str:
        """A header of the request."""
        return header(self.scope, name)

    def headers(self, file: Opened) -> list[tuple[str, str]]:
        """What every answer about the file says."""
        mime_type = content_type(self.link, self.name)
        return [
            ("Content-Type", mime_type),
            ("ETag", file.validators.etag),
            ("Last-Modified", file.validators.last_modified),
            ("Accept-Ranges", "bytes"),
            ("Cache-Control", caching(self.link, mime_type, now=time.time())),
            ("Content-Disposition", disposition(self.link, self.name, mime_type)),
            ("Content-Security-Policy", "sandbox; default-src 'none'"),
        ]

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
        await self.start(416, [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")])
        await self.finish()

    async def until_disconnected(self) -> None:
        """Return when the client has gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


def files_app() -> App:
    """The app for the router."""
    return raw_app(FileServer())

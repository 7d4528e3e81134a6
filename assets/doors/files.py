"""`/files/<token>/<path>`: the bytes of originals, variants and streaming packages.

Ranges, validators and HEAD as browsers and players need them. Reading happens in threads, one piece at a time and
never ahead of what the client has taken. Where nginx stands in front (`X_ACCEL_LOCATION`) it sends the bytes, and where
`S3_DELIVERY` says so the bucket or its CDN sends those of segments and downloads: then only the question whether it may
is answered here. Without a good token there is nothing here.
"""

import asyncio
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.conf import settings

from assets import registry
from assets.delivery import standings, tokens
from assets.delivery.tokens import Link
from assets.doors import elsewhere, fileheaders, nofiles
from assets.doors.exchange import Exchange, Pieces
from assets.services import places
from assets.services.names import asset_folder
from assets.services.places import Opened
from mediaportal.core.bodies import header
from mediaportal.core.doors import App, Receive, Scope, Send, raw_app, send_problem, start_answer
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
        self._standings = standings.StandingCache()

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
            if elsewhere.is_wanted(exchange):
                await exchange.send_elsewhere(await in_bucket(elsewhere.address_of, exchange))
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

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> Exchange:
        """What is asked for, by a link that may be used for it. Raises `Problem`s."""
        token, _slash, rest = scope["path"].removeprefix(tokens.PREFIX).partition("/")
        link = tokens.read(token)
        exchange = Exchange(scope, receive, send, link, link.key(rest), rest.rsplit("/", 1)[-1])
        nofiles.require_method(scope, registry.no_file_at(exchange.key))
        if not await self._admitted(link):
            raise NotFound
        return exchange

    async def _open(self, exchange: Exchange) -> Opened | None:
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
                standings.standing, asset_id=link.asset_id, user_id=link.user_id, share_id=link.share_id
            )
            self._standings.put(link, found, asked_at=asked_at)
        return found.admits(link)

    async def _serve(self, exchange: Exchange, file: Opened) -> None:
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

    async def _stream(self, exchange: Exchange, file: Opened, pieces: Pieces) -> None:
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
                    if time.monotonic() - checked >= standings.CHECK_SECONDS:
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


def files_app() -> App:
    """The app for the router."""
    return raw_app(FileServer())

"""Reading the bodies of requests off the event loop's hands: whole small ones, and the rest of refused ones."""

import asyncio
import re
from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings

from mediaportal.core.doors import App, Message, Receive, Scope, Send, end_answer, send_problem
from mediaportal.core.problems import BodyTooLarge, Problem, TooSlow

BODY_SECONDS = 30.0
DRAIN_BYTES = 32 * 1024**2
DRAIN_SECONDS = 20.0


class Disconnected(Exception):
    """The client is gone; nobody waits for an answer."""


def header(scope: Scope, name: bytes) -> str:
    """The first header of this name (in small letters), or the empty string."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def content_length(scope: Scope) -> int | None:
    """The announced size of the body in bytes, or None when the client did not say."""
    value = header(scope, b"content-length")
    return int(value) if value.isascii() and value.isdigit() else None


async def read_whole(scope: Scope, receive: Receive, *, limit: int, seconds: float = BODY_SECONDS) -> bytes:
    """The whole body, of at most `limit` bytes, within `seconds`.

    Raises `BodyTooLarge`, `TooSlow`, or `Disconnected`.
    """
    if (content_length(scope) or 0) > limit:
        raise BodyTooLarge
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                body += message.get("body", b"")
                if len(body) > limit:
                    raise BodyTooLarge
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise TooSlow from None


async def drain(receive: Receive, *, limit: int = DRAIN_BYTES, seconds: float = DRAIN_SECONDS) -> bool:
    """Throw away what still comes of a body; True when its end was reached within `limit` bytes and `seconds`.

    A browser shows an early answer only after it has sent everything.
    """
    seen = 0
    try:
        async with asyncio.timeout(seconds):
            while seen <= limit:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return False
                seen += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return True
    except TimeoutError:
        pass
    return False


def with_whole_body(app: App, *, larger: Mapping[re.Pattern[str], int] = MappingProxyType({})) -> App:
    """Collect each request's body before the app is called, so that no thread ever waits for a slow client.

    For apps whose requests are small: `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes at most, or as many as `larger` says for the
    whole of a path.
    """

    def most(path: str) -> int:
        found = (limit for pattern, limit in larger.items() if pattern.fullmatch(path))
        return max(settings.DATA_UPLOAD_MAX_MEMORY_SIZE, *found, 0)

    async def collected(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await read_whole(scope, receive, limit=most(scope["path"]))
        except Disconnected:
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return {"type": "http.disconnect"}
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await app(scope, replay, send)

    return refusing_early(collected)


def refusing_early(app: App) -> App:
    """Let an app refuse a request whose body has not been read: the answer is sent, the rest of the body drained
    (within bounds), then the connection closed.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        finished = False

        async def counted() -> Message:
            nonlocal finished
            message = await receive()
            finished = message["type"] == "http.disconnect" or not message.get("more_body", False)
            return message

        try:
            await app(scope, counted, send)
        except Problem as problem:
            if finished:
                await send_problem(send, problem)
                return
            await send_problem(send, problem, headers=[("Connection", "close")], more=True)
            await drain(counted)
            await end_answer(send)

    return guarded

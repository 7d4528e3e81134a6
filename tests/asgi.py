"""Calling raw ASGI apps in tests, without a server: a scope and a body in, the whole answer out."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mediaportal.core.doors import App, Message, Scope

HEADERS = ((b"host", b"testserver"),)


@dataclass
class Answer:
    """What an app sent."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    finished: bool = False

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def scope_of(method: str, url: str, headers: dict[str, str] | None = None) -> Scope:
    """An HTTP scope as uvicorn makes it."""
    parts = urlsplit(url)
    given = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [*HEADERS, *given] if "host" not in {n.lower() for n in headers or {}} else given,
        "client": ("127.0.0.1", 40000),
        "server": ("testserver", 80),
    }


async def call(
    app: App,
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    body: Sequence[bytes] = (b"",),
    disconnect: bool = False,
) -> Answer:
    """Send one request, its body in the given pieces; with `disconnect` the client goes away after them."""
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in body]
    if not disconnect:
        messages[-1]["more_body"] = False
    answer = Answer()
    gone = asyncio.Event()

    async def receive() -> Message:
        await asyncio.sleep(0)
        if messages:
            return messages.pop(0)
        if not disconnect:
            await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")
            answer.finished = not message.get("more_body", False)
            if answer.finished:
                gone.set()

    await app(scope_of(method, url, headers), receive, send)
    return answer


def request(
    app: App,
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    body: Sequence[bytes] = (b"",),
    disconnect: bool = False,
) -> Answer:
    """As `call`, for tests that use the ORM themselves and so have no event loop of their own."""
    return asyncio.run(call(app, method, url, headers=headers, body=body, disconnect=disconnect))

"""A small tus client for tests: headers in, answers out, through the router and without a server."""

import asyncio
import base64
import hashlib
import os
from collections.abc import Mapping
from typing import Any

from rest_framework_simplejwt.tokens import AccessToken

from assets.models import UploadSession
from mediaportal import asgi
from mediaportal.accounts.models import User
from tests.asgi import Answer, request, scope_of
from tests.forms import pieces, png

PATH = "/api/v1/uploads/"
CHUNK = "application/offset+octet-stream"
PICTURE = png()
LARGE = PICTURE + os.urandom(700_000)
VERSION = {"Tus-Resumable": "1.0.0"}


def encoded(**pairs: str) -> str:
    """`Upload-Metadata` of these pairs."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def bearer(user: User | None) -> dict[str, str]:
    """The header of somebody's token."""
    return {"Authorization": f"Bearer {AccessToken.for_user(user)}"} if user else {}


def ask(method: str, url: str, headers: Mapping[str, Any] | None = None, **how: Any) -> Answer:
    """One request of a tus client."""
    given = VERSION | {name: str(value) for name, value in dict(headers or {}).items()}
    return request(asgi.application, method, url, headers=given, **how)


def create(
    user: User | None, length: int | None, headers: Mapping[str, Any] | None = None, **pairs: str
) -> Answer:
    """Begin an upload."""
    size = {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": length}
    words = {"Upload-Metadata": encoded(**pairs)} if pairs else {}
    return ask("POST", PATH, bearer(user) | size | words | dict(headers or {}))


def patch(
    url: str,
    data: bytes,
    offset: int,
    headers: Mapping[str, Any] | None = None,
    *,
    size: int = 65_536,
    disconnect: bool = False,
    told: bool = True,
) -> Answer:
    """Send a chunk in pieces of `size` bytes; with `disconnect` the client goes away after them."""
    given: dict[str, Any] = {"Content-Type": CHUNK, "Upload-Offset": offset}
    if told:
        given["Content-Length"] = len(data)
    return ask("PATCH", url, given | dict(headers or {}), body=pieces(data, size), disconnect=disconnect)


def head(url: str) -> Answer:
    """Ask where an upload stands."""
    return ask("HEAD", url)


def code(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status, answer.json()["code"]


def begun(user: User, content: bytes = LARGE, **pairs: str) -> str:
    """An upload that waits for its bytes."""
    return create(user, len(content), None, **pairs).headers["location"]


def row(url: str) -> UploadSession:
    """The upload's row."""
    return UploadSession.objects.get(pk=url.rsplit("/", 1)[-1])


def checksum(data: bytes, algorithm: str = "sha1") -> dict[str, str]:
    """`Upload-Checksum` of some bytes."""
    digest = hashlib.new(algorithm, data).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


async def silent_after(url: str, data: bytes) -> Answer:
    """Send the beginning of a chunk, then nothing."""
    sent = False
    answer = Answer()

    async def receive() -> Any:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": data, "more_body": True}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}

    given = VERSION | {"Content-Type": CHUNK, "Upload-Offset": "0"}
    await asgi.application(scope_of("PATCH", url, given), receive, send)
    return answer

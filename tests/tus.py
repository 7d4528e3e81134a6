"""A small tus client for tests: headers in, answers out, through the router and without a server."""

import base64
from collections.abc import Mapping
from typing import Any

from rest_framework_simplejwt.tokens import AccessToken

from mediaportal import asgi
from mediaportal.accounts.models import User
from tests.asgi import Answer, request
from tests.forms import pieces

PATH = "/api/v1/uploads/"
CHUNK = "application/offset+octet-stream"
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

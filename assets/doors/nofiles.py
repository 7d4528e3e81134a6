"""What upper rooms answer in the place of a file, under the same links and the same question as files: licences, keys.

Such answers are small, made for one request, and kept by nobody on the way.
"""

from collections.abc import Iterable

from assets import registry
from assets.delivery.tokens import Link
from mediaportal.core.bodies import Disconnected, read_whole
from mediaportal.core.doors import Receive, Scope, Send, start_answer
from mediaportal.core.problems import MethodNotAllowed
from mediaportal.core.threads import in_database

BODY_BYTES = 64 * 1024
Found = tuple[registry.NoFile, dict[str, str]]


def require_method(scope: Scope, found: Found | None) -> None:
    """Raise `MethodNotAllowed` for a verb that the address does not take: files take `GET` and `HEAD`."""
    allowed = ("GET", "HEAD") if found is None else (found[0].method,)
    if scope["method"] not in allowed:
        raise MethodNotAllowed(", ".join(allowed))


async def answer(
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    link: Link,
    found: Found,
    headers: Iterable[tuple[str, str]] = (),
) -> None:
    """Have the upper room answer a request whose link has been found good. Raises its `Problem`s."""
    no_file, parts = found
    try:
        body = await read_whole(scope, receive, limit=BODY_BYTES) if no_file.method == "POST" else b""
    except Disconnected:
        return
    asked = registry.Asked(link.asset_id, parts, body, caller_of(link, scope))
    told = await in_database(no_file.answer, asked)
    head = [
        ("Content-Type", told.mime_type),
        ("Content-Length", str(len(told.body))),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "sandbox; default-src 'none'"),
        *headers,
    ]
    await start_answer(send, status=200, headers=head)
    await send({"type": "http.response.body", "body": told.body, "more_body": False})


def caller_of(link: Link, scope: Scope) -> str:
    """Who asks, as far as requests are counted: whom the link was made for, and from where it is used."""
    client = scope.get("client")
    return f"{link.user_id or link.share_id}@{client[0] if client else ''}"

"""The router hands each connection to the app that serves it, and tells problems in its own words."""

from typing import Any

import pytest

from mediaportal import asgi
from tests.asgi import call, scope_of

pytestmark = pytest.mark.django_db(transaction=True)


async def test_django_answers_what_no_stream_serves() -> None:
    answer = await call(asgi.application, "GET", "/api/v1/nothing")
    assert (answer.status, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_foreign_host_names_are_refused() -> None:
    answer = await call(asgi.application, "GET", "/api/v1/me/", headers={"Host": "evil.example"})
    assert answer.status == 400


async def test_query_strings_that_are_not_ascii_are_refused() -> None:
    async def none() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    await asgi.application({**scope_of("GET", "/api/"), "query_string": b"q=\xff"}, none, keep)
    assert sent[0]["status"] == 400


async def test_websockets_that_nobody_serves_are_refused() -> None:
    sent: list[Any] = []

    async def connect() -> Any:
        return {"type": "websocket.connect"}

    async def keep(message: Any) -> None:
        sent.append(message)

    scope = {**scope_of("GET", "/ws/v1/nothing/"), "type": "websocket", "scheme": "ws"}
    await asgi.application(scope, connect, keep)
    assert [message["type"] for message in sent] == ["websocket.close"]


async def test_there_is_no_lifespan() -> None:
    async def nothing(*_: Any) -> Any:
        return None

    with pytest.raises(ValueError, match="lifespan"):
        await asgi.application({"type": "lifespan"}, nothing, nothing)


async def test_headers_that_wsgi_would_mix_up_are_dropped() -> None:
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.extend(name for name, _value in scope["headers"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    asgi.STREAMS["/test-headers"] = app
    try:
        headers = {"X_Forwarded_Proto": "https", "X-Forwarded-Proto": "http"}
        await call(asgi.application, "GET", "/test-headers", headers=headers)
    finally:
        del asgi.STREAMS["/test-headers"]
    assert seen == [b"host", b"x-forwarded-proto"]

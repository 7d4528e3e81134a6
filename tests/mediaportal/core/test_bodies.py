"""Bodies are collected within bounds of size and time, and refused requests end in order."""

import asyncio
import re
from typing import Any

import pytest

from mediaportal.core import bodies
from mediaportal.core.doors import Receive, Scope, Send, send_json
from mediaportal.core.problems import BodyTooLarge, NotPermitted, TooSlow
from tests.asgi import call, scope_of


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the size of the body, as one message."""
    message = await receive()
    assert not message["more_body"]
    await send_json(send, 200, {"size": len(message["body"])})
    assert (await receive())["type"] == "http.disconnect"


async def test_a_small_body_arrives_whole() -> None:
    answer = await call(bodies.with_whole_body(echo), "POST", "/x", body=[b"a" * 10, b"b" * 20])
    assert answer.json() == {"size": 30}


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "5000"}])
async def test_a_large_body_is_refused(settings: Any, headers: dict[str, str]) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    pieces = [b"a" * 500] * 10
    answer = await call(bodies.with_whole_body(echo), "POST", "/x", headers=headers, body=pieces)
    assert (answer.status, answer.json()["code"]) == (413, "request_too_large")
    assert answer.headers["connection"] == "close"
    assert answer.finished


async def test_some_paths_take_larger_bodies(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    app = bodies.with_whole_body(echo, larger={re.compile(r"/tracks/\d+/"): 2000})
    pieces = [b"a" * 500] * 4
    assert (await call(app, "POST", "/tracks/1/", body=pieces)).json() == {"size": 2000}
    for path, sent in (("/tracks/1/", [*pieces, b"a"]), ("/tracks/1/more", pieces), ("/x", pieces)):
        assert (await call(app, "POST", path, body=sent)).status == 413


async def test_nothing_is_answered_to_a_client_that_left() -> None:
    answer = await call(bodies.with_whole_body(echo), "POST", "/x", body=[b"a"], disconnect=True)
    assert answer.status == 0


async def test_a_body_that_does_not_come_ends_the_request() -> None:
    async def never() -> Any:
        await asyncio.sleep(10)

    with pytest.raises(TooSlow):
        await bodies.read_whole(scope_of("POST", "/x"), never, limit=10, seconds=0.05)


async def test_reading_stops_at_the_limit() -> None:
    async def endless() -> Any:
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    with pytest.raises(BodyTooLarge):
        await bodies.read_whole(scope_of("POST", "/x"), endless, limit=1000)
    assert not await bodies.drain(endless, limit=1000)


async def test_an_early_refusal_lets_the_client_finish() -> None:
    async def refuse(*_: Any) -> None:
        raise NotPermitted

    answer = await call(bodies.refusing_early(refuse), "POST", "/x", body=[b"a" * 1000] * 5)
    assert (answer.status, answer.finished, answer.headers["connection"]) == (403, True, "close")


def test_content_length() -> None:
    assert bodies.content_length(scope_of("POST", "/x", {"Content-Length": "12"})) == 12
    assert bodies.content_length(scope_of("POST", "/x", {"Content-Length": "-1"})) is None
    assert bodies.content_length(scope_of("POST", "/x")) is None

"""People, assets and jobs as the live events see them, and websockets to hear them with."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from assets.models import Asset
from mediaportal.accounts.authentication import websocket_door
from mediaportal.accounts.models import User
from mediaportal.core.threads import in_database
from notifications.consumers import Limits, events_app
from processing.models import Job, Status, Step

Listening = Callable[..., AbstractAsyncContextManager["Ear"]]


def job_of(asset: Asset, **fields: Any) -> Job:
    """The asset's job, in work, with three steps."""
    job = Job.objects.create(
        id=asset.job_id, asset=asset, **({"status": Status.PROCESSING, "progress": 40} | fields)
    )
    for position, name in enumerate(("upload", "probe", "transcoding")):
        Step.objects.create(job=job, name=name, position=position, queue="ingest")
    return job


def session_of(user: User) -> str:
    """The key of a session that the user has signed in to."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


class Ear:
    """A client of the websocket."""

    def __init__(self, wire: Any) -> None:
        self.wire = wire

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.say_text(json.dumps(message))

    async def say_text(self, text: str) -> None:
        """Send a text as it stands."""
        await self.wire.send_input({"type": "websocket.receive", "text": text})

    async def hear(self, seconds: float = 30.0, *, pings: bool = False) -> dict[str, Any]:
        """The next message; `pings`, which come whenever a line has been quiet, only when they are asked for."""
        while True:
            message = await self.wire.receive_output(timeout=seconds)
            assert message["type"] == "websocket.send", message
            told = dict(json.loads(message["text"]))
            if pings or told["type"] != "ping":
                return told

    async def open(self, topic: str, **more: Any) -> dict[str, Any]:
        """Subscribe, and the answer."""
        await self.say(action="subscribe", topic=topic, **more)
        return await self.hear()

    async def hear_nothing(self, seconds: float = 0.3) -> bool:
        """Is it quiet for so long?"""
        return bool(await self.wire.receive_nothing(timeout=seconds, interval=0.05))

    async def closed_with(self, seconds: float = 30.0) -> int:
        """The code with which the server closes."""
        while (message := await self.wire.receive_output(timeout=seconds))["type"] != "websocket.close":
            pass
        return int(message["code"])


def wire_of(session_key: str | None, *, headers: tuple[tuple[bytes, bytes], ...] = (), **limits: Any) -> Any:
    """A websocket in its handshake, with a browser's headers: an `ApplicationCommunicator`, which has no types."""
    cookie = ((b"cookie", f"sessionid={session_key}".encode()),) if session_key else ()
    scope = {
        "type": "websocket",
        "scheme": "ws",
        "http_version": "1.1",
        "path": "/ws/v1/events/",
        "raw_path": b"/ws/v1/events/",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"testserver"), *(headers or ((b"origin", b"http://testserver"),)), *cookie],
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 50_000),
        "subprotocols": [],
    }
    communicator: Any = ApplicationCommunicator
    return communicator(websocket_door(events_app(Limits(**limits))), scope)


@pytest.fixture(autouse=True)
def _no_lasting_connections() -> Iterator[None]:
    """The threads of the pools keep no connection, or the test database could not be dropped at the end."""
    shared = connection.settings_dict
    before, shared["CONN_MAX_AGE"] = shared["CONN_MAX_AGE"], 0
    yield
    shared["CONN_MAX_AGE"] = before


@pytest.fixture
def listening() -> Listening:
    """`async with listening(user) as ear` connects as that user."""

    @asynccontextmanager
    async def connect(user: User, **limits: Any) -> AsyncIterator[Ear]:
        wire = wire_of(await in_database(session_of, user), **limits)
        await wire.send_input({"type": "websocket.connect"})
        assert (await wire.receive_output(timeout=30))["type"] == "websocket.accept"
        try:
            yield Ear(wire)
        finally:
            if wire.future is not None and not wire.future.done():
                await wire.send_input({"type": "websocket.disconnect", "code": 1000})
            await wire.wait(timeout=30)

    return connect

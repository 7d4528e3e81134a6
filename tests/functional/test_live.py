"""A worker's news reaches a browser's websocket: uvicorn, Celery, PostgreSQL and Redis as they are run."""

import asyncio
import json
import struct
import wave
from contextlib import closing
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, transaction
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from assets.models import Asset
from assets.signals import asset_stored
from mediaportal.accounts.models import User
from tests.factories import AssetFactory, UserFactory
from tests.notifications.conftest import session_of


def line(web: str, user: User | None, **headers: str) -> Any:
    """A websocket as a browser opens it."""
    cookie = {"Cookie": f"sessionid={session_of(user)}"} if user else {}
    return connect(
        web.replace("http://", "ws://") + "/ws/v1/events/",
        additional_headers=cookie | headers,
        origin=None if "Origin" in headers else web,  # type: ignore[arg-type]
        open_timeout=60,
    )


async def open_topic(wire: ClientConnection, topic: str) -> dict[str, Any]:
    await wire.send(json.dumps({"action": "subscribe", "topic": topic}))
    return dict(json.loads(await asyncio.wait_for(wire.recv(), 10)))


async def hear_until(wire: ClientConnection, event_type: str, seconds: float = 60) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    async with asyncio.timeout(seconds):
        while not heard or heard[-1]["type"] != event_type:
            heard.append(json.loads(await wire.recv()))
    return heard


def tone() -> Asset:
    """Two seconds of sound in the storage, without a job yet."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(b"".join(struct.pack("<h", 8_000 * (n // 10 % 2)) for n in range(16_000)))
    asset: Asset = AssetFactory(
        kind="audio",
        mime_type="audio/wav",
        extension="wav",
        width=None,
        height=None,
        content=file.getvalue(),
        visibility="internal",
    )
    return asset


def store(asset: Asset) -> None:
    """Hand an asset to the work, as its acceptance does."""
    with closing(connection), transaction.atomic():  # a thread's own connection
        asset_stored.send(sender=Asset, asset=asset, options={}, user=asset.uploaded_by)


def test_a_job_moves_on_the_owners_screen_and_then_in_everybodys_library(web: str, workers: None) -> None:
    asset = tone()
    owner_line, other_line = line(web, asset.uploaded_by), line(web, UserFactory(role="viewer"))

    async def watch() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        async with owner_line as own, other_line as other:
            assert (await open_topic(own, f"asset:{asset.pk}"))["type"] == "snapshot"
            assert (await open_topic(other, f"asset:{asset.pk}"))["code"] == "not_permitted"
            assert (await open_topic(other, "library"))["type"] == "snapshot"
            await asyncio.to_thread(store, asset)
            mine = await hear_until(own, "job.completed")
            return mine, await hear_until(other, "asset.published")

    mine, others = asyncio.run(watch())
    types = [message["type"] for message in mine]
    assert {"job.progress", "variant.ready", "asset.published", "job.completed"} <= set(types)
    percents = [message["data"]["progress"] for message in mine if message["type"].startswith("job.")]
    assert percents == sorted(percents) and percents[-1] == 100
    numbers = [message["seq"] for message in mine if message["seq"] is not None]
    assert numbers == sorted(numbers)
    assert [message["type"] for message in others] == ["asset.published"]


def test_only_our_own_pages_may_open_it(web: str) -> None:
    async def foreign() -> None:
        async with line(web, None, Origin="https://evil.example"):
            pass

    with pytest.raises(InvalidStatus):
        asyncio.run(foreign())


def test_nobody_signed_in_is_told_to_sign_in(web: str) -> None:
    async def stranger() -> int | None:
        async with line(web, None) as wire:
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(wire.recv(), 10)
            return closed.value.rcvd.code if closed.value.rcvd else None

    assert asyncio.run(stranger()) == 4401

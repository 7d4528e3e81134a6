"""Messages reach the channel layer from any thread, and a Redis that is away harms nobody."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.db import transaction
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from notifications.events import Told, now
from notifications.models import Event
from notifications.services import broadcast, outbox


def told(number: int) -> Told:
    return {
        "topic": "asset:a", "type": "asset.stored", "id": number, "seq": number, "at": now(), "data": {"n": number},
        "asset_id": None, "owner_id": None, "told_all": False,
    }  # fmt: skip


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A Redis that refuses connections."""
    gone = Redis(unix_socket_path=str(tmp_path / "none.sock"), retry=Retry(NoBackoff(), 1))
    monkeypatch.setattr(broadcast, "_redis", lambda: gone)
    yield
    broadcast.pause.end()


@pytest.fixture
def silent_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A Redis that accepts connections and never answers."""
    path = str(tmp_path / "mute.sock")
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(path)
        mute.listen()
        client = Redis(unix_socket_path=path, socket_timeout=0.3, retry=Retry(NoBackoff(), 1))
        monkeypatch.setattr(broadcast, "_redis", lambda: client)
        yield
        client.close()
    broadcast.pause.end()


async def received(layer: Any, channel: str, count: int) -> list[int]:
    return [(await asyncio.wait_for(layer.receive(channel), 15))["told"]["seq"] for _message in range(count)]


async def test_the_channel_layer_hears_what_threads_send_in_order() -> None:
    layer: Any = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("asset.a", channel)

    def send_all() -> None:
        for number in range(50):
            broadcast.send([("asset.a", told(number))])

    thread = threading.Thread(target=send_all)
    thread.start()
    assert await received(layer, channel, 50) == list(range(50))
    thread.join()
    await layer.flush()


async def test_inside_an_event_loop_the_sender_does_not_wait() -> None:
    layer: Any = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("asset.b", channel)
    for number in range(10):
        broadcast.send([("asset.b", told(number))])
    assert await received(layer, channel, 10) == list(range(10))
    await layer.flush()


@pytest.mark.django_db(transaction=True)
def test_without_redis_the_change_is_kept_and_nothing_is_raised(
    no_redis: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), transaction.atomic():
        event = outbox.write(event_type="asset.stored", topics=["asset:a"], data={})
    event.refresh_from_db()
    assert event.seq is not None
    assert "Redis is away" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_hangs_costs_a_second_once(silent_redis: None) -> None:
    began = time.monotonic()
    for _turn in range(20):
        outbox.write(event_type="asset.stored", topics=["asset:a"], data={})
    assert time.monotonic() - began < 6  # each one by itself would make it twelve
    assert Event.objects.filter(seq=None).count() == 0

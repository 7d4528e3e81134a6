"""Sending to the websockets through Redis, from any thread of any process.

The channel layer is made for an event loop; called from the threads of a worker or of a2wsgi it would open a new
loop and a new Redis connection for each message (measured with four threads: 9.5 ms a message against 0.2 ms). So
messages are published with the ordinary Redis client, in the channel layer's own wire form. Nothing here ever raises
because of Redis: what was lost is found again in the outbox by the listeners (durable events) or is overtaken by the
next message (progress).
"""

import asyncio
import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from notifications.events import Told

logger = logging.getLogger(__name__)

MESSAGE_TYPE = "portal.event"
_LIMIT_SECONDS = 0.5
_PAUSE_SECONDS = 5.0


class _Pause:
    """Remembers that Redis was away, so that nobody waits for it again within the next seconds."""

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()

    @property
    def on(self) -> bool:
        """Is the pause still on?"""
        return time.monotonic() < self._until

    def begin(self) -> None:
        """Start the pause anew."""
        with self._lock:
            self._until = time.monotonic() + _PAUSE_SECONDS

    def end(self) -> None:
        """Try again at once."""
        self._until = 0.0


pause = _Pause()


def _config() -> dict[str, Any]:
    """The channel layer's settings."""
    layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
    return dict(layer["CONFIG"])


@cache
def _redis() -> Redis:
    """The client; its pool gives every thread a connection of its own and opens new ones after a fork."""
    return Redis.from_url(
        _config()["hosts"][0],
        socket_timeout=_LIMIT_SECONDS,
        socket_connect_timeout=_LIMIT_SECONDS,
        # Once more at once: a connection of the pool may be older than the last restart of Redis.
        retry=Retry(NoBackoff(), 1),
    )


@cache
def _aside() -> ThreadPoolExecutor:
    """One thread, so that senders inside an event loop keep their order and never block the loop."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="broadcast")


def channel_name(group: str) -> str:
    """Where the channel layer listens for a group."""
    return f"{_config().get('prefix', 'asgi')}__group__{group}"


def send(parcels: Iterable[tuple[str, Told]]) -> None:
    """Send each message to its group, in order. Never raises because of Redis and takes a second at most."""
    ready = [(channel_name(group), _packed(told)) for group, told in parcels]
    if not ready or pause.on:
        return
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        _publish(ready)
    else:
        _aside().submit(_publish, ready)


def _packed(told: Told) -> bytes:
    layer: Any = get_channel_layer()
    packed: bytes = layer.serialize({"type": MESSAGE_TYPE, "told": told})
    return packed


def _publish(ready: list[tuple[str, bytes]]) -> None:
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for channel, packed in ready:
                pipe.publish(channel, packed)
            pipe.execute()
    except (RedisError, OSError) as error:
        pause.begin()
        logger.warning("Redis is away, %d live messages were not sent: %s", len(ready), error)

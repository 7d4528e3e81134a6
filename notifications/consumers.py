"""The websocket `/ws/v1/events/`: one connection of one person, listening to up to a hundred topics.

A raw ASGI app, because Channels' consumers do their house-keeping in the one thread that is shared by all. Three
tasks serve a connection: one hears the client, one hears the channel layer, one looks after the connection every
few seconds (is the person still signed in, was anything lost, is the line alive). A client that does not read is
closed after `send_seconds`; nobody else waits for it.
"""

import asyncio
import json
import logging
import random
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from channels.layers import get_channel_layer
from django.db import Error as DatabaseError
from redis.exceptions import RedisError

from mediaportal.accounts.authentication import websocket_caller
from mediaportal.accounts.models import User
from mediaportal.core.doors import App, Receive, Scope, Send
from mediaportal.core.problems import NotPermitted, Problem
from mediaportal.core.threads import in_database
from notifications.events import ServerMessage, Told, Topic, as_message, now, parse_topic
from notifications.services import audience, listening
from notifications.services.broadcast import MESSAGE_TYPE
from notifications.services.sight import sight

logger = logging.getLogger(__name__)

SIGN_IN_AGAIN: Final = 4401
TRY_LATER: Final = 1013
TOO_BIG: Final = 1009
TOO_SLOW: Final = 1008

_LAYER_TROUBLE = (RedisError, OSError, TimeoutError)


@dataclass(frozen=True)
class Limits:
    """What one connection may do, how many of them one person may have in a process, and how long things may take in
    seconds.
    """

    subscriptions: int = 100
    connections: int = 50
    messages_at_once: int = 150
    messages_per_second: float = 10.0
    message_bytes: int = 16 * 1024
    waiting: int = 1_000
    send_seconds: float = 10.0
    layer_seconds: float = 5.0
    care_seconds: float = 20.0


@dataclass
class Subscription:
    """A topic that is listened to. Everything up to `covered` has been sent or was not for this person; `sent` holds
    the numbers beyond it that came live. While `opened` is False, live events wait in `held_back`.
    """

    topic: Topic
    groups: list[str]
    covered: int = 0
    sent: set[int] = field(default_factory=set)
    opened: bool = False
    held_back: list[Told] = field(default_factory=list)

    def take(self, told: Told) -> bool:
        """Is this event new to the client? Each number is taken once; what has none is always new."""
        seq = told["seq"]
        if seq is None:
            return True
        if seq <= self.covered or seq in self.sent:
            return False
        self.sent.add(seq)
        return True

    def cover(self, seq: int) -> None:
        """Everything up to this number is dealt with."""
        self.covered = max(self.covered, seq)
        self.sent = {number for number in self.sent if number > self.covered}


class _Closed(Exception):
    """The connection is to be closed by us, with this code, or is closed already (None)."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class Connection:
    """One websocket from its handshake to its end."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limits: Limits) -> None:
        self._scope, self._receive, self._send, self._limits = scope, receive, send, limits
        self._user: User = scope["user"]
        self._topics: dict[str, Subscription] = {}
        self._waiting: asyncio.Queue[Told] = asyncio.Queue(limits.waiting)
        self._sending = asyncio.Lock()
        self._said_something = False
        self._sees_all = False
        self._may_ask, self._paced_at = float(limits.messages_at_once), time.monotonic()
        self._layer: Any = get_channel_layer()
        self._channel = ""

    async def serve(self) -> None:
        """Serve the connection until either side ends it."""
        code = None
        try:
            self._channel = await self._in_time(self._layer.new_channel())
            await self._serve_by_tasks()
        except _Closed as end:
            code = end.code
        except _LAYER_TROUBLE as error:
            logger.warning("live events cannot be heard, Redis is away: %s", error)
            code = TRY_LATER
        finally:
            await self._leave()
        if code is not None:
            # The line may be dead or blocked; then there is nobody to tell.
            with suppress(OSError, RuntimeError):
                await self._in_time(self._send({"type": "websocket.close", "code": code}))

    async def _serve_by_tasks(self) -> None:
        tasks = [
            asyncio.create_task(work())
            for work in (self._hear_client, self._hear_layer, self._tell, self._care)
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            done, _stuck = await asyncio.wait(tasks, timeout=self._limits.layer_seconds)
        for task in done:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _leave(self) -> None:
        for subscription in self._topics.values():
            await self._part(subscription.groups)
        self._topics.clear()

    # --- The client speaks ----------------------------------------------------------------------------------------
    async def _hear_client(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None or len(text.encode()) > self._limits.message_bytes:
                await self._refuse("message_too_large" if text else "invalid_message", None)
                raise _Closed(TOO_BIG)
            await self._pace()
            await self._obey(text)

    async def _pace(self) -> None:
        """Let a client that asks too much wait for its answer; what it sends meanwhile waits in the socket."""
        limits, now_at = self._limits, time.monotonic()
        gained = (now_at - self._paced_at) * limits.messages_per_second
        self._may_ask = min(limits.messages_at_once, self._may_ask + gained) - 1
        self._paced_at = now_at
        if self._may_ask < 0:
            await asyncio.sleep(-self._may_ask / limits.messages_per_second)

    async def _obey(self, text: str) -> None:
        try:
            wish = json.loads(text)
        except (ValueError, RecursionError):
            wish = None
        if not isinstance(wish, dict):
            await self._refuse("invalid_message", None)
            return
        action, name = wish.get("action"), wish.get("topic")
        if action == "ping":
            await self._say({"type": "pong", "at": now()})
        elif action not in ("subscribe", "unsubscribe"):
            await self._refuse("unknown_action", None)
        elif not isinstance(name, str) or (topic := parse_topic(name)) is None:
            # Half of a surrogate pair, for one, could not be sent back.
            told_back = isinstance(name, str) and name.isprintable()
            await self._refuse("unknown_topic", name if told_back else None)
        elif action == "unsubscribe":
            await self._unsubscribe(topic)
        else:
            await self._subscribe(topic, wish.get("since"))

    async def _subscribe(self, topic: Topic, since: Any) -> None:
        name = str(topic)
        if since is not None and (not isinstance(since, int) or isinstance(since, bool) or since < 0):
            await self._refuse("invalid_message", name)
            return
        if name not in self._topics and len(self._topics) >= self._limits.subscriptions:
            await self._refuse("too_many_subscriptions", name)
            return
        await self._drop(name)
        user = await sight().people.get(self._user.pk) or self._user
        self._sees_all = audience.sees_all(user)
        subscription = Subscription(topic, audience.groups_to_join(topic, user))
        self._topics[name] = subscription
        try:
            await self._join(subscription.groups)
            opening = await in_database(listening.open_topic, user=user, topic=topic, since=since)
        except NotPermitted:
            await self._drop(name)
            await self._refuse("not_permitted", name)
        except DatabaseError:
            logger.exception("the topic %s cannot be opened", name)
            await self._drop(name)
            await self._refuse("unavailable", name)
        else:
            await self._open(subscription, opening)

    async def _open(self, subscription: Subscription, opening: listening.Opening) -> None:
        """Send the snapshot, what was missed, and what came in the meantime, in this order."""
        name = str(subscription.topic)
        snapshot: dict[str, Any] = {
            "type": "snapshot",
            "topic": name,
            "id": None,
            "seq": opening.seq,
            "at": now(),
            "data": opening.snapshot,
        }
        if not opening.complete:
            snapshot["complete"] = False
        await self._say(snapshot)
        for told in opening.missed:
            await self._say(as_message(told))
        subscription.cover(opening.seq)
        while subscription.held_back:
            await self._pass_on(subscription, subscription.held_back.pop(0))
        subscription.opened = True

    async def _unsubscribe(self, topic: Topic) -> None:
        await self._drop(str(topic))
        await self._say({"type": "unsubscribed", "topic": str(topic)})

    async def _drop(self, name: str) -> None:
        subscription = self._topics.pop(name, None)
        if subscription is not None:
            await self._part(subscription.groups)

    # --- The layer speaks -----------------------------------------------------------------------------------------
    async def _hear_layer(self) -> None:
        """Take messages out of the channel at once: its queue has no bound, ours has. What does not fit in is lost
        here and found again in the outbox.
        """
        while True:
            message = await self._layer.receive(self._channel)
            if message.get("type") != MESSAGE_TYPE:
                continue
            try:
                self._waiting.put_nowait(message["told"])
            except asyncio.QueueFull:
                logger.info("a listener does not keep up; an event waits in the outbox")

    async def _tell(self) -> None:
        while True:
            told = await self._waiting.get()
            subscription = self._topics.get(told["topic"])
            if subscription is None:
                continue
            if subscription.opened:
                await self._pass_on(subscription, told)
            elif len(subscription.held_back) < self._limits.waiting:
                subscription.held_back.append(told)

    async def _pass_on(self, subscription: Subscription, told: Told) -> None:
        """Send an event to the client, as far as this person may know of it now."""
        if not subscription.take(told):
            return
        try:
            mine = await self._for_me(told)
        except DatabaseError:
            logger.warning("an event waits: access to it cannot be checked", exc_info=True)
            subscription.sent.discard(told["seq"] or 0)
            return
        if mine is not None:
            await self._say(as_message(mine))
            await self._end_if_gone(subscription, told, mine)

    async def _for_me(self, told: Told) -> Told | None:
        """The event as this person may learn of it now; checked with what is known for at most five seconds."""
        user = await sight().people.get(self._user.pk)
        if user is None:
            return None
        asset = None
        if told["asset_id"] is not None:
            asset = await sight().asset_for(user, uuid.UUID(told["asset_id"]), seq=told["seq"] or 0)
        return audience.told_to(user, told, asset)

    async def _end_if_gone(self, subscription: Subscription, told: Told, mine: Told) -> None:
        """Stop listening to an object that this person may not see any longer."""
        if subscription.topic.object_id is not None and audience.is_gone(told, mine):
            name = str(subscription.topic)
            await self._drop(name)
            await self._refuse("not_permitted", name)

    # --- Care -----------------------------------------------------------------------------------------------------
    async def _care(self) -> None:
        while True:
            # Not all at the same moment after a restart.
            await asyncio.sleep(self._limits.care_seconds * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
            try:
                await self._check_sign_in()
                await self._catch_up()
            except DatabaseError:
                logger.warning("a listener cannot be looked after: the database is away", exc_info=True)
            if not self._said_something:
                await self._say({"type": "ping", "at": now()})
            self._said_something = False

    async def _check_sign_in(self) -> None:
        """Close when the session or token has ended or the account was switched off; follow a new role."""
        try:
            caller = await in_database(websocket_caller, self._scope)
        except Problem:
            raise _Closed(SIGN_IN_AGAIN) from None
        if not isinstance(caller, User) or caller.pk != self._user.pk or not caller.is_active:
            raise _Closed(SIGN_IN_AGAIN)
        user = await sight().people.get(self._user.pk) or caller
        library = self._topics.get("library")
        if library is not None and library.opened and audience.sees_all(user) != self._sees_all:
            await self._subscribe(library.topic, library.covered)

    async def _catch_up(self) -> None:
        """Send what is in the outbox and did not come live, because Redis or the process that sent it was away."""
        opened = {name: sub.covered for name, sub in self._topics.items() if sub.opened}
        if not opened:
            return
        user = await sight().people.get(self._user.pk) or self._user
        missed = await in_database(listening.missed_since, user=user, topics=opened)
        for told in missed.told:
            subscription = self._topics.get(told["topic"])
            if subscription is not None and subscription.opened and subscription.take(told):
                await self._say(as_message(told))
        for name in opened:
            if name in self._topics:
                self._topics[name].cover(missed.seq)

    # --- Ends of the wires ----------------------------------------------------------------------------------------
    async def _refuse(self, code: str, topic: str | None) -> None:
        await self._say({"type": "error", "code": code, "topic": topic})

    async def _say(self, message: ServerMessage | dict[str, Any]) -> None:
        text = orjson.dumps(message).decode()
        self._said_something = True
        try:
            async with asyncio.timeout(self._limits.send_seconds), self._sending:
                await self._send({"type": "websocket.send", "text": text})
        except TimeoutError:
            raise _Closed(TOO_SLOW) from None
        except OSError:
            raise _Closed(None) from None

    async def _join(self, groups: list[str]) -> None:
        for group in groups:
            await self._in_time(self._layer.group_add(group, self._channel))

    async def _part(self, groups: list[str]) -> None:
        for group in groups:
            try:
                await self._in_time(self._layer.group_discard(group, self._channel))
            except _LAYER_TROUBLE as error:
                logger.warning("a group cannot be left, Redis is away: %s", error)

    async def _in_time(self, work: Any) -> Any:
        return await asyncio.wait_for(work, self._limits.layer_seconds)


def events_app(limits: Limits | None = None) -> App:
    """The ASGI app of the websocket. Wants the caller in `scope["user"]`; nobody signed in is closed with 4401."""
    chosen = limits or Limits()
    lines: Counter[uuid.UUID] = Counter()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        user = scope.get("user")
        if not isinstance(user, User) or not user.is_active:
            await send({"type": "websocket.close", "code": SIGN_IN_AGAIN})
            return
        if lines[user.pk] >= chosen.connections:
            await send({"type": "websocket.close", "code": TRY_LATER})
            return
        lines[user.pk] += 1
        try:
            await Connection(scope, receive, send, chosen).serve()
        finally:
            lines[user.pk] -= 1
            if not lines[user.pk]:
                del lines[user.pk]

    return app

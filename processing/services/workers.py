"""Which worker processes are alive. Each says so in Redis every ten seconds, and is forgotten after thirty.

Nothing but estimates, advice and health depends on this: who works on what stands in PostgreSQL.
"""

import json
import logging
import os
import socket
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.conf import settings
from redis.exceptions import RedisError

from mediaportal.core.quickredis import quick_redis
from processing.services.queues import SERVED
from processing.services.slots import here

logger = logging.getLogger(__name__)
SAID_SECONDS = 10.0
KEPT_SECONDS = 30

_redis = quick_redis(settings.REDIS_CACHE_URL)


@dataclass(frozen=True)
class Worker:
    """A worker process: the queues it serves, how many steps it carries out at once, the ids of those that it carries
    out now, and how many urgent ones it takes beside, in slots kept for them.
    """

    name: str
    host: str
    pid: int
    queues: tuple[str, ...]
    slots: int
    steps: tuple[str, ...] = ()
    keeps: int = 0


def _index() -> str:
    """The key of the set of all names."""
    return f"{settings.CACHES['default'].get('KEY_PREFIX', '')}workers"


def _key(name: str) -> str:
    return f"{_index()}:{name}"


def say(worker: Worker) -> None:
    """Say that a worker is alive; raises `RedisError`."""
    with _redis.pipeline(transaction=False) as pipe:
        pipe.set(_key(worker.name), json.dumps(asdict(worker)), ex=KEPT_SECONDS)
        pipe.sadd(_index(), worker.name)
        pipe.execute()


def leave(name: str) -> None:
    """Say that a worker has ended; one that cannot is forgotten by itself."""
    try:
        _redis.delete(_key(name))
        _redis.srem(_index(), name)
    except RedisError:
        logger.warning("worker %s could not be signed off", name, exc_info=True)


def alive(queue: str | None = None) -> list[Worker]:
    """The workers that serve a queue, or all, by name; empty when Redis is away."""
    try:
        names = sorted(str(name) for name in _redis.smembers(_index()))
        found = _redis.mget([_key(name) for name in names]) if names else []
        gone = [name for name, said in zip(names, found, strict=True) if said is None]
        if gone:
            _redis.srem(_index(), *gone)
    except RedisError:
        logger.warning("the workers cannot be listed", exc_info=True)
        return []
    workers = [_read(str(said)) for said in found if said is not None]
    return [worker for worker in workers if queue is None or queue in worker.queues]


def _read(said: str) -> Worker:
    told = json.loads(said)
    return Worker(**{**told, "queues": tuple(told["queues"]), "steps": tuple(told["steps"])})


def slots(queue: str) -> int:
    """How many steps of a queue can run at once over all workers alive, not counting the slots kept for urgent ones.

    0 when nobody serves it, or Redis is away.
    """
    return sum(worker.slots for worker in alive(queue))


def unserved() -> list[str]:
    """The queues that no worker serves."""
    served = {queue for worker in alive() for queue in worker.queues}
    return [queue for queue in SERVED if queue not in served]


def sign_on(*, queues: Sequence[str], over: threading.Event) -> None:
    """Say again and again, in a thread of its own, that this process is alive, until `over` is set."""
    host, pid = socket.gethostname(), os.getpid()
    name = f"{host}:{pid}"

    def keep_saying() -> None:
        while True:
            try:
                slots, keeps = here.at_once(queues), here.kept(queues)
                say(Worker(name, host, pid, tuple(queues), slots, tuple(here.steps()), keeps))
            except RedisError as error:
                logger.warning("the worker could not say that it is alive: %s", error)
            if over.wait(SAID_SECONDS):
                leave(name)
                return

    threading.Thread(target=keep_saying, name="alive", daemon=True).start()

"""`/health/live` and `/health/ready`: raw ASGI, so that they answer also when every Django thread is busy.

Live means that the process turns. Ready means that what it needs answers too: each part is asked with a time limit,
and the answer names those that failed, without saying why (the log does).
"""

import asyncio
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection
from redis import Redis

from assets.services import gate, places
from mediaportal.core import sandbox
from mediaportal.core.doors import App, Receive, Scope, Send, raw_app, send_json
from mediaportal.core.problems import MethodNotAllowed
from mediaportal.core.threads import in_bucket, in_database, on_disk
from processing.services import workers
from processing.services.queues import SERVED

log = logging.getLogger(__name__)

LIVE, READY = "/health/live", "/health/ready"
PART_SECONDS = 3.0

Check = Callable[[], Awaitable[None]]


def ask_database() -> None:
    """Raise when PostgreSQL does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_redis() -> None:
    """Raise when Redis does not answer."""
    client = Redis.from_url(
        settings.REDIS_CACHE_URL, socket_connect_timeout=PART_SECONDS, socket_timeout=PART_SECONDS
    )
    try:
        client.ping()
    finally:
        client.close()


def write_to(folder: Path) -> None:
    """Raise when nothing can be written to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".health-", dir=folder)
    os.close(handle)
    Path(name).unlink()


def ask_storage() -> None:
    """Raise when the storage cannot be used: a folder that nothing can be written to, a bucket that does not answer."""
    if places.is_remote():
        places.ask_bucket(seconds=PART_SECONDS)
        write_to(Path(settings.INCOMING_ROOT))
    else:
        write_to(places.path_of(""))


def ask_scanner() -> None:
    """Raise when the malware scanner does not answer."""
    gate.scanner().ask(seconds=PART_SECONDS)


def is_walled() -> None:
    """Raise when programs that read foreign bytes are shut in less strongly than they could be."""
    if sandbox.level() != "bubblewrap":
        raise RuntimeError(f"the sandbox reaches the level {sandbox.level()} only")


def ask_workers(queue: str) -> None:
    """Raise when no worker serves a queue."""
    if not workers.alive(queue):
        raise RuntimeError(f"no worker serves the queue {queue}")


def lesser_parts() -> dict[str, Check]:
    """What the portal can do without for a while, by name."""
    found: dict[str, Check] = {"sandbox": partial(on_disk, is_walled)}
    for queue in SERVED:
        found[f"queue_{queue}"] = partial(on_disk, partial(ask_workers, queue))
    if settings.SCANNER != "none" and settings.SCAN_POLICY == "optional":
        found["scanner"] = partial(on_disk, ask_scanner)
    return found


def parts() -> dict[str, Check]:
    """What must answer, by name."""
    found: dict[str, Check] = {
        "database": partial(in_database, ask_database),
        "redis": partial(in_database, ask_redis),
        "storage": partial(in_bucket if places.is_remote() else on_disk, ask_storage),
    }
    if settings.SCANNER != "none" and settings.SCAN_POLICY == "required":
        found["scanner"] = partial(on_disk, ask_scanner)
    return found


async def _ask(name: str, check: Check) -> bool:
    """Whether one part answers in time."""
    try:
        async with asyncio.timeout(PART_SECONDS):
            await check()
    except Exception as error:
        log.warning("%s is not ready", name, exc_info=error)
        return False
    return True


async def _live(_scope: Scope, _receive: Receive, send: Send) -> None:
    """200 as long as the process turns."""
    await send_json(send, 200, {"status": "ok"})


async def _ready(_scope: Scope, _receive: Receive, send: Send) -> None:
    """200 when every part answers, else 503 with the names of those that do not.

    What is wrong with a lesser part is named too, and changes no status code.
    """
    asked, lesser = parts(), lesser_parts()
    answers = await asyncio.gather(*(_ask(name, check) for name, check in (asked | lesser).items()))
    found = dict(zip(asked | lesser, answers, strict=True))
    failing = [name for name in asked if not found[name]]
    degraded = [name for name in lesser if not found[name]]
    told = dict.fromkeys(failing, "failing") | dict.fromkeys(degraded, "degraded")
    document = {
        "status": "failing" if failing else "degraded" if degraded else "ok",
        "parts": {name: told.get(name, "ok") for name in found},
        "failing": failing,
        "degraded": degraded,
        "sandbox": await on_disk(sandbox.level),
    }
    await send_json(send, 503 if failing else 200, document)


def _reading_only(app: App) -> App:
    """Refuse other verbs than GET and HEAD."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise MethodNotAllowed("GET, HEAD")
        await app(scope, receive, send)

    return raw_app(guarded)


# For the router, by path.
APPS: dict[str, App] = {LIVE: _reading_only(_live), READY: _reading_only(_ready)}

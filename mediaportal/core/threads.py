"""Threads for the raw ASGI apps, so that nothing blocks the event loop and nothing grows without bound.

Small pools, each for one kind of waiting: the database (one lasting connection for each thread), the disk, the
bucket, what moves a whole file to the bucket, and programs in the sandbox. `sync_to_async` is not used: its
thread-sensitive form is a single thread for all, its other form has no bound of its own.
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import translation

P = ParamSpec("P")
R = TypeVar("R")


@functools.cache
def _pool(name: str, size: int) -> ThreadPoolExecutor:
    """The pool of this name, made when it is first needed (after a server has forked)."""
    return ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)


async def _run(pool: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    """Run a call in a pool, in the language of the caller (Django's locals do not cross threads by themselves)."""
    language = translation.get_language()

    def translated() -> R:
        with translation.override(language):
            return call()

    return await asyncio.get_running_loop().run_in_executor(pool, translated)


async def in_database(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that uses the ORM or the cache in one of `STREAM_THREADS` threads.

    Connections are checked before the call and those that have become unusable are closed after it, as Django
    does around a request.
    """

    def call() -> R:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return await _run(_pool("database", settings.STREAM_THREADS), call)


async def on_disk(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that reads, writes or hashes file bytes; it must not touch the database."""
    return await _run(_pool("disk", settings.DISK_THREADS), functools.partial(function, *args, **kwargs))


async def in_bucket(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that waits for a piece of an object; it must not touch the database."""
    return await _run(_pool("bucket", settings.BUCKET_THREADS), functools.partial(function, *args, **kwargs))


async def in_transit(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that may take minutes because it moves a whole file to the storage; it may use the ORM.

    Its connection is closed at the end, as such calls are rare.
    """

    def call() -> R:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return await _run(_pool("transit", settings.BUCKET_THREADS), call)


async def in_sandbox(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that waits for a short program of `core.sandbox`; it must not touch the database."""
    return await _run(_pool("sandbox", 2), functools.partial(function, *args, **kwargs))

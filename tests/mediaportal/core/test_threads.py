"""The pools keep their bounds, carry the caller's context, and leave no unusable connection."""

import asyncio
import threading
import time
from typing import Any

from django.utils import translation

from mediaportal.core import threads


async def test_no_more_threads_than_set(settings: Any) -> None:
    settings.DISK_THREADS = 3
    running: list[int] = []
    most: list[int] = []

    def work() -> None:
        running.append(1)
        most.append(len(running))
        time.sleep(0.02)
        running.pop()

    await asyncio.gather(*(threads.on_disk(work) for _ in range(20)))
    assert max(most) <= 3


async def test_context_and_arguments_reach_the_thread() -> None:
    def work(a: int, *, b: int) -> tuple[int, str | None, bool]:
        return a + b, translation.get_language(), threading.current_thread() is threading.main_thread()

    with translation.override("ar"):
        assert await threads.in_sandbox(work, 1, b=2) == (3, "ar", False)

"""Guessing is slow: tries are counted in windows, mostly of a minute, each door with counters of its own."""

import hashlib
import time

from django.core.cache import cache

from mediaportal.core.problems import RateLimited

WINDOW_SECONDS = 60


def count(door: str, *limits: tuple[str, str, int], detail: str = "", window: int = WINDOW_SECONDS) -> None:
    """Count a try at a door. Each limit is what is counted (a word), its value, and how many tries of this value a
    window of so many seconds may see. Raises `RateLimited`, with `detail` for a person, when one of them had more.
    """
    turn, passed = divmod(int(time.time()), window)
    # Every counter is raised, also when an earlier one has refused already.
    tries = [_raise(f"{door}:{kind}", value, turn, window) > most for kind, value, most in limits]
    if any(tries):
        raise RateLimited(detail, retry_after=window - passed)


def _raise(kind: str, value: str, turn: int, window: int) -> int:
    """Add one to a counter of this window and return it."""
    key = f"{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}:{turn}"
    cache.add(key, 0, window * 2)
    return int(cache.incr(key))

"""A Redis that is away is found to be away soon: one try more, and short limits."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def quick_redis(url: str, *, seconds: float = 2.0) -> Redis:
    """A client that waits at most so many seconds for each answer, and raises `RedisError` then."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        # Once more at once: a connection of the pool may be older than the last restart of Redis.
        retry=Retry(NoBackoff(), 1),
    )

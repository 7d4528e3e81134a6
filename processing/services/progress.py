"""Progress while a step runs: it lives in Redis, goes out at once, and is never the truth about a status."""

import logging
import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from redis.exceptions import RedisError

from mediaportal.core.quickredis import quick_redis
from processing.models import Job, Step
from processing.signals import job_changed

logger = logging.getLogger(__name__)
_KEPT_SECONDS = 24 * 3600
_APART_SECONDS = 0.3

_redis = quick_redis(settings.REDIS_CACHE_URL)


def _key(job_id: UUID) -> str:
    return f"job:{job_id}:progress"


def read(job_id: UUID) -> dict[str, float]:
    """The running steps' last fractions (0 to 1) by name; empty when Redis is away."""
    try:
        found = _redis.hgetall(_key(job_id))
    except RedisError:
        logger.warning("progress of job %s cannot be read", job_id, exc_info=True)
        return {}
    return {str(name): float(value) for name, value in found.items()}


def write(*, job_id: UUID, step: str, fraction: float) -> None:
    """Remember a step's fraction; a Redis that is away loses it, and nothing else happens."""
    try:
        with _redis.pipeline(transaction=False) as pipe:
            pipe.hset(_key(job_id), step, f"{fraction:.4f}")
            pipe.expire(_key(job_id), _KEPT_SECONDS)
            pipe.execute()
    except RedisError:
        logger.warning("progress of job %s cannot be written", job_id, exc_info=True)


def forget(*, job_id: UUID, step: str) -> None:
    """Drop a step's fraction, because the step has ended or starts anew."""
    try:
        _redis.hdel(_key(job_id), step)
    except RedisError:
        logger.warning("progress of job %s cannot be dropped", job_id, exc_info=True)


def reporter(*, job: Job, step: Step) -> Callable[[float], None]:
    """A function that a running step calls as often as it likes with its fraction from 0 to 1.

    What it says goes out at most every 0.3 seconds, and never backwards.
    """
    last_time = 0.0
    last_fraction = -1.0

    def report(fraction: float) -> None:
        nonlocal last_time, last_fraction
        fraction = min(max(fraction, 0.0), 1.0)
        now = time.monotonic()
        if fraction <= last_fraction or now - last_time < _APART_SECONDS:
            return
        last_time, last_fraction = now, fraction
        write(job_id=job.pk, step=step.name, fraction=fraction)
        job_changed.send(sender=Job, job=job, durable=False, step=step, fraction=fraction)

    return report

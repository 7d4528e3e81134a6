"""What players report: bounded, counted once, added up for all viewers together.

A report names a session, which the page has made at random, and its own number in it. How far the session has come
lies in Redis for some hours, and nothing of it anywhere else: neither address nor person is written down.
"""

import json
import logging
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from redis.client import Pipeline
from redis.exceptions import RedisError

from assets import access
from assets.models import Asset
from assets.services.viewing import tally
from assets.services.viewing.pieces import Counted, Span, clipped, count
from mediaportal.core.problems import NotFound
from mediaportal.core.quickredis import quick_redis

logger = logging.getLogger(__name__)
_redis = quick_redis(settings.REDIS_CACHE_URL)

_KEPT_SECONDS = 6 * 3600
# Clocks and timers are not exact: so many seconds of playing are believed beyond those that have passed.
_SLACK = 1.5
_FASTEST = 4.0
_MOST_CHANGES = 20
_MOST_ERRORS = 5
_UNKNOWN_LENGTH = 24 * 3600.0


@dataclass(frozen=True)
class Report:
    """What a page says since its last report. `seq` counts the reports of a session from 1; `rate` is the fastest
    speed of playing since then; `played` is in seconds of the asset.
    """

    session: str
    seq: int
    rate: float = 1.0
    played: tuple[Span, ...] = ()
    quality_changes: int = 0
    errors: int = 0


def wanted(*, declined: bool, consent: bool) -> bool:
    """Whether a viewer may be counted: not where they (or `VIEW_ANALYTICS`) say no, nor before they are asked."""
    if declined or settings.VIEW_ANALYTICS == "off":
        return False
    return consent or settings.VIEW_ANALYTICS == "on"


def take(*, user: access.Caller, asset: Asset, report: Report, now: float | None = None) -> None:
    """Count what a player reports. Replays and what cannot have been played in the time that has passed are left out.

    `now` is in seconds since 1970. Raises `NotFound` for those who may not play the asset. Costs one transaction of
    Redis and two upserts; while Redis is away nothing is counted.
    """
    if not access.can_play(user, asset):
        raise NotFound
    try:
        step = _step(asset, report, time.time() if now is None else now)
    except RedisError as error:
        logger.warning("a report of a player is lost, Redis is away: %s", error)
        return
    if step is None:
        return
    tally.add(
        asset_id=asset.pk,
        plays=int(step.is_first),
        counted=step.counted,
        quality_changes=min(report.quality_changes, _MOST_CHANGES),
        errors=min(report.errors, _MOST_ERRORS),
    )


@dataclass(frozen=True)
class _Step:
    """What one report adds to a session."""

    is_first: bool
    counted: Counted


def _step(asset: Asset, report: Report, now: float) -> _Step | None:
    """Take a session one report further; None for one that it has had already."""
    key = _key(asset.pk, report.session)

    steps: list[_Step] = []

    def move(pipe: Pipeline) -> None:
        steps.clear()  # it is tried again when another report came between
        before = _read(pipe.get(key))
        if before is not None and report.seq <= before["seq"]:
            return
        step = _counted(asset, report, before, now)
        run = step.counted.run
        after = {"seq": report.seq, "at": now, "run": [run.start, run.end] if run else None}
        pipe.multi()
        pipe.set(key, json.dumps(after), ex=_KEPT_SECONDS)
        steps.append(step)

    # Read and written in one step: of reports that come at the same time none is counted with the time of another.
    _redis.transaction(move, key)
    return steps[0] if steps else None


def _counted(asset: Asset, report: Report, before: dict[str, Any] | None, now: float) -> _Step:
    """What a report adds to what is known of its session."""
    passed = max(0.0, now - before["at"]) if before else 0.0
    allowed = passed * min(max(report.rate, 0.1), _FASTEST) + _SLACK
    duration = asset.duration or _UNKNOWN_LENGTH
    spans = clipped(list(report.played), duration=duration, allowed=allowed)
    run = Span(*before["run"]) if before and before["run"] else None
    return _Step(is_first=before is None, counted=count(spans, run=run, duration=duration))


def _key(asset_id: UUID, session: str) -> str:
    """Where a session's state lies, beside what the cache keeps."""
    return str(cache.make_key(f"views:{asset_id}:{session}"))


def _read(text: Any) -> dict[str, Any] | None:
    """A session's state as it was written."""
    return json.loads(text) if text else None

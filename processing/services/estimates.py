"""When the open jobs will have ended, from the speeds that this installation has shown.

All open work is played through at once (`processing.services.outlook`) in a fixed number of queries, and what came of
it is kept for a few seconds for every process: a list of jobs, a status document and each message of progress read it
from the cache. Nothing is told of a job with a step whose like was never seen here, or that waits for something outside
the portal.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone
from redis.exceptions import RedisError

from assets.models import Asset
from processing.models import OPEN, Job, Status, Step, Turn
from processing.services import measures, speeds, workers
from processing.services.outlook import Outlook, Place, Task

logger = logging.getLogger(__name__)
_KEY = "processing.estimates"
_KEPT_SECONDS = 60
# It is worked out anew after this many seconds, or after so many times what working it out took.
_FRESH_SECONDS, _FRESH_TIMES = 3.0, 20.0
# The open jobs that are looked at; those further back are told of when they have come nearer.
_MOST_JOBS = 400
# An end that moves by less than this share of what is left moves half the way, so that no clock jumps to and fro.
# What moves further has a reason, and is told as it is.
_TREMBLES, _BELIEVED = 0.2, 0.5


@dataclass(frozen=True)
class _Known:
    """What was worked out: the ends of the open jobs in seconds since 1970, None where nothing can be told."""

    at: float
    took: float
    ends: dict[UUID, float | None]

    def tells_of(self, wanted: set[UUID]) -> bool:
        """Whether it is still good for these jobs; one that it does not know has come since, or stands too far back."""
        fresh = time.time() - self.at < max(_FRESH_SECONDS, _FRESH_TIMES * self.took)
        return fresh and (wanted <= self.ends.keys() or len(self.ends) >= _MOST_JOBS)


def seconds_left(jobs: Iterable[Job]) -> dict[UUID, int | None]:
    """How many seconds each of these jobs will still take, at least one; None where that cannot be told."""
    found = list(jobs)
    wanted = {job.pk for job in found if job.status in OPEN}
    ends = _ends(wanted) if wanted else {}
    now = time.time()
    left = {pk: None if end is None else max(1, round(end - now)) for pk, end in ends.items()}
    return {job.pk: left.get(job.pk) for job in found}


def end_of(job: Job) -> datetime | None:
    """When a job will have ended; None where that cannot be told, or when it has ended already."""
    left = seconds_left([job])[job.pk]
    return None if left is None else (timezone.now() + timedelta(seconds=left)).replace(microsecond=0)


def expected_seconds(*, asset: Asset) -> float | None:
    """How long the work on an asset that has just been stored will take, what waits before it included."""
    job = Job.objects.filter(pk=asset.job_id).first()
    return None if job is None else seconds_left([job])[job.pk]


def renew() -> None:
    """Have everything worked out anew at the next look, because more is known of a job from now on."""
    try:
        cache.delete(_KEY)
    except RedisError:
        logger.warning("estimates cannot be renewed without Redis", exc_info=True)


def _ends(wanted: set[UUID]) -> dict[UUID, float | None]:
    """The ends of these open jobs in seconds since 1970."""
    try:
        known: _Known | None = cache.get(_KEY)
        if known is None or not known.tells_of(wanted):
            known = _worked_out(known)
            cache.set(_KEY, known, _KEPT_SECONDS)
    except RedisError:
        # Nobody knows then either who is alive and works.
        logger.warning("no estimates without Redis", exc_info=True)
        return {}
    return {pk: known.ends.get(pk) for pk in wanted}


def _worked_out(before: _Known | None) -> _Known:
    """Play everything through, and let what was told before move without a jump."""
    began, now = time.perf_counter(), time.time()
    ends: dict[UUID, float | None] = {
        pk: None if seconds is None else _smooth(before.ends.get(pk) if before else None, now + seconds, now)
        for pk, seconds in play().items()
    }
    return _Known(now, time.perf_counter() - began, ends)


def _smooth(before: float | None, after: float, now: float) -> float:
    """An end that was told before, moved towards a new one."""
    if before is None or abs(after - before) > (after - now) * _TREMBLES:
        return after
    return before + (after - before) * _BELIEVED


def play() -> dict[UUID, float | None]:
    """In how many seconds each open job will have ended; three queries, and one look at who is alive."""
    now = timezone.now()
    known = speeds.read()
    rows = _open_steps()
    served = {
        (queue, key): (at - now).total_seconds()
        for queue, key, at in Turn.objects.values_list("queue", "turn_key", "served_at")
    }
    outlook = Outlook([_task(row, known, now) for row in rows], _places(), cores=known.cores, served=served)
    ends = outlook.play()
    for row in rows:
        if _waits_outside(row, now):
            ends[row["job_id"]] = None
    return ends


def _open_steps() -> list[dict[str, Any]]:
    """The open steps of the open jobs, with what their estimates need; one query."""
    jobs = Job.objects.filter(status__in=OPEN).order_by("-priority", "created_at").values("pk")[:_MOST_JOBS]
    found = (
        Step.objects.filter(job__in=jobs, status__in=OPEN)
        .order_by("job__created_at", "position")
        .values(
            *("job_id", "name", "position", "queue", "depends_on", "urgency", "status", "progress"),
            *("ready_at", "started_at", "worker", "work", "error_code"),
            turn_key=F("job__turn_key"),
            priority=F("job__priority"),
            created_at=F("job__created_at"),
            kind=F("job__asset__kind"),
            file_size=F("job__asset__file_size"),
            width=F("job__asset__width"),
            height=F("job__asset__height"),
            duration=F("job__asset__duration"),
            probed=F("job__asset__metadata__probed"),
        )
    )
    return list(found)


def _task(row: dict[str, Any], known: speeds.Speeds, now: datetime) -> Task:
    """An open step as it is played."""
    running = row["status"] == Status.PROCESSING and row["started_at"] is not None
    ready_at = row["ready_at"]
    return Task(
        job=row["job_id"],
        name=row["name"],
        queue=row["queue"],
        turn_key=row["turn_key"],
        cost=_coster(row, known),
        urgency=row["urgency"],
        priority=row["priority"],
        position=row["position"],
        created=(row["created_at"] - now).total_seconds(),
        ready=(ready_at - now).total_seconds() if ready_at else 0.0,
        waits=frozenset() if ready_at else frozenset(row["depends_on"]),
        place=row["worker"].rpartition(":")[0] if running else "",
        host=speeds.host_of(row["worker"]) if running else "",
        elapsed=(now - row["started_at"]).total_seconds() if running else 0.0,
        done=row["progress"] / 100 if running else 0.0,
    )


def _coster(row: dict[str, Any], known: speeds.Speeds) -> Callable[[str], speeds.Cost | None]:
    """Tells what a step takes on a host."""
    amounts = row["work"] or measures.general(
        step=row["name"],
        extent=measures.Extent(
            kind=row["kind"],
            file_size=row["file_size"],
            width=row["width"] or 0,
            height=row["height"] or 0,
            duration=row["duration"] or 0.0,
            known=bool(row["probed"]),
        ),
    )
    return lambda host: known.cost(step=row["name"], amounts=amounts, host=host)


def _places() -> list[Place]:
    """The workers alive."""
    return [
        Place(
            name=worker.name,
            host=worker.host,
            queues=frozenset(worker.queues),
            slots=worker.slots,
            keeps=worker.keeps,
        )
        for worker in workers.alive()
    ]


def _waits_outside(row: dict[str, Any], now: datetime) -> bool:
    """Whether a step was put off, as for a scanner that is away: nobody can tell until when."""
    return bool(
        row["error_code"] and row["status"] == Status.PENDING and row["ready_at"] and row["ready_at"] > now
    )

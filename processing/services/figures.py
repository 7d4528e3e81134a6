"""How much waits, runs and fails, read from PostgreSQL and Redis at the moment it is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from assets.models import Leftover, UploadSession
from processing.models import OPEN, Job, Queue, Status, Step
from processing.services import workers
from processing.services.queues import SERVED

_RECENT = timedelta(hours=1)


@dataclass(frozen=True)
class QueueFigures:
    """One queue: steps that could begin now and for how many seconds the first of them has waited, steps that are to
    be tried later, steps that run, and those of them whose lease ran out.
    """

    queue: str
    waiting: int
    oldest_seconds: float
    postponed: int
    running: int
    expired: int


@dataclass(frozen=True)
class Workers:
    """The worker processes that serve a queue, and how many steps they carry out at once."""

    queue: str
    alive: int
    slots: int


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let no query of the block take longer; `OperationalError` is raised then."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
        yield


def queues() -> list[QueueFigures]:
    """Every queue, also those in which nothing is."""
    now = timezone.now()
    open_job = Q(job__status__in=OPEN)
    could = Q(status=Status.PENDING, ready_at__lte=now)
    running = Q(status=Status.PROCESSING)
    counted: dict[str, dict[str, Any]] = {
        row["queue"]: {**row}
        for row in Step.objects.filter(open_job, status__in=OPEN)
        .order_by()
        .values("queue")
        .annotate(
            waiting=Count("pk", filter=could),
            oldest=Min("ready_at", filter=could),
            postponed=Count("pk", filter=Q(status=Status.PENDING, ready_at__gt=now)),
            running=Count("pk", filter=running),
            expired=Count("pk", filter=running & Q(lease_until__lt=now)),
        )
    }
    return [_figures(queue, counted.get(queue, {}), now) for queue in Queue.values]


def _figures(queue: str, row: dict[str, Any], now: datetime) -> QueueFigures:
    """One queue's row of the query, or zeros."""
    oldest: datetime | None = row.get("oldest")
    return QueueFigures(
        queue=queue,
        waiting=row.get("waiting", 0),
        oldest_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        postponed=row.get("postponed", 0),
        running=row.get("running", 0),
        expired=row.get("expired", 0),
    )


def jobs_by_status() -> dict[tuple[str, str], int]:
    """How many jobs there are of each type and status."""
    rows = Job.objects.order_by().values_list("job_type", "status").annotate(count=Count("pk"))
    return {(job_type, status): count for job_type, status, count in rows}


def failures() -> dict[str, int]:
    """How many jobs have failed within the last hour, by the code of the reason."""
    rows = (
        Job.objects.filter(status=Status.FAILED, completed_at__gte=timezone.now() - _RECENT)
        .order_by()
        .values_list("error_code")
        .annotate(count=Count("pk"))
    )
    return dict(rows)


def open_uploads() -> dict[str, int]:
    """How many uploads are on their way in, by the door that they come through."""
    rows = (
        UploadSession.objects.filter(status=UploadSession.Status.UPLOADING)
        .order_by()
        .values_list("source")
        .annotate(count=Count("pk"))
    )
    return dict.fromkeys(UploadSession.Source.values, 0) | dict(rows)


def leftovers() -> int:
    """How many keys and folders of the storage are to be removed."""
    return Leftover.objects.count()


def serving() -> list[Workers]:
    """Who serves each queue; all zero while Redis is away."""
    alive = workers.alive()
    found = []
    for queue in SERVED:
        those = [worker for worker in alive if queue in worker.queues]
        found.append(Workers(queue, len(those), sum(worker.slots for worker in those)))
    return found

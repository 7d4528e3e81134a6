"""Figures are those of the database at this moment."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from assets.services import leftovers
from processing.models import Job, Queue, Status, Step
from processing.services import figures, jobs, workers
from processing.services.workers import Worker
from tests.factories import UploadSessionFactory

pytestmark = pytest.mark.django_db


def of(queue: str) -> figures.QueueFigures:
    return next(one for one in figures.queues() if one.queue == queue)


def test_an_empty_portal_has_a_row_for_each_queue() -> None:
    assert figures.queues() == [figures.QueueFigures(queue, 0, 0.0, 0, 0, 0) for queue in Queue.values]
    assert figures.jobs_by_status() == {} and figures.failures() == {}


def test_steps_are_counted_by_what_they_wait_for(video_job: Job) -> None:
    now = timezone.now()
    steps = Step.objects.filter(job=video_job)
    steps.filter(name="scan").update(ready_at=now - timedelta(seconds=90))
    steps.filter(name="thumbnails").update(ready_at=now - timedelta(seconds=30))
    steps.filter(name="metadata").update(ready_at=now + timedelta(seconds=30))
    steps.filter(name="transcoding").update(status=Status.PROCESSING, lease_until=now + timedelta(seconds=30))
    steps.filter(name="first_play").update(status=Status.PROCESSING, lease_until=now - timedelta(seconds=30))
    ingest, transcode = of("ingest"), of("transcode")
    assert (ingest.waiting, ingest.postponed, ingest.running, ingest.expired) == (2, 1, 0, 0)
    assert ingest.oldest_seconds == pytest.approx(90, abs=5)
    assert (transcode.waiting, transcode.running, transcode.expired) == (0, 2, 1)
    jobs.cancel(job=video_job, user=video_job.asset.uploaded_by)
    assert of("ingest") == figures.QueueFigures("ingest", 0, 0.0, 0, 0, 0)
    assert figures.jobs_by_status() == {("ingest", "cancelled"): 1}


def test_failures_are_those_of_the_last_hour(video_job: Job) -> None:
    job = Job.objects.filter(pk=video_job.pk)
    job.update(status=Status.FAILED, error_code="corrupt_media", completed_at=timezone.now())
    assert figures.failures() == {"corrupt_media": 1}
    job.update(completed_at=timezone.now() - timedelta(hours=2))
    assert figures.failures() == {}


def test_uploads_and_leftovers() -> None:
    UploadSessionFactory(source="tus")
    UploadSessionFactory(source="tus", status="failed")
    leftovers.leave("assets/x")
    assert figures.open_uploads() == {"form": 0, "tus": 1, "s3": 0, "url": 0, "folder": 0}
    assert figures.leftovers() == 1


def test_workers_are_counted_for_each_queue_that_they_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    alive = [
        Worker("a", "host", 1, ("ingest",), 3),
        Worker("d", "host", 4, ("upkeep", "imports", "notify"), 6),
        Worker("b", "host", 2, ("transcode", "analysis"), 1),
        Worker("c", "other", 3, ("transcode",), 2),
    ]
    monkeypatch.setattr(workers, "alive", lambda *_queue: alive)
    found = {one.queue: (one.alive, one.slots) for one in figures.serving()}
    steps = {"ingest": (1, 3), "transcode": (2, 3), "analysis": (1, 1)}
    assert found == steps | dict.fromkeys(("notify", "imports", "upkeep"), (1, 6))


def test_a_query_has_a_time_limit_and_the_next_one_has_its_own(settings: Any) -> None:
    with (
        pytest.raises(OperationalError, match="timeout"),
        figures.within(0.05),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(5)")

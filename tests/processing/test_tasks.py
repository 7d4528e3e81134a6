"""Celery's side: a message leads to the best waiting step, and a lost one does no harm."""

from collections.abc import Iterator

import pytest

from processing import tasks
from processing.models import Job, Status
from processing.services import running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def awake() -> Iterator[None]:
    yield
    running.shutting_down.clear()


def test_a_message_runs_one_waiting_step(video_job: Job) -> None:
    tasks.work("ingest")
    assert video_job.steps.get(name="scan").status == Status.COMPLETED
    assert video_job.steps.get(name="probe").status == Status.PENDING
    assert Job.objects.get(pk=video_job.pk).status == Status.PROCESSING


def test_a_doubled_message_finds_nothing_to_do(video_job: Job) -> None:
    tasks.work("transcode")
    assert video_job.steps.get(name="transcoding").status == Status.PENDING


def test_a_worker_that_goes_down_takes_nothing_up(video_job: Job) -> None:
    tasks.stop_running()
    tasks.work("ingest")
    assert video_job.steps.get(name="scan").status == Status.PENDING

"""How far a job is, as numbers that can be trusted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from processing.models import Job, Status, Step
from processing.services import leases, progress, status
from tests.processing.conftest import Finish

pytestmark = pytest.mark.django_db


def with_steps(job: Job) -> Job:
    return Job.objects.with_steps().get(pk=job.pk)


def test_running_steps_count_with_what_redis_knows(video_job: Job, finish: Finish) -> None:
    finish(video_job, "scan")
    finish(video_job, "probe")
    finish(video_job, "first_play")
    step = leases.claim(queue="transcode", worker="tests")
    assert step is not None
    progress.write(job_id=video_job.pk, step="transcoding", fraction=0.5)
    found = status.progress_of(with_steps(video_job))
    assert found["current_step"] == "transcoding"
    by_name = {line["name"]: line for line in found["steps"]}
    assert by_name["transcoding"] == {"name": "transcoding", "status": "processing", "progress": 50}
    assert 45 <= found["progress"] < 65
    progress.forget(job_id=video_job.pk, step="transcoding")


def test_a_job_is_never_at_100_before_it_has_completed(video_job: Job) -> None:
    Step.objects.filter(job=video_job).update(progress=100)
    assert status.progress_of(with_steps(video_job))["progress"] == 99


def test_what_is_left_follows_from_the_pace_so_far_and_is_not_invented(video_job: Job) -> None:
    assert status.seconds_left(video_job, 50) is None
    video_job.status = Status.PROCESSING
    video_job.started_at = timezone.now() - timedelta(seconds=30)
    assert status.seconds_left(video_job, 2) is None
    assert status.seconds_left(video_job, 75) == pytest.approx(10, abs=1)


def test_the_time_of_a_new_job_comes_from_the_last_ones_of_its_kind(video_job: Job) -> None:
    assert status.expected_seconds(kind="video", file_size=1000) is None
    now = timezone.now()
    Job.objects.filter(pk=video_job.pk).update(
        status=Status.COMPLETED, started_at=now - timedelta(seconds=20), completed_at=now
    )
    size = video_job.asset.file_size
    assert status.expected_seconds(kind="video", file_size=2 * size) == pytest.approx(40, rel=0.01)
    assert status.expected_seconds(kind="audio", file_size=size) is None

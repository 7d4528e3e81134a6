"""How far a job is, as numbers that can be trusted."""

import pytest

from processing.models import Job, Step
from processing.services import leases, progress, status
from tests.processing.conftest import Finish

pytestmark = pytest.mark.django_db


def with_steps(job: Job) -> Job:
    return Job.objects.with_steps().get(pk=job.pk)


def test_running_steps_count_with_what_redis_knows(video_job: Job, finish: Finish) -> None:
    finish(video_job, "scan")
    finish(video_job, "probe")
    finish(video_job, "first_play")
    finish(video_job, "measuring")
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

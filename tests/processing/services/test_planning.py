"""Jobs begin with the steps of their kind, of which only those may start that wait for nothing."""

import pytest

from processing.models import Job, Status

pytestmark = pytest.mark.django_db


def test_a_new_job_has_the_steps_of_its_kind_and_only_the_scan_may_start(video_job: Job) -> None:
    assert list(video_job.steps.values_list("name", flat=True)) == [
        "upload",
        "scan",
        "probe",
        "quick_check",
        "thumbnails",
        "first_play",
        "measuring",
        "transcoding",
        "packaging",
        "metadata",
    ]
    assert video_job.steps.get(name="upload").status == Status.COMPLETED
    ready = video_job.steps.filter(status="pending", ready_at__isnull=False)
    assert list(ready.values_list("name", flat=True)) == ["scan"]


def test_the_job_takes_the_id_that_the_upload_named(video_job: Job) -> None:
    assert video_job.pk == video_job.asset.job_id

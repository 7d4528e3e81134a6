"""What `processing` hears of `assets`."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assets.models import Asset
from assets.services import held, library, quarantine
from mediaportal.audit.models import Entry
from processing.models import Job, JobType, Status
from processing.services import jobs, leases
from tests.factories import UserFactory


@pytest.mark.django_db
@pytest.mark.parametrize("service", [quarantine, held])
def test_a_release_locks_the_job_before_the_asset(image_job: Job, service: object) -> None:
    """As whoever tries the job again does: two that lock in different orders would wait for each other."""
    Job.objects.filter(pk=image_job.pk).update(status=Status.FAILED, error_code="cannot_be_scanned")
    Asset.objects.filter(pk=image_job.asset_id).update(
        scan_verdict="unscannable", processing_verdict="failed"
    )
    asset = Asset.objects.get(pk=image_job.asset_id)
    with CaptureQueriesContext(connection) as captured:
        service.release(user=UserFactory(role="manager"), asset=asset)  # type: ignore[attr-defined]
    locked = locked_in(captured)
    assert locked[0] == "processing_job" and "assets_asset" in locked
    assert Job.objects.get(pk=image_job.pk).status == Status.PENDING


def locked_in(captured: CaptureQueriesContext) -> list[str]:
    """The tables of jobs and assets in the order in which their rows were locked."""
    return [
        table
        for query in captured.captured_queries
        for table in ("processing_job", "assets_asset")
        if query["sql"].startswith(f'UPDATE "{table}"')
        or (query["sql"].endswith(f'FOR UPDATE OF "{table}"'))
        or (f'FROM "{table}"' in query["sql"] and "FOR UPDATE" in query["sql"])
    ]


@pytest.mark.django_db
def test_what_goes_into_the_trash_is_not_worked_on_and_can_be_tried_again(video_job: Job) -> None:
    asset = Asset.objects.get(pk=video_job.asset_id)
    owner = asset.uploaded_by
    measuring = Job.objects.create(asset=asset, job_type=JobType.QUALITY)
    measuring.steps.create(name="quality", position=0, queue="analysis", ready_at=timezone.now())
    step = leases.claim(queue="ingest", worker="tests")
    assert step is not None
    with CaptureQueriesContext(connection) as captured:
        library.trash(user=owner, asset=asset)
    assert locked_in(captured)[0] == "processing_job"
    assert set(Job.objects.values_list("status", flat=True)) == {Status.CANCELLED}
    assert not leases.holds(step=step) and leases.claim(queue="analysis", worker="tests") is None
    assert Entry.objects.filter(action="job.cancelled", actor=owner).count() == 2
    library.restore(user=owner, asset=asset)
    jobs.retry(job=Job.objects.get(pk=video_job.pk), user=owner)
    assert leases.claim(queue="ingest", worker="tests") is not None


@pytest.mark.django_db
def test_what_has_ended_is_left_as_it_is(image_job: Job) -> None:
    Job.objects.update(status=Status.COMPLETED)
    library.trash(user=image_job.asset.uploaded_by, asset=image_job.asset)
    assert Job.objects.get().status == Status.COMPLETED

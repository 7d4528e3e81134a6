"""What `processing` hears of `assets`."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets.models import Asset
from assets.services import held, quarantine
from processing.models import Job, Status
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
    with CaptureQueriesContext(
        connection,
    ) as captured:
        service.release(user=UserFactory(role="manager"), asset=asset)  # type: ignore[attr-defined]
    locked = [
        table
        for query in captured.captured_queries
        for table in ("processing_job", "assets_asset")
        if query["sql"].startswith(f'UPDATE "{table}"')
        or (query["sql"].endswith(f'FOR UPDATE OF "{table}"'))
        or (f'FROM "{table}"' in query["sql"] and "FOR UPDATE" in query["sql"])
    ]
    assert locked[0] == "processing_job" and "assets_asset" in locked
    assert Job.objects.get(pk=image_job.pk).status == Status.PENDING

"""The scan step: a file waits for a scanner that is away, goes on when it is back, and ends at what was found."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from assets.models import Asset
from assets.services import gate, places, quarantine
from notifications.models import Notification
from processing.exceptions import NotRetryable
from processing.models import Job, Status, Step
from processing.services import jobs, leases, planning, running
from tests import clamav
from tests.clamav import eicar
from tests.factories import AssetFactory, UserFactory
from tests.media import media
from tests.polyglots import archive

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scanner(tmp_path: Path, settings: Any) -> Iterator[clamav.Clamd]:
    """A clamd that is set up but not started."""
    found = clamav.Clamd(tmp_path)
    settings.SCANNER, settings.CLAMD_URL, settings.SCAN_POLICY = "clamd", found.url, "required"
    settings.CLAMD_MAX_BYTES = clamav.MOST_BYTES
    yield found
    found.stop()


Work = Callable[[], Step]


@pytest.fixture
def run_scan() -> Work:
    """Run the scan step of the only job there is."""

    def do() -> Step:
        step = leases.claim(queue="ingest", worker="tests")
        assert step is not None and step.name == "scan"
        running.run(step=step)
        return Step.objects.select_related("job__asset").get(pk=step.pk)

    return do


def begin(content: bytes, **traits: Any) -> Job:
    asset = AssetFactory(image=True, content=content, **traits)
    return planning.create(asset=asset, job_id=asset.job_id, parameters={})


def png() -> bytes:
    return media("picture.png").read_bytes()


def test_a_file_is_held_until_the_scanner_is_back(scanner: clamav.Clamd, run_scan: Work) -> None:
    begin(png())
    step = run_scan()
    assert (step.status, step.attempt, step.error_code) == (Status.PENDING, 0, "scanner_away")
    assert step.ready_at is not None and step.ready_at > timezone.now()
    assert step.job.status == Status.PROCESSING
    assert step.job.asset.scan_verdict == "pending"
    assert leases.claim(queue="ingest", worker="tests") is None
    scanner.start()
    Step.objects.filter(pk=step.pk).update(ready_at=timezone.now() - timedelta(seconds=1))
    step = run_scan()
    assert (step.status, step.attempt, step.error_code) == (Status.COMPLETED, 1, "")
    assert step.results["verdict"] == step.job.asset.scan_verdict == "clean"


def test_where_scanning_is_optional_it_passes_as_unscanned(
    scanner: clamav.Clamd, run_scan: Work, settings: Any
) -> None:
    settings.SCAN_POLICY = "optional"
    begin(png())
    step = run_scan()
    assert step.status == Status.COMPLETED
    assert (step.job.asset.scan_verdict, step.job.asset.scan_detail) == ("unscanned", gate.AWAY)


def test_malware_ends_the_job_and_is_told_to_owner_and_administrators(
    scanner: clamav.Clamd, run_scan: Work
) -> None:
    administrator, manager = UserFactory(role="administrator"), UserFactory(role="manager")
    scanner.start()
    job = begin(png() + eicar())
    step = run_scan()
    assert (step.status, step.error_code) == (Status.FAILED, "malware_found")
    asset = Asset.objects.get(pk=job.asset_id)
    assert (asset.scan_verdict, asset.publication) == ("infected", "blocked")
    with places.local_file(asset.storage_key) as path:
        assert "quarantine" in str(path) and path.read_bytes().endswith(eicar())
    told = dict(Notification.objects.values_list("user_id", "kind"))
    assert told == {asset.uploaded_by_id: "asset.rejected", administrator.pk: "malware.found"}
    assert manager.pk not in told


def test_a_file_that_cannot_be_scanned_is_held_until_a_manager_releases_it(
    scanner: clamav.Clamd, run_scan: Work
) -> None:
    manager = UserFactory(role="manager")
    job = begin(png() + bytes(clamav.MOST_BYTES))
    step = run_scan()
    asset = step.job.asset
    assert (step.error_code, asset.scan_verdict) == ("cannot_be_scanned", "unscannable")
    assert list(Notification.objects.values_list("kind", flat=True)) == ["asset.held"]
    quarantine.release(user=manager, asset=asset)
    assert Job.objects.get(pk=job.pk).status == Status.PENDING
    step = run_scan()
    assert step.status == Status.COMPLETED
    assert step.job.asset.scan_verdict == "unscannable"


def test_a_file_in_disguise_that_no_door_saw_whole_is_refused(run_scan: Work) -> None:
    job = begin(png() + archive())
    Asset.objects.filter(pk=job.asset_id).update(sha256="")
    step = run_scan()
    assert (step.status, step.error_code) == (Status.FAILED, "disguised_file")


def test_a_job_without_its_original_is_not_tried_again(scanner: clamav.Clamd, run_scan: Work) -> None:
    scanner.start()
    job = begin(png() + eicar())
    run_scan()
    manager = UserFactory(role="manager")
    asset = Asset.objects.get(pk=job.asset_id)
    quarantine.delete_original(user=manager, asset=asset)
    with pytest.raises(NotRetryable):
        jobs.retry(job=Job.objects.select_related("asset").get(pk=job.pk), user=manager)

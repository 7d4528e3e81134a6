"""What the work leaves behind, and what it still needs."""

import os
import shutil
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from assets.models import Leftover
from assets.services.names import asset_folder
from processing.models import Job, Status, Step
from processing.services import interim, jobs, sweeping
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db


def test_what_a_dead_worker_left_is_swept(video_job: Job) -> None:
    """A killed worker cannot remove its folder; that of a step that runs, a fresh one and others' stay."""
    root = Path(settings.SCRATCH_ROOT)
    left, fresh = (root / f"{video_job.pk}-scan-{mark}" for mark in ("0000aaaa", "0000bbbb"))
    other = root / "some-thing"
    for folder in (left, fresh, other):
        folder.mkdir()
        (folder / "half.mp4").write_bytes(b"half")
    long_ago = time.time() - settings.STEP_LEASE_SECONDS - 5
    for folder in (left, other):
        os.utime(folder, (long_ago, long_ago))
    step = Step.objects.filter(job=video_job, name="scan")
    try:
        step.update(status=Status.PROCESSING, lease_until=timezone.now())
        assert sweeping.orphan_scratch() == [] and sweeping.sweep_scratch() == 0
        step.update(status=Status.COMPLETED, lease_until=None)
        assert sweeping.orphan_scratch() == [left]
        assert sweeping.sweep_scratch() == 1
        assert not left.exists() and fresh.exists() and other.exists()
    finally:
        for folder in (left, fresh, other):
            shutil.rmtree(folder, ignore_errors=True)


def test_a_process_sweeps_again_and_again_whatever_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    swept, over = threading.Semaphore(0), threading.Event()

    def sweep() -> int:
        swept.release()
        raise OperationalError("the database is away")

    monkeypatch.setattr(sweeping, "SWEPT_SECONDS", 0.01)
    monkeypatch.setattr(sweeping, "sweep_scratch", sweep)
    sweeping.keep_swept(over=over)
    try:
        assert all(swept.acquire(timeout=60) for _ in range(3))
    finally:
        over.set()


def test_open_work_needs_all_of_its_asset(video_job: Job) -> None:
    asset = video_job.asset
    assert sweeping.in_use([asset.pk, AssetFactory().pk]) == {asset.pk: {asset_folder(asset.pk)}}


@pytest.mark.parametrize(
    ("status", "needed"),
    [(Status.FAILED, True), (Status.CANCELLED, True), (Status.COMPLETED, False)],
)
def test_what_was_handed_on_is_needed_until_the_job_completes(
    video_job: Job, status: Status, needed: bool
) -> None:
    video_job.steps.filter(name="transcoding").update(results={"interim": {"a": {"key": "k", "facts": {}}}})
    Job.objects.filter(pk=video_job.pk).update(status=status, error_code="x")
    asset = video_job.asset
    assert sweeping.in_use([asset.pk]) == ({asset.pk: {interim.folder_of(video_job)}} if needed else {})


@pytest.mark.parametrize(
    ("status", "days", "goes"),
    [
        (Status.FAILED, 8, True),
        (Status.CANCELLED, 8, True),
        (Status.FAILED, 6, False),
        (Status.COMPLETED, 8, False),
        (Status.PROCESSING, 8, False),
    ],
)
def test_what_nobody_tries_again_goes_after_days(
    video_job: Job, status: Status, days: int, goes: bool
) -> None:
    files = {"a": {"key": f"{interim.folder_of(video_job)}/transcoding-run/a", "facts": {}}}
    steps = Step.objects.filter(job=video_job, name="transcoding")
    steps.update(status=Status.COMPLETED, progress=100, results={"interim": files})
    ended = timezone.now() - timedelta(days=days)
    Job.objects.filter(pk=video_job.pk).update(status=status, error_code="x", completed_at=ended)
    assert sweeping.forget_interim() == goes
    assert sweeping.forget_interim() == 0
    assert Leftover.objects.exists() == goes
    assert steps.get().status == (Status.CANCELLED if goes else Status.COMPLETED)


def test_a_job_that_ended_without_such_files_needs_nothing(video_job: Job) -> None:
    jobs.cancel(job=video_job, user=video_job.asset.uploaded_by)
    assert sweeping.in_use([video_job.asset_id]) == {}

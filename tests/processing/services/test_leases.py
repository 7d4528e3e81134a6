"""Who holds a step: one worker at a time, for as long as it renews its lease."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from processing.models import Job, Status, Step
from processing.services import jobs, leases
from tests.factories import AssetFactory
from tests.processing.conftest import Finish


@pytest.mark.django_db
def test_a_claimed_step_is_not_given_out_twice(video_job: Job) -> None:
    first = leases.claim(queue="ingest", worker="a")
    assert first is not None and first.name == "scan" and first.attempt == 1
    assert leases.claim(queue="ingest", worker="b") is None
    video_job.refresh_from_db()
    assert video_job.status == Status.PROCESSING and video_job.started_at is not None


@pytest.mark.django_db
def test_a_job_with_priority_goes_first(video_job: Job) -> None:
    asset = AssetFactory()
    urgent = jobs.create(asset=asset, job_id=asset.job_id, parameters={})
    Job.objects.filter(pk=urgent.pk).update(priority=5)
    step = leases.claim(queue="ingest", worker="a")
    assert step is not None and step.job_id == urgent.pk


@pytest.mark.django_db
def test_a_lease_is_renewed_only_by_its_holder(video_job: Job) -> None:
    step = leases.claim(queue="ingest", worker="a")
    assert step is not None
    assert leases.renew(step=step, percent=40)
    assert Step.objects.get(pk=step.pk).progress == 40
    other = Step.objects.get(pk=step.pk)
    other.worker = "b"
    assert not leases.renew(step=other, percent=90)
    jobs.cancel(job=Job.objects.get(pk=video_job.pk), user=video_job.asset.uploaded_by)
    assert not leases.renew(step=step, percent=50)


@pytest.mark.django_db
def test_the_sweeper_returns_an_expired_step_and_fails_it_after_the_last_try(video_job: Job) -> None:
    for attempt in range(1, settings.STEP_ATTEMPTS + 1):
        Step.objects.filter(job=video_job, name="scan").update(ready_at=timezone.now())
        step = leases.claim(queue="ingest", worker="a")
        assert step is not None and step.attempt == attempt
        assert leases.sweep() == 0
        Step.objects.filter(pk=step.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert leases.sweep() == 1
    step = Step.objects.get(job=video_job, name="scan")
    video_job.refresh_from_db()
    assert (step.status, step.error_code) == (Status.FAILED, "worker_lost")
    assert (video_job.status, video_job.error_code) == (Status.FAILED, "worker_lost")


@pytest.mark.django_db
def test_between_tries_there_is_a_pause(video_job: Job) -> None:
    step = leases.claim(queue="ingest", worker="a")
    assert step is not None
    assert not leases.failed_attempt(step=step, code="worker_trouble", detail="Disk.")
    assert leases.claim(queue="ingest", worker="a") is None
    step.refresh_from_db()
    assert step.ready_at is not None and step.ready_at > timezone.now()
    assert step.error_detail == "Disk."


@pytest.mark.django_db
@pytest.mark.parametrize(("results", "seconds"), [({"cpu_seconds": 12.5}, 12.5), ({}, None)])
def test_what_a_step_took_of_the_machine_is_kept(
    video_job: Job, results: dict[str, float], seconds: float | None
) -> None:
    step = leases.claim(queue="ingest", worker="a")
    assert step is not None
    leases.complete(step=step, results=dict(results))
    assert Step.objects.get(pk=step.pk).cpu_seconds == seconds


@pytest.mark.django_db
def test_a_step_that_is_given_back_loses_no_attempt(video_job: Job) -> None:
    step = leases.claim(queue="ingest", worker="a")
    assert step is not None
    leases.give_back(step=step)
    again = leases.claim(queue="ingest", worker="b")
    assert again is not None and again.pk == step.pk and again.attempt == 1


@pytest.mark.django_db
def test_the_sweeper_wakes_queues_in_which_something_waits(
    video_job: Job, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        leases.sweep()
    assert len(callbacks) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_never_get_the_same_step(finish: Finish) -> None:
    for _ in range(6):
        asset = AssetFactory()
        jobs.create(asset=asset, job_id=asset.job_id, parameters={})
    got: list[str] = []
    start = threading.Barrier(8)

    def worker(name: str) -> None:
        try:
            start.wait(10)
            while (step := leases.claim(queue="ingest", worker=name)) is not None:
                got.append(str(step.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(f"w{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(got) == len(set(got)) == 6

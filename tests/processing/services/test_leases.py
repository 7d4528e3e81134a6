"""Who holds a step: one worker at a time, for as long as it renews its lease."""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from processing.exceptions import LeaseLost
from processing.models import Job, Status, Step
from processing.services import jobs, leases, planning, workers
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
    urgent = planning.create(asset=asset, job_id=asset.job_id, parameters={})
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


ACTS: dict[str, Callable[[Step], object]] = {
    "renew": lambda step: leases.renew(step=step, percent=90),
    "fail": lambda step: leases.failed_attempt(step=step, code="worker_trouble", detail="Disk.", final=True),
    "give back": lambda step: leases.give_back(step=step),
    "postpone": lambda step: leases.postpone(step=step, code="away", detail="Away.", seconds=9),
    "complete": lambda step: leases.complete(step=step, results={}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("way", ["swept, and taken by the same worker", "given back, and taken by another"])
def test_an_earlier_run_changes_nothing_of_a_later_one(video_job: Job, act: str, way: str) -> None:
    """Workers are named after their threads, and a step that is given back keeps its attempt: it takes both to tell."""
    earlier = leases.claim(queue="ingest", worker="a")
    assert earlier is not None
    if way.startswith("given back"):
        leases.give_back(step=earlier)
        later = leases.claim(queue="ingest", worker="b")
    else:
        Step.objects.filter(pk=earlier.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert leases.sweep() == 1
        Step.objects.filter(pk=earlier.pk).update(ready_at=timezone.now())
        later = leases.claim(queue="ingest", worker="a")
    assert later is not None and leases.holds(step=later) and not leases.holds(step=earlier)
    before = Step.objects.values().get(pk=later.pk)
    with suppress(LeaseLost):
        ACTS[act](earlier)
    assert Step.objects.values().get(pk=later.pk) == before
    assert Job.objects.get(pk=video_job.pk).status == Status.PROCESSING


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


@pytest.mark.django_db
def test_as_many_messages_are_sent_as_there_are_free_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message that meets a full process goes round all others: of many for nobody there would be a storm."""
    sent: list[str] = []
    monkeypatch.setattr(leases, "wake", sent.extend)
    monkeypatch.setattr(workers, "slots", lambda _queue: 3)
    assets = [AssetFactory() for _ in range(6)]
    made = [planning.create(asset=asset, job_id=asset.job_id, parameters={}) for asset in assets]
    Step.objects.filter(job__in=made, name="transcoding").update(ready_at=timezone.now())
    sent.clear()
    leases.wake_waiting()
    assert Counter(sent)["transcode"] == 4
    running = {"status": Status.PROCESSING, "lease_until": timezone.now() + timedelta(minutes=1)}
    Step.objects.filter(job=made[0], name="transcoding").update(**running)
    Step.objects.filter(job=made[0], name="first_play").update(**running)  # it takes no slot
    sent.clear()
    leases.wake_waiting()
    assert Counter(sent)["transcode"] == 3
    Step.objects.filter(job__in=made[1:4], name="transcoding").update(**running)
    sent.clear()
    leases.wake_waiting()
    assert Counter(sent)["transcode"] == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_never_get_the_same_step(finish: Finish) -> None:
    for _ in range(6):
        asset = AssetFactory()
        planning.create(asset=asset, job_id=asset.job_id, parameters={})
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


@pytest.mark.django_db
def test_what_was_taken_away_while_it_was_claimed_is_not_given_out(
    video_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that stood still within its claim must not go on with the lease of the next one."""
    start = jobs.start
    other: list[Step | None] = []

    def slow(*, job: Job) -> None:
        start(job=job)
        if not other:
            other.append(None)
            Step.objects.filter(job=job, name="scan").update(
                lease_until=timezone.now() - timedelta(seconds=1)
            )
            assert leases.sweep() == 1
            Step.objects.filter(job=job, name="scan").update(ready_at=timezone.now())
            other[0] = leases.claim(queue="ingest", worker="second")

    monkeypatch.setattr(jobs, "start", slow)
    assert leases.claim(queue="ingest", worker="first") is None
    held = Step.objects.get(job=video_job, name="scan")
    assert other[0] is not None and (held.worker, held.attempt) == ("second", 2)


@pytest.mark.django_db
@pytest.mark.parametrize("fast", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_machine_whose_clock_is_wrong_takes_and_loses_nothing(
    video_job: Job, monkeypatch: pytest.MonkeyPatch, fast: timedelta
) -> None:
    real = timezone.now
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: real() + fast)
        step = leases.claim(queue="ingest", worker="a")
        assert step is not None and leases.renew(step=step, percent=1)
    assert leases.sweep() == 0
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: real() + fast)
        assert leases.sweep() == 0
        leases.give_back(step=step)
    again = leases.claim(queue="ingest", worker="b")
    assert again is not None
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: real() + fast)
        leases.complete(step=again, results={})
    assert leases.claim(queue="ingest", worker="b") is not None


@pytest.mark.django_db
@pytest.mark.parametrize("fast", [timedelta(hours=1), timedelta(hours=-1)])
def test_what_a_machine_with_a_wrong_clock_lays_down_can_be_begun_at_once(
    video_job: Job, monkeypatch: pytest.MonkeyPatch, fast: timedelta
) -> None:
    video_job.steps.all().delete()
    video_job.delete()
    real = timezone.now
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: real() + fast)
        asset = AssetFactory()
        made = planning.create(asset=asset, job_id=asset.job_id, parameters={})
    step = leases.claim(queue="ingest", worker="a")
    assert step is not None
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: real() + fast)
        jobs.cancel(job=made, user=asset.uploaded_by)
        jobs.retry(job=made, user=asset.uploaded_by)
    assert leases.claim(queue="ingest", worker="a") == step


@pytest.mark.django_db
def test_a_step_that_nobody_knows_ends_with_its_job(video_job: Job) -> None:
    """As after a version is taken back that had one step more."""
    Step.objects.filter(job=video_job, name="scan").update(name="gone", attempt=settings.STEP_ATTEMPTS - 1)
    step = leases.claim(queue="ingest", worker="a")
    assert step is not None and step.name == "gone"
    Step.objects.filter(pk=step.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert leases.sweep() == 1
    video_job.refresh_from_db()
    assert (video_job.status, video_job.error_code) == (Status.FAILED, "worker_lost")


@pytest.mark.django_db
def test_one_step_that_cannot_be_taken_back_keeps_no_other_waiting(
    video_job: Job, image_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = [leases.claim(queue="ingest", worker="a") for _ in range(2)]
    Step.objects.filter(pk__in=[step.pk for step in claimed if step]).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    take_back, woken = leases.failed_attempt, []

    def broken(*, step: Step, code: str, detail: str) -> bool:
        if step.job_id == video_job.pk:
            raise KeyError(step.name)
        return take_back(step=step, code=code, detail=detail)

    monkeypatch.setattr(leases, "failed_attempt", broken)
    monkeypatch.setattr(leases, "wake_waiting", lambda: woken.append(True))
    assert leases.sweep() == 1
    assert Step.objects.get(job=image_job, name="scan").status == Status.PENDING
    assert Step.objects.get(job=video_job, name="scan").status == Status.PROCESSING
    assert woken == [True]


@pytest.mark.django_db(transaction=True)
def test_no_sweeper_waits_for_a_job_that_somebody_holds(video_job: Job, image_job: Job) -> None:
    """As while a run publishes a large file: its lease runs out, but it is alive."""
    expired = timezone.now() - timedelta(minutes=1)
    scans = Step.objects.filter(name="scan")
    scans.update(status=Status.PROCESSING, worker="a", attempt=1, lease_until=expired)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                list(Job.objects.select_for_update().filter(pk=video_job.pk))
                held.set()
                done.wait(30)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        assert leases.sweep() == 1
        assert not done.is_set() and holder.is_alive()
    finally:
        done.set()
        holder.join(10)
    assert scans.get(job=image_job).status == Status.PENDING
    assert scans.get(job=video_job).status == Status.PROCESSING
    assert leases.sweep() == 1

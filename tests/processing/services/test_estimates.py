"""When jobs will have ended: told from what was measured, the same everywhere, and in few queries."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from processing.models import Job, Speed, Status, Step
from processing.services import estimates, leases, planning, status, workers
from processing.services.speeds import ANY_STEP, WHOLE_MACHINE
from processing.services.workers import Worker
from tests.factories import AssetFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


@pytest.fixture(autouse=True)
def _workers() -> Iterator[None]:
    """One machine with a worker for what is short and one for what is long."""
    workers.say(Worker("here:1", "here", 1, ("ingest", "notify"), 3, keeps=1))
    workers.say(Worker("here:2", "here", 2, ("transcode", "analysis"), 1, keeps=2))
    yield
    for worker in workers.alive():
        workers.leave(worker.name)


@pytest.fixture
def learned(db: None) -> None:
    """Every step takes ten seconds to begin with and a second for each MiB."""
    rows = [(WHOLE_MACHINE, 0.5), (ANY_STEP, 1.0)]
    for name in (
        "scan", "probe", "quick_check", "thumbnails", "first_play", "measuring", "transcoding", "packaging", "metadata",
    ):  # fmt: skip
        rows += [(f"start {name}", 10.0), (f"bytes video {name}", 1.0)]
    for measure, seconds in rows:
        Speed.objects.create(host="here", measure=measure, seconds=seconds, samples=5)


def _left(job: Job) -> int | None:
    cache.delete("processing.estimates")
    return estimates.seconds_left([Job.objects.get(pk=job.pk)])[job.pk]


def test_an_estimate_is_not_invented(video_job: Job) -> None:
    assert _left(video_job) is None
    assert estimates.end_of(video_job) is None
    assert estimates.expected_seconds(asset=video_job.asset) is None


def test_a_new_job_takes_what_its_longest_way_takes(video_job: Job, learned: None) -> None:
    # scan, probe, samples, renditions (and the first play at the same time), packaging, metadata; 11 seconds each.
    assert _left(video_job) == pytest.approx(66, abs=2)
    assert estimates.expected_seconds(asset=video_job.asset) == pytest.approx(66, abs=2)
    end = estimates.end_of(video_job)
    assert end is not None and timedelta(seconds=60) < end - timezone.now() < timedelta(seconds=70)


def test_what_waits_before_it_counts(video_job: Job, learned: None) -> None:
    owner = video_job.asset.uploaded_by
    for _ in range(3):
        asset = AssetFactory(uploaded_by=owner)
        last = planning.create(asset=asset, job_id=asset.job_id, parameters={})
    assert (_left(last) or 0) > (_left(video_job) or 0) + 20


def test_when_nobody_works_nothing_is_told(video_job: Job, learned: None) -> None:
    workers.leave("here:2")
    assert _left(video_job) is None


def test_a_step_put_off_for_something_outside_has_no_end_that_can_be_told(
    video_job: Job, learned: None
) -> None:
    step = leases.claim(queue="ingest", worker="here:1:1")
    assert step is not None
    leases.postpone(step=step, code="scanner_away", detail="Away.", seconds=60)
    assert _left(video_job) is None


def test_it_is_never_in_the_past_and_nothing_is_left_of_what_has_ended(video_job: Job, learned: None) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    Step.objects.filter(job=video_job).update(status=Status.COMPLETED)
    Step.objects.filter(job=video_job, name="metadata").update(
        status=Status.PROCESSING,
        worker="here:1:1",
        started_at=long_ago,
        ready_at=long_ago,
        lease_until=long_ago,
    )
    assert (_left(video_job) or 0) >= 1
    Job.objects.filter(pk=video_job.pk).update(status=Status.COMPLETED)
    assert _left(video_job) is None


def test_a_clock_does_not_tremble_but_follows_what_has_a_reason(
    video_job: Job, learned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _left(video_job)
    assert first is not None
    monkeypatch.setattr(estimates, "_FRESH_SECONDS", 0.0)
    monkeypatch.setattr(estimates, "_FRESH_TIMES", 0.0)
    Speed.objects.filter(measure="start scan").update(seconds=16.0)
    little = estimates.seconds_left([video_job])[video_job.pk]
    assert little == pytest.approx(first + 3, abs=1)
    Speed.objects.filter(measure="start scan").update(seconds=210.0)
    much = estimates.seconds_left([video_job])[video_job.pk]
    assert much == pytest.approx(first + 200, abs=2)


def test_what_the_probe_shows_counts_at_once(video_job: Job, learned: None) -> None:
    assert estimates.seconds_left([video_job])[video_job.pk] == pytest.approx(66, abs=2)
    Speed.objects.filter(measure="start scan").update(seconds=110.0)
    estimates.renew()
    assert estimates.seconds_left([video_job])[video_job.pk] == pytest.approx(166, abs=2)


def test_many_jobs_cost_what_one_costs(video_job: Job, learned: None, django_assert_num_queries: Any) -> None:
    cache.delete("processing.estimates")
    with django_assert_num_queries(3):
        estimates.seconds_left([video_job])
    owner, made = UserFactory(), [video_job]
    for _ in range(12):
        asset = AssetFactory(uploaded_by=owner)
        made.append(planning.create(asset=asset, job_id=asset.job_id, parameters={}))
    with django_assert_num_queries(3):
        found = estimates.seconds_left(made)
    assert all(found[job.pk] for job in made)
    with django_assert_num_queries(0):
        assert estimates.seconds_left(made) == found


def test_documents_and_messages_tell_the_same(video_job: Job, learned: None) -> None:
    job = Job.objects.with_steps().get(pk=video_job.pk)
    left = status.progress_of(job)["eta_seconds"]
    document = status.job_document(job=job, user=job.asset.uploaded_by)
    told = (document["estimated_completion"] - timezone.now()).total_seconds()
    assert left is not None and told == pytest.approx(left, abs=2)


def test_without_redis_nothing_is_told_and_nothing_breaks(
    video_job: Job, learned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_named: object) -> None:
        raise RedisError("away")

    monkeypatch.setattr(cache, "get", away)
    assert estimates.seconds_left([video_job]) == {video_job.pk: None}

"""What steps hand on goes when nobody will take it up, and another try makes again what it still needs."""

from typing import Any

import pytest

from assets.models import Asset, Leftover
from processing.models import Job, JobType, Status, Step
from processing.services import interim, jobs, leases, planning
from tests.factories import AssetFactory, UserFactory

CHUNKS = ("transcoding_001", "transcoding_002")


@pytest.fixture
def cut_job(db: None) -> Job:
    """A job of a video in two chunks, of which everything up to the packaging is done."""
    asset = AssetFactory(uploaded_by=UserFactory(role="contributor"))
    job = planning.create(asset=asset, job_id=asset.job_id, parameters={})
    for number, name in enumerate(CHUNKS):
        Step.objects.create(
            job=job, name=name, position=20 + number, queue="transcode", depends_on=["measuring"]
        )
    job.steps.filter(name="transcoding").update(depends_on=["measuring", *CHUNKS])
    for step in job.steps.exclude(name__in=["packaging", "metadata", "upload"]):
        files = {"a.mp4": {"key": f"{interim.folder_of(job)}/{step.name}-run/a.mp4", "facts": {}}}
        results: dict[str, Any] = {"frames": 1}
        if step.name.startswith("transcoding"):
            results["interim"] = files
        Step.objects.filter(pk=step.pk).update(status=Status.COMPLETED, progress=100, results=results)
    job.steps.filter(name="packaging").update(ready_at=job.created_at)
    return job


def left() -> set[str]:
    """The last names of what is to be removed."""
    return {key.rpartition("/")[2] for key in Leftover.objects.values_list("storage_key", flat=True)}


def refuse(job: Job, *, code: str) -> None:
    """Let the packaging fail for good."""
    step = leases.claim(queue="transcode", worker="tests")
    assert step is not None and (step.job_id, step.name) == (job.pk, "packaging")
    leases.failed_attempt(step=step, code=code, detail="It failed.", final=True)


def test_another_try_makes_again_what_was_let_go(cut_job: Job) -> None:
    refuse(cut_job, code="worker_trouble")
    interim.forget(job=cut_job)
    assert left() == {f"{name}-run" for name in (*CHUNKS, "transcoding")}
    assert not cut_job.steps.filter(results__has_key="interim").exists()
    jobs.retry(job=cut_job, user=cut_job.asset.uploaded_by)
    waiting = cut_job.steps.filter(status=Status.PENDING)
    assert set(waiting.values_list("name", flat=True)) == {*CHUNKS, "transcoding", "packaging", "metadata"}
    assert set(waiting.exclude(ready_at=None).values_list("name", flat=True)) == set(CHUNKS)


def test_nothing_is_joined_to_what_it_was_not_made_with(cut_job: Job) -> None:
    """The measuring has copied every rung: neither chunks nor joining have handed anything on."""
    copies = {"interim": {"a.mp4": {"key": f"{interim.folder_of(cut_job)}/measuring-run/a.mp4", "facts": {}}}}
    cut_job.steps.filter(name__startswith="transcoding").update(results={})
    cut_job.steps.filter(name="measuring").update(results=copies)
    jobs.cancel(job=cut_job, user=cut_job.asset.uploaded_by)
    interim.forget(job=cut_job)
    assert left() == {"measuring-run"}
    jobs.retry(job=cut_job, user=cut_job.asset.uploaded_by)
    waiting = set(cut_job.steps.filter(status=Status.PENDING).values_list("name", flat=True))
    assert waiting == {"measuring", *CHUNKS, "transcoding", "packaging", "metadata"}
    assert claimed_next() == "measuring"


def claimed_next() -> str:
    """The step that a worker of long work takes next."""
    step = leases.claim(queue="transcode", worker="tests")
    assert step is not None
    return step.name


def test_what_was_packaged_is_not_made_again(cut_job: Job) -> None:
    cut_job.steps.filter(name="packaging").update(status=Status.COMPLETED, progress=100)
    jobs.cancel(job=cut_job, user=cut_job.asset.uploaded_by)
    interim.forget(job=cut_job)
    assert left() == {f"{name}-run" for name in (*CHUNKS, "transcoding")}
    made = cut_job.steps.get(name="transcoding")
    assert (made.status, made.results) == (Status.COMPLETED, {"frames": 1})
    jobs.retry(job=cut_job, user=cut_job.asset.uploaded_by)
    assert list(cut_job.steps.filter(status=Status.PENDING).values_list("name", flat=True)) == ["metadata"]


@pytest.mark.parametrize(("code", "goes"), [("worker_trouble", False), ("corrupt_media", True)])
def test_where_no_other_try_can_help_it_goes_at_once(cut_job: Job, code: str, goes: bool) -> None:
    refuse(cut_job, code=code)
    assert bool(left()) == goes
    assert cut_job.steps.filter(results__has_key="interim").exists() != goes


def test_a_measurement_that_ends_badly_keeps_nothing(cut_job: Job) -> None:
    Job.objects.filter(pk=cut_job.pk).update(job_type=JobType.QUALITY)
    cut_job.refresh_from_db()
    jobs.cancel(job=cut_job, user=cut_job.asset.uploaded_by)
    assert left() == {f"{name}-run" for name in (*CHUNKS, "transcoding")}


def test_an_original_that_is_gone_is_not_waited_for(cut_job: Job) -> None:
    Asset.objects.filter(pk=cut_job.asset_id).update(original_removed_at=cut_job.created_at)
    jobs.cancel(job=Job.objects.get(pk=cut_job.pk), user=cut_job.asset.uploaded_by)
    assert left()

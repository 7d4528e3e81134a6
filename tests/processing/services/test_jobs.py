"""A job's way from its first step to its end, cancelled, failed and tried again."""

import pytest

from assets.models import Asset
from assets.signals import asset_rejected
from mediaportal.audit.models import Entry
from mediaportal.core.problems import NotPermitted
from processing.exceptions import NotCancellable, NotRetryable, RetryHopeless
from processing.models import Job, Status, Step
from processing.services import jobs, leases
from tests.factories import UserFactory
from tests.processing.conftest import Finish

pytestmark = pytest.mark.django_db


def states(job: Job) -> dict[str, str]:
    return dict(job.steps.values_list("name", "status"))


def ready(job: Job) -> set[str]:
    return set(job.steps.filter(status="pending", ready_at__isnull=False).values_list("name", flat=True))


def test_a_finished_step_frees_what_waited_for_it_and_nothing_else(video_job: Job, finish: Finish) -> None:
    finish(video_job, "scan")
    assert ready(video_job) == {"probe"}
    finish(video_job, "probe")
    assert ready(video_job) == {"quick_check", "thumbnails", "first_play", "measuring"}
    finish(video_job, "quick_check")
    finish(video_job, "thumbnails")
    assert ready(video_job) == {"first_play", "measuring"}
    finish(video_job, "first_play")
    assert ready(video_job) == {"measuring"}
    finish(video_job, "measuring")
    assert ready(video_job) == {"transcoding"}
    finish(video_job, "transcoding")
    assert ready(video_job) == {"packaging"}
    finish(video_job, "packaging")
    assert ready(video_job) == {"metadata"}


def test_queues_are_woken_after_commit_only(
    image_job: Job, finish: Finish, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        finish(image_job, "scan")
    assert callbacks


def test_a_job_completes_with_its_last_step_and_publishes_its_asset(image_job: Job, finish: Finish) -> None:
    Asset.objects.filter(pk=image_job.asset_id).update(scan_verdict="unscanned")
    for name in ("scan", "probe", "quick_check", "thumbnails", "metadata"):
        finish(image_job, name)
    image_job.refresh_from_db()
    asset = Asset.objects.get(pk=image_job.asset_id)
    assert (image_job.status, image_job.progress) == (Status.COMPLETED, 100)
    assert image_job.completed_at is not None
    assert (asset.processing_verdict, asset.upload_status, asset.publication) == (
        "done",
        "completed",
        "published",
    )


def test_an_asset_whose_scan_is_missing_stays_held(image_job: Job, finish: Finish) -> None:
    for name in ("scan", "probe", "quick_check", "thumbnails", "metadata"):
        finish(image_job, name)
    assert Asset.objects.get(pk=image_job.asset_id).publication == "held"


def test_progress_grows_with_the_weight_of_what_is_done(video_job: Job, finish: Finish) -> None:
    seen = []
    every = (
        "scan",
        "probe",
        "quick_check",
        "thumbnails",
        "first_play",
        "measuring",
        "transcoding",
        "packaging",
    )
    for name in every:
        finish(video_job, name)
        video_job.refresh_from_db()
        seen.append(video_job.progress)
    assert seen == sorted(seen) and len(set(seen)) == len(seen)
    assert seen[-1] < 100


def test_a_refusal_by_the_gate_fails_job_and_asset_and_is_told(video_job: Job) -> None:
    heard: list[str] = []
    asset_rejected.connect(lambda code, **_: heard.append(code), weak=False, dispatch_uid="test")
    try:
        step = leases.claim(queue="ingest", worker="tests")
        assert step is not None
        leases.failed_attempt(step=step, code="malware_found", detail="Malware.", final=True)
    finally:
        asset_rejected.disconnect(dispatch_uid="test")
    video_job.refresh_from_db()
    asset = Asset.objects.get(pk=video_job.asset_id)
    assert (video_job.status, video_job.error_code) == (Status.FAILED, "malware_found")
    assert (asset.upload_status, asset.processing_verdict, asset.error_code) == (
        "failed",
        "failed",
        "malware_found",
    )
    assert asset.publication != "published"
    assert heard == ["malware_found"]
    assert set(states(video_job).values()) == {"completed", "failed", "cancelled"}


def test_cancel_ends_every_open_step_and_is_written_down(video_job: Job, finish: Finish) -> None:
    finish(video_job, "scan")
    owner = video_job.asset.uploaded_by
    jobs.cancel(job=video_job, user=owner)
    video_job.refresh_from_db()
    assert video_job.status == Status.CANCELLED
    assert set(states(video_job).values()) == {"completed", "cancelled"}
    assert leases.claim(queue="ingest", worker="tests") is None
    assert Entry.objects.filter(action="job.cancelled", actor=owner).exists()


def test_only_who_may_change_the_asset_cancels_or_retries(video_job: Job) -> None:
    stranger = UserFactory(role="contributor")
    with pytest.raises(NotPermitted):
        jobs.cancel(job=video_job, user=stranger)
    with pytest.raises(NotPermitted):
        jobs.retry(job=video_job, user=stranger)


def test_what_was_condemned_after_its_scan_is_not_worked_on_again(video_job: Job) -> None:
    video_job.steps.filter(name="scan").update(status="completed")
    Job.objects.filter(pk=video_job.pk).update(status="failed", error_code="internal_error")
    Asset.objects.filter(pk=video_job.asset_id).update(
        scan_verdict="infected", publication="blocked", error_code="malware_found"
    )
    video_job = Job.objects.get(pk=video_job.pk)
    with pytest.raises(NotRetryable):
        jobs.retry(job=video_job, user=video_job.asset.uploaded_by)
    video_job.asset.refresh_from_db()
    assert (video_job.asset.error_code, Job.objects.get(pk=video_job.pk).status) == (
        "malware_found",
        "failed",
    )


@pytest.mark.parametrize(
    "code", ["corrupt_media", "container_mismatch", "disguised_file", "checksum_mismatch"]
)
def test_what_lies_in_the_file_is_not_worked_on_again(video_job: Job, code: str) -> None:
    jobs.fail(job=video_job, step=video_job.steps.get(name="probe"), code=code, detail="Broken.")
    with pytest.raises(RetryHopeless):
        jobs.retry(job=Job.objects.get(pk=video_job.pk), user=video_job.asset.uploaded_by)
    assert Job.objects.get(pk=video_job.pk).error_code == code


def test_malware_is_tried_again_only_once_the_scanner_has_taken_it_back(video_job: Job) -> None:
    jobs.fail(job=video_job, step=video_job.steps.get(name="scan"), code="malware_found", detail="Found.")
    for verdict, hopeless in (("infected", True), ("clean", False)):
        Asset.objects.filter(pk=video_job.asset_id).update(scan_verdict=verdict)
        assert jobs.is_hopeless(Job.objects.get(pk=video_job.pk)) is hopeless
    jobs.retry(job=Job.objects.get(pk=video_job.pk), user=video_job.asset.uploaded_by)
    assert Job.objects.get(pk=video_job.pk).status == Status.PENDING


def test_an_ended_job_cannot_be_cancelled_and_a_running_one_not_retried(video_job: Job) -> None:
    owner = video_job.asset.uploaded_by
    with pytest.raises(NotRetryable):
        jobs.retry(job=video_job, user=owner)
    jobs.cancel(job=video_job, user=owner)
    with pytest.raises(NotCancellable):
        jobs.cancel(job=video_job, user=owner)


def test_retry_goes_on_where_it_failed_and_keeps_what_was_done(video_job: Job, finish: Finish) -> None:
    finish(video_job, "scan")
    finish(video_job, "probe")
    step = leases.claim(queue="transcode", worker="tests")
    assert step is not None
    leases.failed_attempt(step=step, code="processing_failed", detail="No.", log="boom", final=True)
    jobs.retry(job=Job.objects.get(pk=video_job.pk), user=video_job.asset.uploaded_by)
    video_job.refresh_from_db()
    assert video_job.status == Status.PENDING and video_job.error_code == ""
    assert states(video_job)["probe"] == Status.COMPLETED
    assert ready(video_job) == {"quick_check", "thumbnails", "first_play", "measuring"}
    again = Step.objects.get(job=video_job, name="first_play")
    assert (again.attempt, again.error_code, again.log) == (0, "", "")
    assert Asset.objects.get(pk=video_job.asset_id).error_code == ""

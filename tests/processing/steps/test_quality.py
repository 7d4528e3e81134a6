"""A video's renditions are measured when it is ready, and what lies below the floor is made once more."""

from pathlib import Path

import pytest
from django.utils import timezone

from assets.models import Asset, Leftover, Variant
from assets.services import places
from processing.ffmpeg import vmaf
from processing.models import Job, JobType, Preset, Queue, Status, Step
from processing.services import leases, running
from tests.factories import AssetFactory
from tests.media import media
from tests.processing.conftest import Finish
from tests.processing.test_pipeline import carried_out, files_of, stored

pytestmark = pytest.mark.django_db(transaction=True)


def with_floor(floor: float) -> None:
    preset = Preset.objects.get(slug="standard")
    preset.recipe = {**preset.recipe, "vmaf_floor": floor}
    preset.save()


def quality_job(asset: Asset) -> Job:
    return Job.objects.get(asset=asset, job_type=JobType.QUALITY)


def rendition_of(asset: Asset) -> Variant:
    return Variant.objects.get(asset=asset, variant_type="rendition")


def test_what_was_lost_is_written_down_with_the_rendition() -> None:
    asset = carried_out(stored(media("plain.avi"))).asset
    job = quality_job(asset)
    assert (job.status, job.priority) == (Status.COMPLETED, -10)
    assert list(job.steps.values_list("name", flat=True)) == ["quality"]
    found = rendition_of(asset).detail["vmaf"]
    assert 85 < found["min"] <= found["harmonic_mean"] <= found["mean"] <= 100
    assert (found["frames"], found["model"]) == (8, "vmaf_v0.6.1")
    said = job.steps.get().results
    assert (said["vmaf"], said["below"]) == ({"240p": found}, [])


def test_a_rung_below_the_floor_is_made_once_more_and_takes_the_old_ones_place() -> None:
    with_floor(98)
    asset = carried_out(stored(media("plain.avi"))).asset
    job = quality_job(asset)
    assert (job.status, asset.publication) == (Status.COMPLETED, "published")
    steps = ["quality", "remaking", "replacing", "quality_again"]
    assert list(job.steps.order_by("position").values_list("name", flat=True)) == steps
    made = rendition_of(asset)
    remade = made.detail["remade"]
    assert remade["crf"] < 23
    assert remade["before"]["mean"] < made.detail["vmaf"]["mean"]
    assert made.detail["step"] == "first_play"
    assert places.path_of(made.storage_key).stat().st_size == made.file_size
    master = Variant.objects.get(asset=asset, format="hls")
    assert places.path_of(master.storage_key).parent.joinpath("manifest.mpd").exists()
    assert Variant.objects.filter(asset=asset, variant_type="manifest").count() == 2
    # Links to what was replaced go on until they end.
    left = set(Leftover.objects.values_list("storage_key", flat=True))
    assert len([key for key in left if key.endswith("/first_play/plain_240p.mp4")]) == 1
    assert {Path("first_play/plain_240p.mp4"), Path("replacing/plain_240p.mp4")} <= files_of(asset)


def test_a_preset_may_ask_for_no_measuring() -> None:
    preset = Preset.objects.get(slug="standard")
    preset.recipe = {**preset.recipe, "measure_quality": False}
    preset.save()
    asset = carried_out(stored(media("plain.avi"))).asset
    assert not Job.objects.filter(asset=asset, job_type=JobType.QUALITY).exists()


@pytest.mark.parametrize(
    ("error", "code"),
    [(ValueError("nothing met"), "not_comparable"), (KeyError("no such score"), "internal_error")],
)
def test_a_failure_leaves_the_asset_as_it_was(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def broken(*_given: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr("django.conf.settings.STEP_ATTEMPTS", 1)
    monkeypatch.setattr(vmaf, "measure", broken)
    asset = carried_out(stored(media("tiny.mp4"))).asset
    job = quality_job(asset)
    assert (job.status, job.error_code) == (Status.FAILED, code)
    asset.refresh_from_db()
    assert (asset.publication, asset.upload_status, asset.error_code) == ("published", "completed", "")
    assert asset.upload_progress == 100


def test_what_was_made_anew_is_not_measured_as_what_it_was_before() -> None:
    asset = carried_out(stored(media("tiny.mp4"))).asset
    job = quality_job(asset)
    Job.objects.create(asset=asset, job_type=JobType.TRANSCODE, status=Status.COMPLETED)
    job.steps.update(status=Status.PENDING, attempt=0, ready_at=timezone.now())
    Job.objects.filter(pk=job.pk).update(status=Status.PROCESSING)
    step = leases.claim(queue="analysis", worker="tests")
    assert step is not None
    running.run(step=step)
    job.refresh_from_db()
    assert (job.status, job.error_code) == (Status.FAILED, "renditions_replaced")


def test_measuring_gives_way_to_renditions_that_wait(video_job: Job, finish: Finish) -> None:
    finish(video_job, "scan")
    finish(video_job, "probe")
    asset = AssetFactory(passed_gate=True, content=b"bytes")
    job = Job.objects.create(
        asset=asset, job_type=JobType.QUALITY, parameters={"measures": str(asset.job_id)}
    )
    step = Step.objects.create(
        job=job, name="quality", position=0, queue=Queue.ANALYSIS, ready_at=timezone.now()
    )
    claimed = leases.claim(queue="analysis", worker="tests")
    assert claimed is not None
    running.run(step=claimed)
    step.refresh_from_db()
    assert (step.status, step.attempt, step.error_code) == (Status.PENDING, 0, "others_first")

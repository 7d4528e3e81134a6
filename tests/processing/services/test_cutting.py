"""What is left of an asset is made once, published by the step that makes it, and found again when it is wanted."""

import json
from typing import Any

import pytest
from django.db import transaction

from assets.access import has_whole
from assets.models import Asset, CutSet, Leftover
from assets.services import cuts, links, orphans, places, stage
from assets.services.captions import write
from mediaportal.core import captions
from mediaportal.core.captions import Cue
from processing.models import Job, JobType, Status
from processing.services import cutsets, cutting, jobs, leases, running
from processing.services.actors import OPERATOR
from tests.factories import AssetFactory, UserFactory
from tests.media import media
from tests.processing.ffmpeg.conftest import probed
from tests.processing.ffmpeg.test_removal import HIGH, colours, loudness, samples

pytestmark = pytest.mark.django_db(transaction=True)
FILM = "toned_colours.mp4"
PARTS = [[2.0, 4.0]]


def film(name: str = FILM, **facts: Any) -> Asset:
    """A film that has been made and read, with its bytes."""
    asset = AssetFactory(published=True, content=media(name).read_bytes(), **facts)
    metadata = {"probed": True, "probe": probed(name).as_data()}
    Asset.objects.filter(pk=asset.pk).update(metadata=metadata)
    asset.refresh_from_db()
    return asset


def taken_out(asset: Asset, parts: list[list[float]]) -> Asset:
    """The asset after these parts were taken out of it, whatever was before."""
    Asset.objects.filter(pk=asset.pk).update(cut=parts)
    cutting.catch_up(asset_id=asset.pk)
    asset.refresh_from_db()
    return asset


def work() -> Job:
    """Do what waits, and return the newest job that takes parts out."""
    step = leases.claim(queue="transcode", worker="tests")
    assert step is not None and step.name == "cutting"
    running.run(step=step)
    return Job.objects.select_related("asset").get(pk=step.job_id)


def in_storage(found: CutSet, name: str) -> Any:
    """A file of a set, as a local file."""
    return places.local_file(f"{found.prefix}/{name}")


def test_a_film_is_held_until_what_is_left_has_been_made() -> None:
    asset = film()
    said = [Cue(500, 1_000, "green"), Cue(2_500, 3_000, "red"), Cue(4_500, 5_000, "blue")]
    write(user=asset.uploaded_by, asset=asset, cues=said, language="en")
    assert taken_out(asset, PARTS).publication == "held"
    assert asset.holds == ["cut"]
    job = work()
    assert (job.status, job.error_code) == (Status.COMPLETED, "")
    asset.refresh_from_db()
    assert (asset.publication, asset.holds) == ("published", [])
    found = CutSet.objects.get()
    assert found.duration == pytest.approx(4.0, abs=0.05)
    with in_storage(found, found.files["file"]["name"]) as path:
        assert colours(path) == "g" * 50 + "b" * 50
        assert loudness(samples(path), HIGH) < 0.005
    (track,) = found.files["captions"]
    with in_storage(found, track["name"]) as path:
        cues = captions.read(path.read_bytes()).cues
    assert [(cue.start, cue.text) for cue in cues] == [(500, "green"), (2_500, "blue")]
    for name in (*found.files["manifests"].values(), found.files["poster"]["webp"]):
        with in_storage(found, name) as path:
            assert path.stat().st_size > 0


def test_others_are_shown_what_is_left_and_nothing_else() -> None:
    asset = film()
    taken_out(asset, PARTS)
    viewer = UserFactory(role="viewer")
    assert stage.stage_of(asset, user=viewer).mode == "waiting"
    work()
    asset.refresh_from_db()
    found = CutSet.objects.get()
    shown = stage.stage_of(asset, user=viewer)
    assert (shown.mode, shown.set) == ("video", str(found.pk))
    told = links.playback(asset=asset, user=viewer)
    assert told["duration"] == found.duration
    assert told["hls_url"].endswith("/master.m3u8")
    assert (told["original_url"], told["resume_at"]) == (None, None)
    assert [file.filename for file in stage.files_of(asset, user=viewer)] == [
        f"{asset.original_filename.removesuffix('.mp4')}_cut.mp4"
    ]
    word = cuts.word_of(asset=asset, user=asset.uploaded_by)
    assert word is not None and word.made
    assert cuts.word_of(asset=asset, user=viewer) is None


def test_taking_it_back_needs_no_work_and_the_same_again_neither() -> None:
    asset = film()
    taken_out(asset, PARTS)
    work()
    viewer = UserFactory(role="viewer")
    taken_out(asset, [])
    assert (asset.publication, asset.holds) == ("published", [])
    assert has_whole(viewer, asset)
    taken_out(asset, PARTS)
    assert (asset.publication, asset.holds) == ("published", [])
    assert Job.objects.filter(job_type=JobType.CUT).count() == 1


def test_other_parts_end_the_work_and_a_new_set_takes_the_place_of_the_old_one() -> None:
    asset = film()
    taken_out(asset, [[1.0, 2.0]])
    first = Job.objects.get(job_type=JobType.CUT)
    taken_out(asset, PARTS)
    first.refresh_from_db()
    assert first.status == Status.CANCELLED
    work()
    old = CutSet.objects.get()
    taken_out(asset, [[0.0, 2.0]])
    assert asset.holds == ["cut"]
    work()
    asset.refresh_from_db()
    assert (CutSet.objects.get().parts, asset.publication) == ([[0.0, 2.0]], "published")
    assert Leftover.objects.filter(storage_key=old.prefix).exists()


def test_what_nobody_wants_any_more_does_not_publish() -> None:
    asset = film()
    taken_out(asset, PARTS)
    with transaction.atomic():
        cutsets.place("x/cutting/1", asset_id=asset.pk, parts=[[1.0, 2.0]], files={}, duration=5.0)
    asset.refresh_from_db()
    assert (asset.publication, asset.holds) == ("held", ["cut"])


def test_a_failure_leaves_it_held_and_is_told() -> None:
    asset = film()
    taken_out(asset, PARTS)
    job = Job.objects.get(job_type=JobType.CUT)
    assert cutting.failure_of(asset) is None
    step = leases.claim(queue="transcode", worker="tests")
    assert step is not None
    with transaction.atomic():
        step.job = leases.lock_job_of(step_id=step.pk)
        leases.failed_attempt(step=step, code="encoding_failed", detail="It broke.", final=True)
    asset.refresh_from_db()
    assert (asset.publication, asset.holds) == ("held", ["cut"])
    failed = cutting.failure_of(asset)
    assert failed is not None and failed.pk == job.pk
    assert cutting.settle_all() == 0  # somebody has to try it again
    jobs.retry(job=job, user=asset.uploaded_by)
    assert work().status == Status.COMPLETED
    asset.refresh_from_db()
    assert asset.publication == "published"


def test_work_that_was_cancelled_is_ordered_anew() -> None:
    asset = film()
    taken_out(asset, PARTS)
    jobs.cancel(job=Job.objects.get(job_type=JobType.CUT), user=OPERATOR)
    asset.refresh_from_db()
    assert (asset.publication, asset.holds) == ("held", ["cut"])
    assert cutting.settle_all() == 1
    assert Job.objects.filter(job_type=JobType.CUT, status=Status.PENDING).count() == 1


def test_what_is_still_processed_waits_for_that(django_capture_on_commit_callbacks: Any) -> None:
    asset = film(upload_status="processing")
    taken_out(asset, PARTS)
    assert not Job.objects.filter(job_type=JobType.CUT).exists()
    job = Job.objects.create(asset=asset, status=Status.COMPLETED)
    Asset.objects.filter(pk=asset.pk).update(upload_status="completed")
    asset.refresh_from_db()
    job.asset = asset
    with django_capture_on_commit_callbacks(execute=True):
        cutting.follow(job=job)
    assert Job.objects.filter(job_type=JobType.CUT).count() == 1
    assert cutting.settle_all() == 0


def test_a_message_that_was_lost_is_made_up_for() -> None:
    asset = film()
    Asset.objects.filter(pk=asset.pk).update(
        cut=PARTS, holds=["cut"], policy_verdict="review", publication="held"
    )
    assert cutting.settle_all() == 1
    assert Job.objects.filter(job_type=JobType.CUT).count() == 1


def test_the_files_of_a_set_are_no_orphans() -> None:
    asset = film()
    taken_out(asset, PARTS)
    work()
    found = CutSet.objects.get()
    names = orphans._names_of({asset.pk})[asset.pk]
    assert not names.leave_free(f"{found.prefix}/{found.files['file']['name']}")


def test_a_sound_is_cut_too() -> None:
    asset = film("tone.mp3", audio=True, duration=2.0)
    taken_out(asset, [[0.5, 1.0]])
    assert work().status == Status.COMPLETED
    found = CutSet.objects.get()
    assert found.duration == pytest.approx(1.5, abs=0.1)
    assert found.files["file"]["mime_type"] == "audio/mp4"
    shown = stage.stage_of(Asset.objects.get(), user=UserFactory(role="viewer"))
    assert shown.mode == "video" and shown.hls
    assert json.loads(json.dumps(found.files)) == found.files

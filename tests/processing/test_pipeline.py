"""Whole jobs with real programs: what a stored file becomes, and how a bad one ends."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from assets.models import Asset, Leftover, Variant
from assets.services import ingest, leftovers, places, uploads
from processing.models import Job, Queue, Status
from processing.services import leases, running
from tests.factories import UploadSessionFactory
from tests.media import media

pytestmark = pytest.mark.django_db(transaction=True)


def stored(path: Path, *, name: str | None = None) -> Job:
    """Bring a file in as every door does, and return its job."""
    session = UploadSessionFactory(filename=name or path.name, bytes_total=path.stat().st_size)
    staged = uploads.part_path(session.pk)
    shutil.copyfile(path, staged)
    asset = ingest.accept_file(session=session, path=staged, sha256="0" * 64)
    return Job.objects.get(asset=asset)


def carried_out(job: Job) -> Job:
    """Do all the work that waits, as workers would, and return the job as it ended."""
    while any(_one(queue) for queue in Queue.values):
        pass
    return Job.objects.select_related("asset").get(pk=job.pk)


def _one(queue: str) -> bool:
    step = leases.claim(queue=queue, worker="tests")
    if step is not None:
        running.run(step=step)
    return step is not None


def names(asset: Asset, kind: str) -> list[str]:
    return sorted(Variant.objects.filter(asset=asset, variant_type=kind).values_list("filename", flat=True))


def let_links_end() -> None:
    """Remove what only links may still name."""
    Leftover.objects.update(remove_after=timezone.now())
    leftovers.sweep()


def files_of(asset: Asset) -> set[Path]:
    root = places.path_of(asset.storage_key).parent.parent
    return {path.relative_to(root) for path in root.rglob("*") if path.is_file()}


def test_a_video_becomes_renditions_a_package_pictures_and_a_sidecar() -> None:
    job = carried_out(stored(media("plain.mp4"), name="بحر blue.mp4"))
    asset = job.asset
    assert (job.status, job.error_code) == (Status.COMPLETED, "")
    assert (asset.publication, asset.width, asset.height) == ("published", 320, 240)
    assert asset.duration == pytest.approx(3, abs=0.2)
    assert names(asset, "rendition") == ["بحر blue_240p.mp4"]
    assert names(asset, "poster") == ["بحر blue_poster.jpg", "بحر blue_poster.webp"]
    assert len(names(asset, "thumbnail")) == 20
    assert names(asset, "manifest") == ["manifest.mpd", "master.m3u8"]
    master = Variant.objects.get(asset=asset, format="hls")
    folder = places.path_of(master.storage_key).parent
    assert list(folder.rglob("*.m4s")) and (folder / "manifest.mpd").exists()
    sidecar = Variant.objects.get(asset=asset, variant_type="metadata")
    document = json.loads(places.path_of(sidecar.storage_key).read_text())
    assert document["original"]["filename"] == "بحر blue.mp4"
    assert {line["variant_type"] for line in document["variants"]} >= {
        "rendition",
        "poster",
        "thumbnail",
        "manifest",
    }
    assert not list(Path(settings.SCRATCH_ROOT).iterdir())


def test_every_rung_up_to_the_source_is_made() -> None:
    job = carried_out(stored(media("wide_1080.mp4")))
    assert names(job.asset, "rendition") == [
        "wide_1080_1080p.mp4",
        "wide_1080_360p.mp4",
        "wide_1080_480p.mp4",
        "wide_1080_720p.mp4",
    ]


def test_a_sound_becomes_aac_with_a_waveform() -> None:
    job = carried_out(stored(media("tone.mp3")))
    asset = job.asset
    assert (job.status, asset.kind, asset.publication) == (Status.COMPLETED, "audio", "published")
    assert names(asset, "audio_only") == ["tone_audio.m4a"]
    waveform = Variant.objects.get(asset=asset, variant_type="waveform")
    assert len(json.loads(places.path_of(waveform.storage_key).read_text())["peaks"]) > 100
    assert 0 < max(waveform.detail["peaks"]) <= 1


def test_an_image_becomes_a_web_picture_and_thumbnails() -> None:
    job = carried_out(stored(media("picture.png")))
    asset = job.asset
    assert (job.status, asset.kind) == (Status.COMPLETED, "image")
    assert names(asset, "rendition") == ["picture_web.webp"]
    assert names(asset, "thumbnail")
    assert asset.width and asset.height


def test_a_video_container_without_pictures_goes_on_as_sound() -> None:
    job = carried_out(stored(media("sound_only.mp4")))
    assert (job.status, job.asset.kind) == (Status.COMPLETED, "audio")
    assert "packaging" not in set(job.steps.values_list("name", flat=True))
    assert names(job.asset, "audio_only")


def test_two_languages_are_kept_apart() -> None:
    job = carried_out(stored(media("two_languages.mkv")))
    assert job.status == Status.COMPLETED
    assert len(names(job.asset, "audio_only")) == 2
    manifest = Variant.objects.get(asset=job.asset, format="hls")
    text = places.path_of(manifest.storage_key).read_text()
    assert 'LANGUAGE="en"' in text and 'LANGUAGE="ar"' in text


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("cut_off.mp4", "corrupt_media"),
        ("cut_off.jpg", "corrupt_media"),
        ("no_frames.mp4", "empty_media"),
        ("bomb.png", "image_too_large"),
        ("unknown_codec.mp4", "unsupported_codec"),
    ],
)
def test_a_bad_file_fails_with_its_code_and_leaves_nothing(name: str, code: str) -> None:
    job = carried_out(stored(media(name)))
    assert (job.status, job.error_code) == (Status.FAILED, code)
    assert job.error_detail
    assert job.steps.get(status="failed").name == "probe"
    asset = job.asset
    assert (asset.upload_status, asset.publication) == ("failed", "held")
    assert not Variant.objects.filter(asset=asset).exists()
    assert files_of(asset) == {Path("original") / name}
    assert not list(Path(settings.SCRATCH_ROOT).iterdir())


def test_running_a_whole_job_again_changes_nothing() -> None:
    job = carried_out(stored(media("tiny.mp4")))
    let_links_end()
    before = files_of(job.asset)
    job.steps.exclude(name="upload").update(status=Status.PENDING)
    Job.objects.filter(pk=job.pk).update(status=Status.PROCESSING)
    again = carried_out(job)
    assert again.status == Status.COMPLETED
    let_links_end()
    after = files_of(again.asset)
    # Sets and storyboards get a folder of their own each time.
    assert {p for p in after if len(p.parts) == 2} == {p for p in before if len(p.parts) == 2}
    assert len(after) == len(before)

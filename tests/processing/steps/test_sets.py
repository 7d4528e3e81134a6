"""Whole jobs of encrypted files: nothing of them is clear for those who only watch, and they can be packaged anew."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assets.models import Asset, Caption, UploadSession, Variant
from assets.services import ingest, links, places, stage, uploads
from assets.services.names import asset_folder
from processing.models import ContentKey, Job, Package, Preset, Status
from processing.services import jobs, orders, packages
from processing.services.keys import GivenKey
from processing.services.packages import Order
from processing.services.status import job_document
from tests.factories import UploadSessionFactory, UserFactory, put_file
from tests.media import media
from tests.processing.test_pipeline import carried_out, stored

pytestmark = pytest.mark.django_db(transaction=True)


def wanted(name: str, **options: Any) -> Job:
    """Bring a medium in with options, and do all the work."""
    preset = Preset.objects.get(slug="standard")
    preset.recipe = {**preset.recipe, "measure_quality": False}
    preset.save()
    path = media(name)
    session: UploadSession = UploadSessionFactory(
        filename=name,
        bytes_total=path.stat().st_size,
        options=options,
        metadata={"visibility": "internal"},
    )
    staged = uploads.part_path(session.pk)
    staged.write_bytes(path.read_bytes())
    asset = ingest.accept_file(session=session, path=staged, sha256="0" * 64)
    job = carried_out(Job.objects.get(asset=asset))
    assert (job.status, job.error_code) == (Status.COMPLETED, "")
    return job


def folder_of(asset: Asset, form: str = "dash") -> Path:
    """Where the set lies that is played now."""
    found = Variant.objects.get(asset=asset, variant_type="manifest", format=form)
    return places.path_of(found.storage_key).parent


def folder_key(asset: Asset) -> str:
    """The storage's prefix of the set that is played now."""
    found = Variant.objects.filter(asset=asset, variant_type="manifest").first()
    assert found is not None
    return str(found.storage_key.rpartition("/")[0])


def is_encrypted(init: Path) -> bool:
    return any(box in init.read_bytes() for box in (b"encv", b"enca"))


def test_an_encrypted_upload_is_never_clear_for_those_who_watch() -> None:
    job = wanted("plain.mp4", encrypt="cbcs")
    asset = job.asset
    assert asset.encryption == "cbcs"
    assert not Variant.objects.filter(asset=asset, detail__growing=True).exists()
    inits = list(folder_of(asset).glob("*/init.mp4"))
    assert len(inits) == 2 and all(is_encrypted(init) for init in inits)
    package = packages.current(asset)
    assert package is not None
    assert (package.scheme, package.encrypted_tracks, package.job) == ("cbcs", [1, 2], job)
    assert set(package.keys.values_list("label", flat=True)) == {"SD", "AUDIO"}

    viewer, owner = UserFactory(role="viewer"), asset.uploaded_by
    played = links.playback(asset=asset, user=viewer)
    assert played["hls_url"] and played["dash_url"] and played["original_url"] is None
    assert links.playback(asset=asset, user=owner)["original_url"]
    seen = stage.stage_of(asset, user=viewer)
    assert (seen.mode, bool(seen.dash), seen.file) == ("video", True, "")
    assert stage.files_of(asset, user=viewer) == [] and stage.files_of(asset, user=owner)
    clear = {"rendition", "audio_only", "metadata", "preview"}
    for variant in asset.variants.all():
        link = links.variant_url(variant=variant, user=viewer)
        assert (link is None) == (variant.variant_type in clear), variant
        assert links.variant_url(variant=variant, user=owner)
    assert played["poster_url"] and played["storyboard_url"] and played["preview_url"] is None
    assert list(folder_of(asset).glob("images*/*.jpg")), "the player finds stills in the set"
    results = job_document(job=Job.objects.with_steps().get(pk=job.pk), user=viewer)["results"]
    assert results["original_url"] is None
    assert all((one["url"] is None) == (one["variant_type"] in clear) for one in results["variants"])
    assert results["package"]["encrypted_tracks"] == [1, 2] and results["package"]["dash_url"]


def test_an_encrypted_set_has_no_stills_in_it_where_they_are_not_for_everybody(settings: Any) -> None:
    settings.ENCRYPTED_STILLS = "poster"
    job = wanted("plain.mp4", encrypt="cbcs")
    folder = folder_of(job.asset)
    assert not list(folder.rglob("*.jpg"))
    assert not any(b"EXT-X-IMAGE" in path.read_bytes() for path in folder.glob("*.m3u8"))
    viewer = UserFactory(role="viewer")
    results = job_document(job=Job.objects.with_steps().get(pk=job.pk), user=viewer)["results"]
    assert results["playback"]["poster_url"] and results["thumbnails"]
    assert results["playback"]["storyboard_url"] is None
    assert "storyboard" not in {one["variant_type"] for one in results["variants"]}


def test_an_encrypted_sound_is_streamed() -> None:
    asset = wanted("tone.mp3", encrypt="true").asset
    (init,) = folder_of(asset).glob("*/init.mp4")
    assert is_encrypted(init)
    viewer = UserFactory(role="viewer")
    seen = stage.stage_of(asset, user=viewer)
    assert (seen.mode, bool(seen.hls), seen.file) == ("video", True, "")
    assert stage.stage_of(asset, user=asset.uploaded_by).mode == "audio"


def test_packaged_again_with_a_key_of_the_caller() -> None:
    asset = carried_out(stored(media("plain.mp4"))).asset
    Job.objects.filter(job_type="quality").delete()
    before = folder_of(asset)
    renditions = set(
        Variant.objects.filter(asset=asset, variant_type="rendition").values_list("pk", flat=True)
    )
    given = GivenKey(uuid4(), uuid4().bytes)
    order = Order("cbcs", tracks="video", given=given)
    job = carried_out(orders.package(user=asset.uploaded_by, asset=asset, order=order))
    assert (job.status, job.error_code) == (Status.COMPLETED, "")
    results = dict(job.steps.values_list("name", "results"))
    assert [track["kind"] for track in results["ingested"]["tracks"]] == ["video", "audio"]
    assert results["fragmented"]["segments"] == 1
    assert results["encrypted"]["encrypted_tracks"] == [1]
    package = Package.objects.get(job=job)
    assert results["ready"]["package"] == str(package.pk) and package.ready_at is not None
    assert package.prefixes == [folder_key(asset)]
    assert given.key.hex() not in repr(results)

    assert Variant.objects.filter(asset=asset, variant_type="manifest").count() == 2
    assert Variant.objects.filter(asset=asset, variant_type="metadata").count() == 1
    kept = Variant.objects.filter(asset=asset, variant_type="rendition").values_list("pk", flat=True)
    assert set(kept) == renditions, "the renditions stay"
    after = folder_of(asset, "hls")
    assert after != before and before.exists(), "old links live on"
    playlists = {path.parent.name.partition("_")[0]: path for path in after.glob("*/playlist.m3u8")}
    (address,) = re.findall(r'EXT-X-KEY:.*?URI="([^"]+)"', playlists["video"].read_text())
    assert str(package.pk) in address and str(given.kid) in address
    assert "EXT-X-KEY" not in playlists["audio"].read_text()
    asset.refresh_from_db()
    assert (asset.encryption, asset.link_epoch) == ("cbcs", 1)

    again = carried_out(
        orders.package(user=asset.uploaded_by, asset=asset, order=Order("", formats=("dash",)))
    )
    assert again.status == Status.COMPLETED
    asset.refresh_from_db()
    assert asset.encryption == ""
    (manifest,) = Variant.objects.filter(asset=asset, variant_type="manifest")
    assert manifest.format == "dash" and not list(folder_of(asset).glob("*.m3u8"))
    assert not any(is_encrypted(init) for init in folder_of(asset).glob("*/init.mp4"))


def test_what_is_read_over_the_pictures_is_packaged() -> None:
    asset = carried_out(stored(media("plain.mp4"))).asset
    Job.objects.filter(job_type="quality").delete()
    for kind, language, cues in (("captions", "ar", 1), ("subtitles", "en", 0), ("chapters", "en", 1)):
        key = f"{asset_folder(asset.pk)}/captions/{kind}.vtt"
        put_file(key, "WEBVTT\n\n00:00.500 --> 00:01.500\nمساء الخير\n".encode())
        Caption.objects.create(
            asset=asset, kind=kind, language=language, label="", storage_bucket="local", storage_key=key,
            file_size=50, cues=cues,
        )  # fmt: skip
    job = carried_out(orders.package(user=asset.uploaded_by, asset=asset, order=Order("cbcs")))
    assert (job.status, job.error_code) == (Status.COMPLETED, "")
    folder = folder_of(asset, "hls")
    (line,) = [one for one in (folder / "master.m3u8").read_text().splitlines() if "SUBTITLES," in one]
    assert 'LANGUAGE="ar"' in line
    assert "مساء الخير" in (folder / "text_ar" / "1.vtt").read_text()
    assert Package.objects.get(job=job).encrypted_tracks == [1, 2]


def test_a_stage_that_fails_stops_the_chain() -> None:
    asset = carried_out(stored(media("plain.mp4"))).asset
    Job.objects.filter(job_type="quality").delete()
    before = folder_of(asset)
    order = Order("cbcs", given=GivenKey(uuid4(), uuid4().bytes))
    job = orders.package(user=asset.uploaded_by, asset=asset, order=order)
    ContentKey.objects.all().delete()
    job = carried_out(job)
    assert (job.status, job.error_code) == (Status.FAILED, "key_missing")
    assert dict(job.steps.values_list("name", "status")) == {
        "ingested": "completed", "fragmented": "completed", "encrypted": "failed", "ready": "cancelled",
    }  # fmt: skip
    assert folder_of(asset) == before
    asset.refresh_from_db()
    assert (asset.encryption, asset.publication) == ("", "published")


def test_nothing_left_to_package() -> None:
    asset = carried_out(stored(media("plain.mp4"))).asset
    Job.objects.filter(job_type="quality").delete()
    job = orders.package(user=asset.uploaded_by, asset=asset, order=None)
    Variant.objects.filter(asset=asset, variant_type__in=["rendition", "audio_only"]).delete()
    job = carried_out(job)
    assert (job.status, job.error_code) == (Status.FAILED, "nothing_to_package")


def test_other_renditions_are_ordered() -> None:
    asset = wanted("plain.mp4", encrypt="cenc").asset
    formats = [orders.Format("144p")]
    job = carried_out(orders.transcode(user=asset.uploaded_by, asset=asset, formats=formats))
    assert (job.status, job.error_code) == (Status.COMPLETED, "")
    assert list(
        Variant.objects.filter(asset=asset, variant_type="rendition").values_list("quality", flat=True)
    ) == ["144p"]
    assert all(is_encrypted(init) for init in folder_of(asset).glob("*/init.mp4"))
    asset.refresh_from_db()
    assert asset.encryption == "cenc"
    retried = jobs.is_hopeless(job)
    assert not retried

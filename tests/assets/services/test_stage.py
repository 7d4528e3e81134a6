"""What the asset page can show at each moment."""

from typing import Any

import pytest

from assets.services.stage import files_of, stage_of, stills_of
from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_a_video_waits_until_its_stream_is_there() -> None:
    asset = AssetFactory(passed_gate=True)
    VariantFactory(asset=asset)
    waiting = stage_of(asset, user=asset.uploaded_by)
    assert (waiting.mode, waiting.settled) == ("waiting", False)
    VariantFactory(asset=asset, dash=True)
    playing = stage_of(asset, user=asset.uploaded_by)
    assert (playing.mode, playing.settled) == ("video", True)
    assert playing.dash.endswith("manifest.mpd")
    assert playing.file.endswith(".mp4")


def test_a_rendition_plays_where_the_stream_could_not_be_made() -> None:
    asset = AssetFactory(passed_gate=True, failed=True)
    VariantFactory(asset=asset)
    assert stage_of(asset, user=asset.uploaded_by).mode == "video"


@pytest.mark.parametrize(
    ("traits", "variant", "mode"),
    [
        ({"audio": True}, {"variant_type": "audio_only", "format": "m4a", "filename": "a.m4a"}, "audio"),
        ({"image": True}, {"format": "webp", "quality": "web", "filename": "w.webp"}, "image"),
    ],
)
def test_sounds_and_images_have_stages_of_their_own(
    traits: dict[str, Any], variant: dict[str, Any], mode: str
) -> None:
    asset = AssetFactory(published=True, **traits)
    VariantFactory(asset=asset, **variant)
    assert stage_of(asset, user=asset.uploaded_by).mode == mode


def test_before_the_gate_there_is_nothing_to_play_or_download() -> None:
    asset = AssetFactory()
    VariantFactory(asset=asset, dash=True)
    VariantFactory(asset=asset, thumbnail=True)
    assert stage_of(asset, user=asset.uploaded_by).mode == "waiting"
    assert files_of(asset, user=asset.uploaded_by) == []
    assert stills_of(asset, user=asset.uploaded_by) == []


def test_downloads_start_with_the_original_and_go_down() -> None:
    asset = AssetFactory(published=True)
    for quality, height in (("360p", 360), ("720p", 720)):
        VariantFactory(asset=asset, quality=quality, height=height)
    VariantFactory(asset=asset, sidecar=True)
    names = [file.name for file in files_of(asset, user=UserFactory())]
    assert names == ["Original", "720p", "360p", "Details (JSON)"]


def test_stills_stand_in_the_order_of_time() -> None:
    asset = AssetFactory(published=True)
    for second in (4.0, 0.5, 2.0):
        VariantFactory(asset=asset, thumbnail=True, timestamp=second)
    assert [still.second for still in stills_of(asset, user=asset.uploaded_by)] == [0.5, 2.0, 4.0]


def test_without_downloads_others_watch_and_keep_nothing() -> None:
    asset = AssetFactory(published=True, allow_download=False)
    VariantFactory(asset=asset, dash=True)
    VariantFactory(asset=asset)
    other = stage_of(asset, user=UserFactory())
    assert other.dash and not other.file
    assert files_of(asset, user=UserFactory()) == []
    assert stage_of(asset, user=asset.uploaded_by).file
    assert files_of(asset, user=asset.uploaded_by)


def test_without_downloads_a_single_file_and_a_web_picture_are_still_shown() -> None:
    film = AssetFactory(published=True, allow_download=False)
    VariantFactory(asset=film)
    assert stage_of(film, user=UserFactory()).file
    picture = AssetFactory(published=True, image=True, allow_download=False)
    VariantFactory(asset=picture, format="webp", quality="web", filename="w.webp")
    shown = stage_of(picture, user=UserFactory())
    assert shown.file and not shown.original
    assert stage_of(picture, user=picture.uploaded_by).original

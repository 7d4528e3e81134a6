"""What nothing names any more is removed when its time has come, and nothing else is."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from assets.exceptions import StorageUnavailable
from assets.models import Caption, Leftover
from assets.services import leftovers, places
from assets.services.names import asset_folder
from tests.factories import AssetFactory, VariantFactory

pytestmark = pytest.mark.django_db


def laid(key: str) -> Path:
    path = places.path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_a_folder_goes_when_its_time_has_come_and_not_before() -> None:
    folder = f"{asset_folder(AssetFactory().pk)}/packaging/old"
    file = laid(f"{folder}/video/1.m4s")
    leftovers.leave(folder, seconds=60)
    assert leftovers.sweep() == 0 and file.exists()
    Leftover.objects.update(remove_after=timezone.now() - timedelta(seconds=1))
    assert leftovers.sweep() == 1
    assert not file.exists() and not Leftover.objects.exists()


def test_what_a_row_names_again_stays() -> None:
    asset = AssetFactory()
    folder = f"{asset_folder(asset.pk)}/packaging/kept"
    file = laid(f"{folder}/master.m3u8")
    VariantFactory(asset=asset, storage_key=f"{folder}/master.m3u8")
    leftovers.leave(folder)
    assert leftovers.sweep() == 0
    assert file.exists() and not Leftover.objects.exists()


@pytest.mark.parametrize("of_track", ["storage_key", "original_key"])
def test_what_a_text_track_names_stays(of_track: str) -> None:
    asset = AssetFactory()
    folder = f"{asset_folder(asset.pk)}/captions/one"
    file = laid(f"{folder}/here/film.vtt")
    keys = {"storage_key": "elsewhere"} | {of_track: f"{folder}/here/film.vtt"}
    Caption.objects.create(asset=asset, language="ar", file_size=1, **keys)
    leftovers.leave(folder)
    assert leftovers.sweep() == 0 and file.exists()


def test_what_was_taken_back_stays() -> None:
    key = f"{asset_folder(AssetFactory().pk)}/interim/a"
    file = laid(f"{key}/one.mp4")
    leftovers.leave(key)
    leftovers.keep(key)
    assert leftovers.sweep() == 0 and file.exists()


def test_a_storage_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    key = f"{asset_folder(AssetFactory().pk)}/interim/a"
    leftovers.leave(key)

    def away(_key: str) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(places, "remove", away)
    assert leftovers.sweep() == 0
    assert Leftover.objects.filter(storage_key=key).exists()

"""Bytes with malware go where no link leads; managers alone let through, and delete."""

import logging
from pathlib import Path
from typing import Any

import pytest

from assets import access
from assets.exceptions import NotReleasable, OriginalKept
from assets.models import Asset, ScanVerdict
from assets.services import gate, places, quarantine
from assets.signals import asset_rejected, scan_released
from mediaportal.audit.models import Entry
from mediaportal.core.problems import NotPermitted
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db

INFECTED = gate.Scan(ScanVerdict.INFECTED, "Eicar-Test-Signature")


def stored(key: str) -> bytes:
    with places.local_file(key) as path:
        return path.read_bytes()


def test_without_a_scanner_the_verdict_is_written_down(tmp_path: Path) -> None:
    asset = AssetFactory()
    word = quarantine.scan(asset=asset, path=tmp_path)
    asset.refresh_from_db()
    assert word.verdict == asset.scan_verdict == ScanVerdict.UNSCANNED
    assert asset.scan_detail == "no scanner is set up" and asset.scanned_at is not None


def test_malware_is_locked_away_and_written_down_once(storage_kind: str) -> None:
    asset = AssetFactory(published=True, content=b"bad bytes")
    before, epoch = asset.storage_key, asset.link_epoch
    for _twice in range(2):
        quarantine.note(asset=asset, word=INFECTED)
    asset.refresh_from_db()
    assert asset.storage_key.startswith(f"quarantine/{asset.pk}/")
    assert stored(asset.storage_key) == b"bad bytes"
    with pytest.raises(FileNotFoundError):
        places.open_file(before, within=before.rpartition("/")[0])
    assert (asset.publication, asset.link_epoch) == ("blocked", epoch + 1)
    assert not access.can_play(asset.uploaded_by, asset)
    entry = Entry.objects.get(action="malware.found")
    assert entry.object_id == str(asset.pk) and entry.detail["name"] == "Eicar-Test-Signature"


def test_what_turns_out_to_be_clean_comes_back() -> None:
    asset = AssetFactory(published=True, content=b"good bytes")
    home = asset.storage_key
    quarantine.condemn(asset=asset, word=INFECTED)
    assert (asset.error_code, asset.publication) == ("malware_found", "blocked")
    quarantine.note(asset=asset, word=gate.Scan(ScanVerdict.CLEAN))
    asset.refresh_from_db()
    assert (asset.storage_key, asset.error_code, asset.publication) == (home, "", "published")
    assert stored(home) == b"good bytes"


def test_a_move_that_was_cut_in_the_middle_is_made_good() -> None:
    asset = AssetFactory(content=b"bad bytes")
    key = f"quarantine/{asset.pk}/{asset.original_filename}"
    places.move(asset.storage_key, key)
    quarantine.lock_away(asset=asset)
    assert Asset.objects.get(pk=asset.pk).storage_key == key


def test_an_original_that_is_nowhere_is_told_to_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    asset = AssetFactory()
    before = asset.storage_key
    with caplog.at_level(logging.ERROR):
        quarantine.lock_away(asset=asset)
    assert "is missing" in caplog.text
    assert Asset.objects.get(pk=asset.pk).storage_key == before


def test_a_condemned_asset_is_told() -> None:
    heard: list[Any] = []

    def listen(**news: Any) -> None:
        heard.append((news["asset"].pk, news["code"]))

    asset_rejected.connect(listen)
    try:
        asset = AssetFactory(published=True, content=b"x")
        quarantine.condemn(asset=asset, word=INFECTED)
    finally:
        asset_rejected.disconnect(listen)
    assert heard == [(asset.pk, "malware_found")]


def test_a_manager_releases_what_cannot_be_scanned_and_nothing_else() -> None:
    manager, heard = UserFactory(role="manager"), []

    def listen(**news: Any) -> None:
        heard.append(news["user"])

    scan_released.connect(listen)
    try:
        asset = AssetFactory(
            scan_verdict="unscannable", scan_detail=gate.BEYOND, processing_verdict="failed", error_code="x"
        )
        for person in (asset.uploaded_by, UserFactory(role="moderator")):
            with pytest.raises(NotPermitted):
                quarantine.release(user=person, asset=asset)
        quarantine.release(user=manager, asset=asset)
    finally:
        scan_released.disconnect(listen)
    assert asset.scan_released_at is not None and asset.scan_verdict == "unscannable"
    assert heard == [manager]
    assert Entry.objects.get(action="scan.released").actor == manager
    for other in (asset, AssetFactory(published=True), AssetFactory(infected=True)):
        with pytest.raises(NotReleasable):
            quarantine.release(user=manager, asset=other)


def test_the_bytes_of_malware_are_deleted_and_the_record_stays() -> None:
    manager = UserFactory(role="manager")
    asset = AssetFactory(content=b"bad bytes")
    quarantine.note(asset=asset, word=INFECTED)
    with pytest.raises(NotPermitted):
        quarantine.delete_original(user=asset.uploaded_by, asset=asset)
    for _twice in range(2):
        quarantine.delete_original(user=manager, asset=asset)
    with pytest.raises(FileNotFoundError):
        places.open_file(asset.storage_key, within="quarantine")
    asset.refresh_from_db()
    assert asset.original_removed_at is not None and asset.sha256
    assert Entry.objects.filter(action="original.deleted").count() == 1
    with pytest.raises(OriginalKept):
        quarantine.delete_original(user=manager, asset=AssetFactory(published=True))

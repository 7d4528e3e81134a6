"""What is kept is scanned again: bounded, resumable, and blocked at once where malware turns up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from assets.models import Asset
from assets.services import gate, rescans
from tests import clamav
from tests.clamav import eicar
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db
USUAL = ("unscanned", "clean")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[clamav.Clamd]:
    """A clamd of this module."""
    with clamav.running(tmp_path_factory.mktemp("clamd")) as running:
        yield running


@pytest.fixture(autouse=True)
def scanned(settings: Any, real: clamav.Clamd) -> None:
    """An installation with a scanner."""
    settings.SCANNER, settings.CLAMD_URL, settings.SCAN_POLICY = "clamd", real.url, "required"
    settings.CLAMD_MAX_BYTES = clamav.MOST_BYTES


def outcomes(since: datetime, **options: Any) -> dict[Any, str]:
    found = rescans.rescan(verdicts=USUAL, since=since, **options)
    return {one.asset.pk: one.outcome for one in found}


def test_each_gets_its_new_verdict() -> None:
    clean = AssetFactory(published=True, content=b"good")
    bad = AssetFactory(published=True, content=b"x" + eicar())
    large = AssetFactory(published=True, content=bytes(clamav.MOST_BYTES + 1))
    lost = AssetFactory(published=True)
    running = AssetFactory(content=b"good", scan_verdict="unscanned", processing_verdict="running")
    assert outcomes(timezone.now()) == {
        clean.pk: "clean",
        bad.pk: "infected",
        large.pk: "not scanned",
        lost.pk: "missing",
    }
    found = {row.pk: row for row in Asset.objects.all()}
    assert (found[clean.pk].scan_verdict, found[clean.pk].publication) == ("clean", "published")
    assert (found[bad.pk].scan_verdict, found[bad.pk].publication) == ("infected", "blocked")
    assert found[bad.pk].storage_key.startswith("quarantine/") and found[bad.pk].link_epoch == 1
    assert found[large.pk].publication == found[lost.pk].publication == "published"
    assert found[running.pk].scanned_at is None


def test_it_goes_on_where_it_was_broken_off() -> None:
    since = timezone.now()
    assets = [AssetFactory(published=True, content=b"good") for _n in range(3)]
    first = outcomes(since, limit=2)
    rest = outcomes(since)
    assert len(first) == 2 and len(rest) == 1
    assert set(first) | set(rest) == {asset.pk for asset in assets}
    assert outcomes(since) == {}
    assert len(outcomes(timezone.now())) == 3


def test_a_scanner_that_is_away_changes_nothing(settings: Any, tmp_path: Path) -> None:
    settings.CLAMD_URL = f"unix:{tmp_path}/nobody.sock"
    asset = AssetFactory(published=True, content=b"good")
    with pytest.raises(gate.ScannerAway):
        outcomes(timezone.now())
    with pytest.raises(CommandError, match="after 0 of 1"):
        call_command("rescan")
    assert Asset.objects.get(pk=asset.pk).scan_verdict == "unscanned"


def test_the_command(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    AssetFactory(published=True, content=b"good")
    bad = AssetFactory(published=True, content=eicar())
    call_command("rescan", limit=5)
    said = capsys.readouterr().out
    assert "2 files are to be scanned" in said and "1 clean, 1 infected" in said and str(bad.pk) in said
    hour_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    call_command("rescan", all=True, since=hour_ago)
    assert "nothing to do" in capsys.readouterr().out
    for wrong in ({"verdict": "good"}, {"since": "yesterday"}):
        with pytest.raises(CommandError):
            call_command("rescan", **wrong)
    settings.SCANNER = "none"
    with pytest.raises(CommandError, match="CLAMD_URL"):
        call_command("rescan")

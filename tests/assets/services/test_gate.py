"""The gate: without a scanner a file passes as what it is, not scanned."""

from pathlib import Path

import pytest

from assets.models import ScanVerdict
from assets.services import gate
from tests.factories import AssetFactory


@pytest.mark.django_db
def test_without_a_scanner_the_verdict_is_unscanned_and_says_why(tmp_path: Path) -> None:
    asset = AssetFactory()
    word = gate.scan(asset=asset, path=tmp_path)
    asset.refresh_from_db()
    assert word.verdict == asset.scan_verdict == ScanVerdict.UNSCANNED
    assert asset.scan_detail == "no scanner is set up"

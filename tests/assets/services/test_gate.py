"""The gate: what a scanner says, and what its silence means under each policy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assets.models import ScanVerdict
from assets.services import gate
from tests import clamav
from tests.clamav import FakeClamd, eicar
from tests.factories import AssetFactory


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[clamav.Clamd]:
    """A clamd of this module."""
    with clamav.running(tmp_path_factory.mktemp("clamd")) as running:
        yield running


@pytest.fixture
def scanned(settings: Any, real: clamav.Clamd) -> clamav.Clamd:
    """An installation with a scanner, which must have looked."""
    settings.SCANNER, settings.CLAMD_URL, settings.SCAN_POLICY = "clamd", real.url, "required"
    settings.CLAMD_MAX_BYTES = clamav.MOST_BYTES
    return real


def test_without_a_scanner_the_verdict_is_unscanned_and_says_why(tmp_path: Path) -> None:
    word = gate.judge(asset=AssetFactory.build(uploaded_by=None), path=tmp_path)
    assert (word.verdict, word.detail) == (ScanVerdict.UNSCANNED, "no scanner is set up")
    gate.scanner().ask(seconds=1)


def test_clean_and_infected(scanned: clamav.Clamd, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"harmless")
    assert gate.scanner().scan(path) == gate.Scan(ScanVerdict.CLEAN)
    path.write_bytes(b"before" + eicar())
    word = gate.scanner().scan(path)
    assert word.verdict == ScanVerdict.INFECTED and clamav.NAME in word.detail
    gate.scanner().ask(seconds=30)


@pytest.mark.parametrize(
    ("policy", "verdict"), [("required", ScanVerdict.UNSCANNABLE), ("optional", ScanVerdict.UNSCANNED)]
)
def test_what_was_not_read_to_its_end_is_never_clean(
    scanned: clamav.Clamd, tmp_path: Path, settings: Any, policy: str, verdict: str
) -> None:
    settings.SCAN_POLICY = policy
    path = tmp_path / "a"
    path.write_bytes(bytes(clamav.MOST_BYTES + 1))
    assert gate.scanner().scan(path) == gate.Scan(ScanVerdict(verdict), gate.TOO_LARGE)
    settings.CLAMD_MAX_BYTES = clamav.MOST_BYTES * 10
    assert gate.scanner().scan(path) == gate.Scan(ScanVerdict(verdict), gate.TOO_LARGE)
    settings.CLAMD_SHARED_PATH = True
    assert gate.scanner().scan(path) == gate.Scan(ScanVerdict(verdict), gate.LIMITS)


@pytest.mark.parametrize("policy", ["required", "optional"])
def test_beyond_two_gibibytes_no_policy_helps(settings: Any, tmp_path: Path, policy: str) -> None:
    settings.SCANNER, settings.CLAMD_URL, settings.SCAN_POLICY = "clamd", f"unix:{tmp_path}/none", policy
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    assert gate.scanner().scan(path) == gate.Scan(ScanVerdict.UNSCANNABLE, gate.BEYOND)


def test_a_scanner_that_is_away(settings: Any, tmp_path: Path) -> None:
    settings.SCANNER, settings.CLAMD_URL = "clamd", f"unix:{tmp_path}/nobody.sock"
    path = tmp_path / "a"
    path.write_bytes(b"x")
    asset = AssetFactory.build(uploaded_by=None)
    settings.SCAN_POLICY = "required"
    with pytest.raises(gate.ScannerAway):
        gate.judge(asset=asset, path=path)
    settings.SCAN_POLICY = "optional"
    assert gate.judge(asset=asset, path=path) == gate.Scan(ScanVerdict.UNSCANNED, gate.AWAY)
    with pytest.raises(gate.ScannerAway):
        gate.scanner().ask(seconds=1)


def test_a_scanner_that_hides_its_limits_is_as_good_as_away(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    with FakeClamd(tmp_path, b"stream: OK\n", proves=False) as fake:
        settings.SCANNER, settings.CLAMD_URL, settings.SCAN_POLICY = "clamd", fake.url, "required"
        with pytest.raises(gate.ScannerAway, match="AlertExceedsMax"):
            gate.scanner().scan(path)


def test_a_scanner_that_breaks_off(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    with FakeClamd(tmp_path, b"") as fake:
        settings.SCANNER, settings.CLAMD_URL, settings.SCAN_POLICY = "clamd", fake.url, "required"
        assert gate.scanner().scan(path) == gate.Scan(ScanVerdict.UNSCANNABLE, gate.BROKE_OFF)

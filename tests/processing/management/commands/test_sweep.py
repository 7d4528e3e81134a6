"""The command tells what it finds, and removes it only when it may."""

import os
import shutil
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.core.management import CommandError, call_command

from assets.exceptions import StorageUnavailable
from assets.services import orphans, places
from assets.services.names import asset_folder
from mediaportal.core.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No line is broken; nothing of other tests lies in the folder."""
    monkeypatch.setenv("COLUMNS", "200")
    _emptied()
    yield
    _emptied()


def _emptied() -> None:
    for folder in ("assets", "quarantine"):
        shutil.rmtree(Path(live_settings.MEDIA_ROOT) / folder, ignore_errors=True)


def told(*options: str) -> str:
    out = StringIO()
    call_command("sweep", *options, stdout=out)
    return out.getvalue()


def test_a_dry_run_tells_and_leaves_everything(settings: Any) -> None:
    settings.ORPHAN_GRACE_HOURS = 0
    folder = asset_folder(new_id())
    path = places.path_of(f"{folder}/original/a.mp4")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 2048)
    left = Path(settings.SCRATCH_ROOT) / f"{new_id()}-scan-0000aaaa"
    left.mkdir()
    long_ago = time.time() - settings.STEP_LEASE_SECONDS - 5
    os.utime(left, (long_ago, long_ago))
    out = told("--dry-run")
    assert folder in out and left.name in out and "Nothing was removed." in out
    assert "1 objects looked at: 1 orphans, 2.0 KB; 1 scratch folders" in out
    assert path.exists() and left.exists()
    assert "Nothing was removed." not in told()
    assert not path.exists() and not left.exists()
    assert "0 objects looked at: 0 orphans, 0 bytes; 0 scratch folders" in told()


def test_a_storage_that_is_away_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def sweep(**_options: Any) -> orphans.Piece:
        raise StorageUnavailable

    monkeypatch.setattr(orphans, "sweep", sweep)
    with pytest.raises(CommandError, match="does not answer"):
        told()

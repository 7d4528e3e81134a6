"""What only a local folder has: renames, borders between file systems, and links."""

from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation

from assets.services import places


def test_a_file_is_moved_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    source = tmp_path / "made"
    source.write_bytes(b"two!")
    places.put(source, "places/x/file.bin")
    assert [entry.name for entry in places.path_of("places/x").iterdir()] == ["file.bin"]
    places.remove("places/x")
    assert not places.path_of("places/x").exists()


def test_another_file_system_is_crossed_by_copy_and_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "made"
    source.write_bytes(b"far")
    rename = Path.replace

    def crossing(self: Path, target: Path) -> Path:
        if self == source:
            raise OSError(18, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", crossing)
    places.put(source, "places/far.bin")
    assert places.path_of("places/far.bin").read_bytes() == b"far"
    assert not list(places.path_of("places").glob(".*"))
    places.remove("places/far.bin")


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "a/../../b"])
def test_no_key_leads_out_of_the_storage(key: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        places.path_of(key)


def test_free_space_is_told() -> None:
    assert places.free_space() > 0
    assert places.free_for_incoming() > 0

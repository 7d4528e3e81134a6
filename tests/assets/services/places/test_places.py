"""Files get into the storage whole or not at all, and out of it byte by byte, whatever storage it is."""

from pathlib import Path

import pytest

from assets.services import places

pytestmark = pytest.mark.usefixtures("storage_kind")


def made(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "made"
    path.write_bytes(content)
    return path


def test_a_file_is_moved_and_replaces_what_was_there(tmp_path: Path) -> None:
    for content in (b"one", b"two!"):
        source = made(tmp_path, content)
        assert places.put(source, "places/x/file.bin") == len(content)
        assert not source.exists()
    with places.local_file("places/x/file.bin") as path:
        assert path.read_bytes() == b"two!"
    places.remove("places/x/file.bin")


def test_a_folder_is_moved_as_one_and_removed_as_one(tmp_path: Path) -> None:
    (tmp_path / "set" / "inner").mkdir(parents=True)
    (tmp_path / "set" / "inner" / "a").write_bytes(b"12345")
    (tmp_path / "set" / "b").write_bytes(b"6")
    assert places.put_tree(tmp_path / "set", "places/tree") == 6
    assert not (tmp_path / "set").exists()
    places.put(made(tmp_path, b"beside"), "places/tree2")
    with places.local_file("places/tree/inner/a") as path:
        assert path.read_bytes() == b"12345"
    for _twice in range(2):
        places.remove("places/tree")
    for key in ("places/tree/inner/a", "places/tree/b"):
        with pytest.raises(FileNotFoundError):
            places.open_file(key, within="places")
    assert places.open_file("places/tree2", within="places").size == 6
    places.remove("places/tree2")


def test_an_object_gets_another_key(tmp_path: Path) -> None:
    places.put(made(tmp_path, b"bytes"), "places/old/file.bin")
    places.move("places/old/file.bin", "places/new/file.bin")
    with places.local_file("places/new/file.bin") as path:
        assert path.read_bytes() == b"bytes"
    with pytest.raises(FileNotFoundError):
        places.open_file("places/old/file.bin", within="places")
    with pytest.raises(FileNotFoundError):
        places.move("places/old/file.bin", "places/new/file.bin")
    places.remove("places/new")


def test_a_file_is_read_in_pieces(tmp_path: Path) -> None:
    places.put(made(tmp_path, b"0123456789"), "places/digits")
    opened = places.open_file("places/digits", within="places")
    try:
        assert opened.size == 10
        assert (opened.read(2, 3), opened.read(8, 5)) == (b"234", b"89")
        assert opened.validators.etag.startswith('"') and opened.validators.etag.endswith('"')
    finally:
        opened.close()
    places.put(made(tmp_path, b"other"), "places/digits")
    assert places.open_file("places/digits", within="places").validators.etag != opened.validators.etag
    places.remove("places/digits")


@pytest.mark.parametrize(
    ("key", "within"),
    [
        ("places/none", "places"),
        ("elsewhere/x", "places"),
        ("places/../elsewhere/x", "places"),
        ("../x", "places"),
    ],
)
def test_what_is_not_there_or_elsewhere_is_not_found(tmp_path: Path, key: str, within: str) -> None:
    places.put(made(tmp_path, b"x"), "elsewhere/x")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a").write_bytes(b"a")
    places.put_tree(tmp_path / "kept", "places/kept")
    with pytest.raises(FileNotFoundError):
        places.open_file(key, within=within)
    places.remove("elsewhere")
    places.remove("places")


def test_everything_is_never_removed_at_once() -> None:
    for key in ("", "/"):
        with pytest.raises(ValueError, match="everything"):
            places.remove(key)

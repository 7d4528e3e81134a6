"""Files in disguise are refused by their bytes; what cameras and players append is let through."""

from pathlib import Path

import pytest

from assets.exceptions import DisguisedFile, UnsupportedMediaType
from assets.services import recognition
from mediaportal.core import filetype
from tests.polyglots import DISGUISED, HONEST, archive, noise, of


def ends(whole: bytes) -> dict[str, object]:
    """What is fetched of an object in a bucket."""
    return {
        "head": whole[: filetype.HEAD_BYTES],
        "tail": whole[-recognition.TAIL_BYTES :],
        "size": len(whole),
    }


@pytest.mark.parametrize("name", DISGUISED)
def test_a_file_in_disguise_is_refused(name: str, tmp_path: Path) -> None:
    code, make = DISGUISED[name]
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises(UnsupportedMediaType) as refused:
        recognition.of_file(path)
    assert refused.value.code == code
    with pytest.raises(UnsupportedMediaType) as refused:
        recognition.of_bytes(**ends(path.read_bytes()))  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_passes(name: str, tmp_path: Path) -> None:
    mime_type, make = HONEST[name]
    path = tmp_path / name
    path.write_bytes(make())
    assert recognition.of_file(path) == mime_type
    assert recognition.of_bytes(**ends(path.read_bytes())) == mime_type  # type: ignore[arg-type]


def test_what_stands_out_of_sight_of_both_ends_is_found_in_the_file(tmp_path: Path) -> None:
    """The archive begins a long way before the end, and its directory is followed by too much for most readers."""
    path = tmp_path / "far.png"
    path.write_bytes(of("picture.png") + noise(400_000) + of("picture.png") + archive() + noise(400_000))
    with pytest.raises(DisguisedFile):
        recognition.of_file(path)


def test_the_words_say_what_was_seen_and_what_was_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(of("picture.png") + archive())
    with pytest.raises(DisguisedFile) as refused:
        recognition.of_file(path)
    assert "image/png" in str(refused.value.detail) and "archive" in str(refused.value.detail)
    assert refused.value.status == 415


def test_matroska_named_as_a_film_passes_and_announced_as_an_image_does_not(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(of("plain.mkv"))
    assert recognition.of_file(path, announced="video") == "video/x-matroska"
    with pytest.raises(UnsupportedMediaType):
        recognition.of_file(path, announced="image")

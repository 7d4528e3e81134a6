"""What a folder offers, and what it keeps to itself."""

import os
from pathlib import Path

import pytest

from assets.services.folders import listing
from assets.services.folders.listing import Facts, Offer

FACTS = Facts(5, 1)


def lay(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"bytes")


def names_of(offers: list[Offer]) -> dict[str, tuple[str, ...]]:
    return {offer.filename: offer.names for offer in offers}


def test_only_plain_files_that_are_meant(tmp_path: Path) -> None:
    lay(tmp_path, "a.mp4", "عرس.mp4", ".hidden", "~$lock", "Thumbs.db", "desktop.ini", "sub/b.mp4")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "a.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    assert set(listing.files_in(tmp_path)) == {"a.mp4", "عرس.mp4"}
    assert listing.files_in(tmp_path)["a.mp4"].size == 5


def test_folders_below(tmp_path: Path) -> None:
    lay(tmp_path, "done/x", "a/done/y", ".working/z", "a/b/c", "z/q")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = list(listing.folders_below(tmp_path, reserved=("done",)))
    assert found == [(), ("a",), ("a", "b"), ("a", "done"), ("z",)]
    with pytest.raises(FileNotFoundError):
        list(listing.folders_below(tmp_path / "gone"))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.mp4"], {"a.mp4": ("a.mp4",)}),
        (["a.mp4.part"], {}),
        (["a.mp4", "a.mp4.part"], {}),
        (["a.mp4", "a.mp4.crdownload", "b.mp4"], {"b.mp4": ("b.mp4",)}),
        (["a.mp4.CHUNK0"], {"a.mp4": ("a.mp4.CHUNK0",)}),
        (["a.mp4.CHUNK1"], {}),
        (["a.mp4.CHUNK0", "a.mp4.CHUNK2"], {}),
        (["a.mp4", "a.mp4.CHUNK1"], {}),
        (
            [f"a.mp4.CHUNK{n}" for n in range(12)],
            {"a.mp4": tuple(f"a.mp4.CHUNK{n}" for n in range(12))},
        ),
        (["a.CHUNK0", "b.CHUNK0"], {"a": ("a.CHUNK0",), "b": ("b.CHUNK0",)}),
        (["CHUNK0", "a.CHUNKx"], {"CHUNK0": ("CHUNK0",), "a.CHUNKx": ("a.CHUNKx",)}),
    ],
)
def test_offers(names: list[str], expected: dict[str, tuple[str, ...]]) -> None:
    assert names_of(listing.offers((), dict.fromkeys(names, FACTS))) == expected


def test_what_pieces_lack() -> None:
    files = dict.fromkeys(["a.CHUNK0", "a.CHUNK2", "b.CHUNK0", "c.CHUNK3", "d"], FACTS)
    assert listing.waiting_for(files) == {"a": 1, "c": 0}


def test_the_order_of_pieces_is_that_of_their_numbers() -> None:
    assert listing.in_order(["a.CHUNK10", "a.CHUNK9", "a.CHUNK0"]) == (
        "a",
        ("a.CHUNK0", "a.CHUNK9", "a.CHUNK10"),
    )
    assert listing.in_order(["a.mp4"]) == ("a.mp4", ("a.mp4",))


def test_names_that_are_no_text_can_be_written_down() -> None:
    offer = Offer((os.fsdecode(b"caf\xe9"),), "a.mp4", ("a.mp4",), (FACTS,))
    assert offer.place == "caf\ufffd/a.mp4"
    assert offer.size == 5

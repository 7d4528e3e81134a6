"""Moves between a folder's own places: never over another file or through a link, gone on with after a crash."""

import os
from pathlib import Path
from typing import Any

import pytest

from assets.services.folders import claims
from assets.services.folders.claims import WORKING, Unready
from assets.services.folders.listing import Offer, files_in, offers


@pytest.fixture
def root(tmp_path: Path) -> Path:
    claims.lay_out(tmp_path)
    return tmp_path


def lay(root: Path, place: str, content: bytes = b"bytes") -> None:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def offer_of(root: Path, *parts: str) -> Offer:
    return offers(parts, files_in(root.joinpath(*parts)))[0]


def tree(root: Path) -> dict[str, bytes]:
    """Every file below the root with its content."""
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_to_done_and_back_to_nothing(root: Path) -> None:
    lay(root, "a/b/film.mp4")
    claim = claims.claim(root, offer_of(root, "a", "b"))
    assert [str(path) for path in tree(root)] == [f"{WORKING}/{claim.upload_id}/a/b/film.mp4"]
    assert claim.place == "a/b/film.mp4"
    assert claims.left_over(root) == [claim]
    assert claims.settle(claim) == claim
    claims.finish(claim)
    assert tree(root) == {"done/a/b/film.mp4": b"bytes"}
    assert claims.left_over(root) == []


def test_nothing_is_written_over(root: Path) -> None:
    for content in (b"1", b"2", b"3"):
        lay(root, "film.mp4", content)
        claims.finish(claims.claim(root, offer_of(root)))
    lay(root, "done/film (4).mp4", b"mine")
    for content in (b"4", b"5"):
        lay(root, "film.mp4", content)
        claims.finish(claims.claim(root, offer_of(root)))
    kept = {name: content for name, content in tree(root).items() if name.startswith("done")}
    assert kept == {
        "done/film.mp4": b"1",
        "done/film (2).mp4": b"2",
        "done/film (3).mp4": b"3",
        "done/film (4).mp4": b"mine",
        "done/film (5).mp4": b"4",
        "done/film (6).mp4": b"5",
    }


def test_the_reason_keeps_the_number_of_its_file(root: Path) -> None:
    for number in range(2):
        lay(root, "film.mp4", bytes([number]))
        claims.refuse(claims.claim(root, offer_of(root)), reason=f"no {number}\n")
    assert tree(root) == {
        "refused/film.mp4": b"\0",
        "refused/film.mp4.txt": b"no 0\n",
        "refused/film (2).mp4": b"\1",
        "refused/film.mp4 (2).txt": b"no 1\n",
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.mp4", "a (2).mp4"),
        ("a", "a (2)"),
        ("a.mp4.CHUNK3", "a.mp4 (2).CHUNK3"),
        ("ع" * 125 + ".mp4", "ع" * 123 + " (2).mp4"),
    ],
)
def test_numbered_names(name: str, expected: str) -> None:
    assert claims.numbered(name, 2) == expected
    assert len(os.fsencode(claims.numbered(name, 9999))) <= 255


def test_pieces_move_together(root: Path) -> None:
    for number in (1, 0, 2):
        lay(root, f"sub/film.mp4.CHUNK{number}", bytes([number]))
    claim = claims.claim(root, offer_of(root, "sub"))
    assert [path.read_bytes() for path in claim.paths] == [b"\0", b"\1", b"\2"]
    assert claims.left_over(root) == [claim]
    claims.finish(claim)
    assert set(tree(root)) == {f"done/sub/film.mp4.CHUNK{n}" for n in range(3)}


def test_what_changed_or_went_stays_where_it_is(root: Path) -> None:
    for number in range(3):
        lay(root, f"film.CHUNK{number}")
    offer = offer_of(root)
    (root / "film.CHUNK1").write_bytes(b"longer than before")
    with pytest.raises(Unready):
        claims.claim(root, offer)
    assert set(tree(root)) == {f"film.CHUNK{n}" for n in range(3)}
    offer = offer_of(root)
    (root / "film.CHUNK2").unlink()
    with pytest.raises(Unready):
        claims.claim(root, offer)
    assert set(tree(root)) == {"film.CHUNK0", "film.CHUNK1"}
    assert claims.left_over(root) == []


def test_a_folder_in_the_place_of_a_file_keeps_what_it_holds(root: Path) -> None:
    lay(root, "film.mp4")
    offer = offer_of(root)
    (root / "film.mp4").unlink()
    lay(root, "film.mp4/diary.txt")
    with pytest.raises(Unready):
        claims.claim(root, offer)
    assert set(tree(root)) == {"film.mp4/diary.txt"}


def test_what_is_being_written_waits(root: Path) -> None:
    lay(root, "film.mp4")
    offer = offer_of(root)
    with (root / "film.mp4").open("ab"), pytest.raises(Unready, match="writing"):
        claims.claim(root, offer)
    claims.claim(root, offer)


def test_links_lead_nobody_astray(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    lay(elsewhere, "secret.mp4")
    (root / "sub").symlink_to(elsewhere)
    offer = Offer(("sub",), "secret.mp4", ("secret.mp4",), tuple(files_in(elsewhere).values()))
    with pytest.raises(Unready):
        claims.claim(root, offer)
    (root / "link.mp4").symlink_to(elsewhere / "secret.mp4")
    with pytest.raises(Unready):
        claims.claim(root, Offer((), "link.mp4", ("link.mp4",), offer.facts))
    assert set(tree(elsewhere)) == {"secret.mp4"}
    lay(root, "a/film.mp4")
    (root / "done" / "a").symlink_to(elsewhere)
    with pytest.raises(OSError, match="a"):
        claims.finish(claims.claim(root, offer_of(root, "a")))
    assert set(tree(elsewhere)) == {"secret.mp4"}
    (root / "done" / "a").unlink()
    for left in claims.left_over(root):
        claims.settle(left)
    assert "done/a/film.mp4" in tree(root)


def test_a_folder_whose_places_are_links_is_not_watched(tmp_path: Path) -> None:
    (tmp_path / "done").symlink_to("/")
    with pytest.raises(OSError, match="done"):
        claims.lay_out(tmp_path)


def killed_after(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the n-th move of a file or folder be the last thing that happens."""
    count = 0

    def counted(real: Any) -> Any:
        def move(*args: Any, **more: Any) -> Any:
            nonlocal count
            if count == number:
                raise KeyboardInterrupt
            count += 1
            return real(*args, **more)

        return move

    for name in ("rename", "link", "unlink"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))


@pytest.mark.parametrize("end", ["done", "refused"])
@pytest.mark.parametrize("number", range(13))
def test_killed_between_any_two_moves(root: Path, number: int, end: str) -> None:
    content = {f"film.mp4.CHUNK{n}": bytes([n]) for n in range(3)}
    for name, piece in content.items():
        lay(root, f"sub/{name}", piece)
    offer = offer_of(root, "sub")
    with pytest.MonkeyPatch.context() as patched:
        killed_after(number, patched)
        try:
            claim = claims.claim(root, offer)
            claims.finish(claim) if end == "done" else claims.refuse(claim, reason="no")
        except KeyboardInterrupt:
            pass
    for _start in range(2):
        waiting = [claims.settle(left) for left in claims.left_over(root)]
    found = {name: piece for name, piece in tree(root).items() if not name.endswith((".txt", ".reason"))}
    assert sorted(found.values()) == sorted(content.values())
    places = {name.rsplit("/", 1)[0] for name in found}
    assert len(places) == 1
    if waiting and waiting[0]:
        assert waiting[0].names == tuple(content)
        claims.finish(waiting[0])
    assert set(claims.left_over(root)) == set()

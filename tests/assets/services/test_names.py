"""Names from outside: safe as a file, true to what a person meant."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.services.names import asset_folder, safe_filename, safe_words


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("film.mp4", "film.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\film.mp4", "film.mp4"),
        ("بحر أزرق.mp4", "بحر أزرق.mp4"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\x00b\nc.mp4", "abc.mp4"),
        ('we<i>rd:"na|me?*.mp4', "we_i_rd__na_me__.mp4"),
        ("...", "file"),
        ("", "file"),
        ("/", "file"),
        (" .hidden. ", "hidden"),
    ],
)
def test_known_cases(raw: str, safe: str) -> None:
    assert safe_filename(raw) == safe


def test_a_long_name_is_cut_but_keeps_its_extension() -> None:
    name = safe_filename("ب" * 500 + ".mp4")
    assert name.endswith(".mp4") and len(name.encode()) <= 180


@given(st.text(max_size=400))
def test_no_name_is_ever_unsafe(raw: str) -> None:
    name = safe_filename(raw)
    assert name and name not in {".", ".."}
    assert not set(name) & set('/\\<>:"|?*\0')
    assert len(name.encode()) <= 200
    assert safe_filename(name) == name


def test_an_asset_has_a_folder_of_its_own() -> None:
    asset_id = uuid4()
    assert asset_folder(asset_id) == f"assets/{asset_id.hex[-2:]}/{asset_id}"


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("a\u202egpj.exe\u2066", "agpj.exe"),
        ("one\ntwo\tthree\x00\x07", "one\ntwo\tthree"),
        ("می\u200cخواهم 👩\u200d🚀", "می\u200cخواهم 👩\u200d🚀"),
    ],
)
def test_words_keep_joiners_and_lose_what_reorders(raw: str, safe: str) -> None:
    assert safe_words(raw) == safe

"""A file is what its bytes say."""

import pytest

from mediaportal.core.filetype import EMPTY, EXTENSIONS, HEAD_BYTES, KINDS, sniff
from tests.media import media


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("plain.mp4", "video/mp4"),
        ("plain.mov", "video/quicktime"),
        ("plain.mkv", "video/x-matroska"),
        ("plain.avi", "video/x-msvideo"),
        ("plain.webm", "video/webm"),
        ("plain.ts", "video/mp2t"),
        ("plain.m2ts", "video/mp2t"),
        ("plain.mxf", "application/mxf"),
        ("tone.mp3", "audio/mpeg"),
        ("bare.mp3", "audio/mpeg"),
        ("covered.mp3", "audio/mpeg"),
        ("tone.wav", "audio/wav"),
        ("tone.aac", "audio/aac"),
        ("tone.flac", "audio/flac"),
        ("tone.ogg", "audio/ogg"),
        ("tone.opus", "audio/ogg"),
        ("tone.m4a", "audio/mp4"),
        ("picture.jpg", "image/jpeg"),
        ("picture.png", "image/png"),
        ("picture.webp", "image/webp"),
        ("picture.gif", "image/gif"),
        ("picture.tiff", "image/tiff"),
        ("picture.avif", "image/avif"),
        ("picture.heic", "image/heic"),
    ],
)
def test_accepted(name: str, mime: str) -> None:
    assert sniff(media(name).read_bytes()[:HEAD_BYTES]) == mime
    assert mime in KINDS


@pytest.mark.parametrize(
    "name", ["text.mp4", "playlist.m3u8", "list.ffconcat", "manifest.mpd", "drawing.svg", "paper.pdf"]
)
def test_not_accepted(name: str) -> None:
    assert sniff(media(name).read_bytes()) not in KINDS


@pytest.mark.parametrize(
    "head",
    [b"\0" * 300_000, b"PK\x03\x04" + b"\0" * 60, b"MZ" + b"\0" * 200, b"\xff", b"ftyp", b"\0\0\0\x18ftyp"],
)
def test_rubbish_is_not_accepted(head: bytes) -> None:
    assert sniff(head) not in KINDS


def test_nothing_at_all() -> None:
    assert sniff(b"") == EMPTY


def test_mpeg_sound_after_rubbish_and_long_tags() -> None:
    frames = media("bare.mp3").read_bytes()
    assert sniff(b"\0" * 700 + frames) == "audio/mpeg"
    assert sniff(b"ID3\x04\0\0\0\x7f\x7f\x7f" + b"\1" * 5000) == "audio/mpeg"


@pytest.mark.parametrize(
    ("brand", "mime"), [(b"xavc", "video/mp4"), (b"dash", "video/mp4"), (b"M4B ", "audio/mp4")]
)
def test_brands(brand: bytes, mime: str) -> None:
    whole = media("plain.mp4").read_bytes()
    assert sniff(whole[:8] + brand + whole[12:]) == mime


def test_every_kind_has_an_extension() -> None:
    assert set(EXTENSIONS) == set(KINDS)

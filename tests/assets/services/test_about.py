"""Facts of a file said in words."""

import pytest

from assets.services.about import about, scan_words
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db

PROBE = {
    "bit_rate": 6_200_000,
    "video": {"codec": "hevc", "frame_rate": 29.97, "is_hdr": True, "is_interlaced": False},
    "audio": [{"codec": "aac", "channels": 6, "sample_rate": 48000, "language": "ar"}],
}


def test_technical_facts_are_said_in_words() -> None:
    asset = AssetFactory(published=True, metadata={"probed": True, "probe": PROBE}, width=1920, height=1080)
    facts = {line.name: line.value for line in about(asset)}
    assert facts["Picture"] == "\u20661920 × 1080\u2069 · 29.97 fps · H.265 · HDR"
    assert facts["Sound"] == "AAC · 5.1 · 48 kHz · ar"
    assert facts["Format"] == "MP4 · 6.2 Mbit/s"


def test_what_is_not_known_is_left_out() -> None:
    names = [line.name for line in about(AssetFactory(width=None, height=None))]
    assert "Picture" not in names
    assert "Sound" not in names


def test_a_video_without_sound_says_so() -> None:
    asset = AssetFactory(metadata={"probed": True, "probe": {**PROBE, "audio": []}})
    assert {line.name: line.value for line in about(asset)}["Sound"] == "No sound"


def test_what_is_left_out_is_told() -> None:
    left_out = [
        {
            "index": 2,
            "kind": "audio",
            "codec": "apac",
            "reason": "unknown_codec",
            "language": "fr",
            "title": "",
        },
        {"index": 3, "kind": "video", "codec": "", "reason": "other_picture", "language": "und", "title": ""},
        {"index": 4, "kind": "audio", "codec": "aac", "reason": "too_many", "language": "und", "title": ""},
        {"index": 5, "kind": "audio", "codec": "aac", "reason": "too_many", "language": "und", "title": ""},
        {
            "index": 6,
            "kind": "audio",
            "codec": "aac",
            "reason": "of a later version",
            "language": "und",
            "title": "",
        },
    ]
    asset = AssetFactory(metadata={"probed": True, "probe": {**PROBE, "left_out": left_out}})
    assert {line.name: line.value for line in about(asset)}["Not used"].splitlines() == [
        "Sound track · APAC · fr: its format cannot be read",
        "Pictures: only the first pictures are used",
        "2 × Sound track · AAC: there are more tracks than are taken",
        "Sound track · AAC",
    ]


def test_nothing_left_out_is_not_told() -> None:
    asset = AssetFactory(metadata={"probed": True, "probe": PROBE})
    assert "Not used" not in {line.name for line in about(asset)}


@pytest.mark.parametrize(
    ("verdict", "detail", "words"),
    [
        ("pending", "", "Not yet checked"),
        ("clean", "", "Checked, nothing found"),
        ("infected", "Eicar", "Malware found: Eicar"),
        ("unscanned", "no scanner is set up", "Not scanned: no scanner is set up"),
        ("unscannable", "too large", "Could not be scanned: too large"),
    ],
)
def test_the_scanner_is_quoted(verdict: str, detail: str, words: str) -> None:
    assert scan_words(AssetFactory(scan_verdict=verdict, scan_detail=detail)) == words

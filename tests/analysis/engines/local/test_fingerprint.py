"""What pictures are known again by."""

import subprocess
from pathlib import Path

from PIL import Image

from analysis.engines import Hash, Type
from analysis.engines.local import LocalEngine
from analysis.engines.local.fingerprint import Fingerprints, difference_hash
from analysis.engines.local.parts import Picture
from tests.analysis import sounds
from tests.analysis.clips import engine_of, request_of
from tests.analysis.engines.contract import request_for


def hashes_of(name: str, folder: Path) -> list[Hash]:
    """The hashes of a medium."""
    request = request_for(name, folder, Type.FINGERPRINT)
    engine = LocalEngine()
    handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
    result = engine.results(handle, request).results[Type.FINGERPRINT]
    assert (result.summary["method"], result.summary["hashes"]) == ("dhash64", len(result.findings))
    return [one for one in result.findings if isinstance(one, Hash)]


def test_each_second_of_a_film_has_one(tmp_path: Path) -> None:
    found = hashes_of("three_colours.mp4", tmp_path)
    assert [one.start for one in found] == [float(second) for second in range(12)]
    assert all(0 <= one.value < 1 << one.bits for one in found)


def test_the_same_pictures_in_another_container_have_nearly_the_same(tmp_path: Path) -> None:
    one, other = hashes_of("plain.mp4", tmp_path), hashes_of("rotated.mp4", tmp_path)
    again = hashes_of("plain.mp4", tmp_path)
    assert one == again
    assert all((a.value ^ b.value).bit_count() > 10 for a, b in zip(one, other, strict=True))


def test_an_image_has_one(tmp_path: Path) -> None:
    assert [one.start for one in hashes_of("picture.png", tmp_path)] == [0.0]


def test_a_slope_to_the_right_is_all_ones() -> None:
    row = b"".join(bytes([grey] * 3) for grey in range(0, 250, 10))
    assert difference_hash(Picture(0.0, 25, 16, row * 16)) == (1 << 64) - 1
    assert difference_hash(Picture(0.0, 25, 16, bytes(reversed(row)) * 16)) == 0


def heard_in(source: Path, mime_type: str) -> list[int]:
    """The numbers of a sound's fingerprint."""
    request = request_of(source, source.parent / "scratch", Type.FINGERPRINT, mime_type=mime_type)
    engine = engine_of(Fingerprints())
    handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
    sound = engine.results(handle, request).results[Type.FINGERPRINT].summary["sound"]
    assert sound["method"] == "chromaprint"
    values = sound["values"]
    assert abs(len(values) / 8 * sound["seconds_each"] - request.duration) < 4
    return [int(values[place : place + 8], 16) for place in range(0, len(values), 8)]


def unlike(one: list[int], other: list[int]) -> float:
    """The share of bits that differ."""
    pairs = list(zip(one, other, strict=False))
    return sum((a ^ b).bit_count() for a, b in pairs) / (32 * len(pairs))


def test_a_sound_is_known_again_in_another_format(tmp_path: Path) -> None:
    speech = sounds.english(tmp_path / "a.wav", "the quick brown fox jumps over the lazy dog and is gone")
    other = sounds.english(tmp_path / "b.wav", "never before has anybody seen so many ships in the harbour")
    packed = tmp_path / "a.flac"
    subprocess.run(["ffmpeg", "-v", "error", "-i", speech, "-ar", "44100", packed], check=True, timeout=60)
    first = heard_in(speech, "audio/wav")
    assert unlike(first, heard_in(packed, "audio/flac")) < 0.1
    assert unlike(first, heard_in(other, "audio/wav")) > 0.25


def test_without_fpcalc_sound_has_none() -> None:
    assert "audio" in Fingerprints().ability().kinds
    assert Fingerprints("").ability().kinds == {"video", "image"}


def test_black_bars_do_not_count() -> None:
    drawn = Image.effect_noise((64, 36), 200).resize((160, 90)).convert("RGB")
    boxed = Image.new("RGB", (200, 150))
    boxed.paste(drawn, (20, 30))
    one = difference_hash(Picture(0.0, 160, 90, drawn.tobytes()))
    other = difference_hash(Picture(0.0, 200, 150, boxed.tobytes()))
    assert (one ^ other).bit_count() <= 2


def test_a_dark_picture_is_left_as_it_is() -> None:
    assert difference_hash(Picture(0.0, 40, 30, bytes(40 * 30 * 3))) == 0

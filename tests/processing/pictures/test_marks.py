"""Watermarks are drawn where they are to stand, in letters of either script."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from processing.exceptions import CorruptMedia
from processing.pictures import marks
from processing.services.marks import FONTS

SIZE = (400, 40)


def drawn(folder: Path, **wanted: Any) -> Image.Image:
    """A watermark that was drawn, at the start of its box and opaque unless told otherwise."""
    fonts = {name: Path(settings.NODE_MODULES) / path for name, path in FONTS.items()}
    asked: dict[str, Any] = {"size": SIZE, "place": (0.0, 0.0), "opacity": 1.0, "fonts": fonts} | wanted
    marks.draw(folder / "mark.png", **asked)
    with Image.open(folder / "mark.png") as opened:
        picture = opened.copy()
    assert (picture.size, picture.mode) == (asked["size"], "RGBA")
    return picture


def room_of(picture: Image.Image) -> tuple[int, int, int, int]:
    """The box that holds everything that can be seen."""
    found = picture.getchannel("A").getbbox()
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["Draft 2026", "مسودة", "Łódź – ميناء 2026"])
def test_words_are_white_with_a_dark_edge(text: str, tmp_path: Path) -> None:
    picture = drawn(tmp_path, text=text)
    found: Any = picture.getcolors(100_000)
    colours = {colour for _count, colour in found}
    assert (255, 255, 255, 255) in colours
    assert any(colour[3] > 100 and max(colour[:3]) < 40 for colour in colours)
    left, top, right, bottom = room_of(picture)
    assert right - left > 60 and bottom - top > 20


def test_letters_of_arabic_join_and_run_from_the_right(tmp_path: Path) -> None:
    def width(text: str) -> int:
        left, _top, right, _bottom = room_of(drawn(tmp_path, text=text))
        return right - left

    assert width("بببب") < 4 * width("ب") * 0.8, "letters that join are narrower than those that stand alone"
    mixed = drawn(tmp_path, text="ببببب H")
    # An H has two upright stems, as high as nothing in these letters: it stands at the left.
    half = mixed.width // 2
    left, _top, right, _bottom = room_of(mixed)
    stems = mixed.getchannel("A").crop((left, 0, left + 20, 40)).getbbox()
    assert right < half and stems is not None and stems[3] - stems[1] > 20


def test_it_stands_at_its_place(tmp_path: Path) -> None:
    for place, near in (((0.0, 0.0), "left"), ((1.0, 1.0), "right")):
        left, _top, right, _bottom = room_of(drawn(tmp_path, text="Draft", place=place))
        assert (left < 10) is (near == "left")
        assert (right > 390) is (near == "right")


def test_long_words_become_smaller(tmp_path: Path) -> None:
    left, _top, right, _bottom = room_of(drawn(tmp_path, text="Confidential " * 5))
    assert 300 < right - left <= 400


def test_opacity_counts_for_words_and_images(tmp_path: Path) -> None:
    Image.new("RGB", (200, 100), "red").save(tmp_path / "logo.webp", "WEBP", lossless=True)
    for wanted in ({"text": "Draft"}, {"image": tmp_path / "logo.webp"}):
        picture = drawn(tmp_path, opacity=0.5, **wanted)
        highest = picture.getchannel("A").getextrema()[1]
        assert isinstance(highest, int) and 120 <= highest <= 135


def test_an_image_is_as_large_as_fits_and_keeps_its_shape(tmp_path: Path) -> None:
    Image.new("RGB", (200, 100), "red").save(tmp_path / "logo.webp", "WEBP", lossless=True)
    left, top, right, bottom = room_of(drawn(tmp_path, image=tmp_path / "logo.webp", size=(100, 80)))
    assert (left, top, right, bottom) == (0, 0, 100, 50)


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "logo.webp").write_bytes(b"no image")
    with pytest.raises(CorruptMedia):
        drawn(tmp_path, image=tmp_path / "logo.webp")

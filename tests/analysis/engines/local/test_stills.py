"""Pictures that wait for a model."""

from pathlib import Path

from PIL import Image

from analysis.engines.local.parts import Picture
from analysis.engines.local.stills import Stills


def test_a_standing_scene_is_kept_once(tmp_path: Path) -> None:
    stills = Stills(tmp_path, "still", pixels=640)
    red, blue = (Image.new("RGB", (64, 36), colour) for colour in ("red", "blue"))
    for time, image in enumerate([red, red, blue, red]):
        stills.add(Picture(float(time), 64, 36, image.tobytes()))
    assert stills.shown == [(0.0, 0), (1.0, 0), (2.0, 1), (3.0, 2)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["still0.jpg", "still1.jpg", "still2.jpg"]
    stills.remove()
    assert not list(tmp_path.iterdir())


def test_pictures_are_kept_as_large_as_they_are_wanted(tmp_path: Path) -> None:
    stills = Stills(tmp_path, "still", pixels=640)
    stills.add(Picture(0.0, 1280, 720, Image.new("RGB", (1280, 720)).tobytes()))
    with Image.open(stills.files[0]) as kept:
        assert kept.size == (640, 360)

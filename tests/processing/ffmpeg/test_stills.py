"""Stills are spread over the video, upright and in ordinary colours, and the poster shows something."""

import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from processing.exceptions import CorruptMedia
from processing.ffmpeg.probe import examine
from processing.ffmpeg.stills import Stills, take
from tests.media import media
from tests.processing.ffmpeg.conftest import probed


def stills_of(name: str, folder: Path, count: int = 10) -> Stills:
    return take(media(name), probed(name), folder, count=count)


def brightness(path: Path) -> float:
    with Image.open(path) as image:
        return ImageStat.Stat(image.convert("L")).mean[0]


@pytest.mark.parametrize("name", ["green_rgb.mkv", "green_hd.mp4"])
def test_colours_are_those_that_players_show(name: str, tmp_path: Path) -> None:
    """HD that does not name its colours is BT.709."""
    path = next(still.path for still in stills_of(name, tmp_path).poster if still.format == "webp")
    with Image.open(path) as image:
        assert ImageStat.Stat(image.convert("RGB")).mean == pytest.approx([0, 200, 0], abs=4)


def test_ten_evenly_spaced_in_two_formats(tmp_path: Path) -> None:
    made = stills_of("full_1080.mp4", tmp_path)
    assert [still.path.name for still in made.thumbnails[:2]] == ["thumbnail_01.webp", "thumbnail_01.jpg"]
    assert [still.format for still in made.thumbnails] == ["webp", "jpg"] * 10
    times = [still.timestamp for still in made.thumbnails[::2]]
    assert times == pytest.approx([0.3 + 0.6 * number for number in range(10)], abs=0.05)
    for still in (*made.thumbnails, *made.poster):
        with Image.open(still.path) as image:
            assert image.size == (still.width, still.height)
            assert image.format == {"webp": "WEBP", "jpg": "JPEG"}[still.format]
        assert still.size == still.path.stat().st_size
    assert (made.thumbnails[0].width, made.thumbnails[0].height) == (640, 360)
    assert [(still.format, still.width, still.height) for still in made.poster] == [
        ("webp", 1280, 720), ("jpg", 1280, 720),
    ]  # fmt: skip
    assert {path.suffix for path in tmp_path.iterdir()} == {".webp", ".jpg"}


def test_the_poster_is_not_black(tmp_path: Path) -> None:
    made = stills_of("black_start.mp4", tmp_path)
    assert brightness(made.thumbnails[0].path) < 5
    assert brightness(made.poster[0].path) > 40
    assert made.poster[0].timestamp > 3


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("rotated.mp4", (240, 320)),
        ("portrait.mp4", (240, 426)),
        ("anamorphic.mp4", (512, 288)),
        ("odd_dimensions.webm", (320, 240)),
        ("interlaced.ts", (320, 240)),
        ("hdr_pq.mp4", (320, 240)),
        ("hdr_hlg.mp4", (320, 240)),
        ("ten_bit.mp4", (320, 240)),
        ("variable_rate.mp4", (320, 240)),
        ("late_video.mkv", (320, 240)),
        ("plain.ts", (320, 240)),
        ("live.webm", (320, 240)),
        ("plain.avi", (320, 240)),
        ("plain.mxf", (320, 240)),
    ],
)
def test_odd_sources(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    made = stills_of(name, tmp_path, count=4)
    times = [still.timestamp for still in made.thumbnails[::2]]
    assert len(times) == 4
    assert times == sorted(set(times))
    assert times[-1] < probed(name).duration
    assert (made.poster[0].width, made.poster[0].height) == pytest.approx(size, abs=2)
    assert 40 < brightness(made.poster[0].path) < 215


def test_few_frames_give_few_stills(tmp_path: Path) -> None:
    made = stills_of("one_frame.mp4", tmp_path)
    assert [still.timestamp for still in made.thumbnails] == [0, 0]


def test_a_long_video_by_its_key_frames(tmp_path: Path) -> None:
    """The times told are those of the pictures, not those that were wished for."""
    path = tmp_path / "long.mp4"
    source = "-f lavfi -i testsrc=s=160x120:r=5:d=120 -c:v libx264 -preset ultrafast -g 15 -keyint_min 15"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *source.split(), str(path)], check=True, timeout=60)
    folder = tmp_path / "stills"
    folder.mkdir()
    made = take(path, examine(path, mime_type="video/mp4"), folder, count=7)
    times = [still.timestamp for still in made.thumbnails[::2]]
    assert times == [6, 24, 42, 57, 75, 93, 111]


def test_damage(tmp_path: Path) -> None:
    with pytest.raises(CorruptMedia):
        take(media("text.mp4"), probed("plain.mp4"), tmp_path)
    with pytest.raises(ValueError, match="no pictures"):
        take(media("tone.mp3"), probed("tone.mp3"), tmp_path)

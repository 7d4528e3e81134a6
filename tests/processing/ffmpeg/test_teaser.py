"""A preview film shows moments of the whole, in order, silent, and plays everywhere."""

from pathlib import Path

import pytest

from processing.exceptions import EncodingFailed
from processing.ffmpeg import teaser
from tests.media import media
from tests.processing.ffmpeg.conftest import probed
from tests.processing.ffmpeg.test_transcode import shown


def test_moments_are_spread_over_the_whole() -> None:
    assert teaser.begins(60.0, 30.0) == pytest.approx([2.5, 12.5, 22.5, 32.5, 42.5, 52.5])
    assert teaser.begins(20.0, 30.0) == [0.0]


@pytest.mark.parametrize("name", ["long_25.mp4", "long_open.ts", "long_variable.mkv"])
def test_it_is_as_long_as_wanted(name: str, tmp_path: Path) -> None:
    made = teaser.make(media(name), probed(name), tmp_path / "preview.mp4", seconds=6.0)
    assert made.duration == pytest.approx(6.0, abs=0.35)
    assert (made.width, made.height) == (256, 144)
    (stream,) = shown(made.path, "-show_streams")["streams"]
    assert (stream["codec_name"], stream["pix_fmt"]) == ("h264", "yuv420p")
    assert made.size == made.path.stat().st_size


def test_what_is_shorter_is_shown_whole(tmp_path: Path) -> None:
    made = teaser.make(media("silent.mp4"), probed("silent.mp4"), tmp_path / "preview.mp4", seconds=30.0)
    assert made.duration == pytest.approx(3.0, abs=0.1)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(EncodingFailed):
        teaser.make(media("text.mp4"), probed("plain.mp4"), tmp_path / "preview.mp4", seconds=6.0)
    with pytest.raises(ValueError, match="no pictures"):
        teaser.make(media("tone.mp3"), probed("tone.mp3"), tmp_path / "preview.mp4", seconds=6.0)

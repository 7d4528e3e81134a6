"""Rung and sound become one file that plays while it loads."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processing.exceptions import EncodingFailed
from processing.ffmpeg import vmaf
from processing.ffmpeg.mux import mux, rendition_name
from processing.packager import package
from tests.media import media
from tests.processing.conftest import Encode
from tests.processing.ffmpeg.conftest import probed
from tests.processing.ffmpeg.test_transcode import shown


def test_name() -> None:
    assert rendition_name("My film", "720p") == "My film_720p.mp4"


def test_joined(encode: Encode, tmp_path: Path) -> None:
    made = encode("two_languages.mkv")
    target = tmp_path / rendition_name("film", made.rungs[0].rung.quality)
    rendition = mux(made.rungs[0], made.audio, target)
    assert rendition.path.name == "film_240p.mp4"
    assert rendition.size == target.stat().st_size
    assert rendition.duration == pytest.approx(3, abs=0.1)
    assert rendition.codecs.startswith("avc1.64")
    assert rendition.codecs.endswith(",mp4a.40.2")
    streams = shown(target, "-show_streams")["streams"]
    assert [stream["codec_type"] for stream in streams] == ["video", "audio", "audio"]
    assert [stream["tags"]["language"] for stream in streams[1:]] == ["eng", "ara"]
    assert [stream["disposition"]["default"] for stream in streams[1:]] == [1, 0]
    head = target.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_pictures_that_begin_after_the_sound_stay_in_step(encode: Encode, tmp_path: Path) -> None:
    """The rung, its rendition, and what is packaged of either begin with their pictures at the same time."""
    name = "long_variable.mkv"
    made = encode(name)
    rung = made.rungs[0]
    joined = mux(rung, made.audio, tmp_path / "film.mp4")
    begins = []
    for number, path in enumerate((rung.path, joined.path)):
        folder = tmp_path / str(number)
        folder.mkdir()
        package([replace(rung, path=path)], made.audio, folder)
        begins += [
            float(first_of(path, "v")["pts_time"]),
            float(first_of(next(folder.glob("video_*/playlist.m3u8")), "v")["pts_time"]),
        ]
    video = probed(name).video
    assert video is not None and video.start_time > 0.04
    assert begins == [pytest.approx(video.start_time, abs=0.001)] * 4
    assert float(first_of(joined.path, "a")["pts_time"]) <= 0
    (found,) = vmaf.measure(media(name), probed(name), [(rung.rung, joined.path)], tmp_path)
    # One frame off, and these moving pictures would score below 60.
    assert found.min > 85


def first_of(path: Path, kind: str) -> dict[str, Any]:
    """The first packet of pictures or sound."""
    entries = ["-select_streams", kind, "-show_entries", "packet=pts_time", "-read_intervals", "%+#1"]
    packets: list[dict[str, Any]] = shown(path, *entries)["packets"]
    return packets[0]


def test_without_sound(encode: Encode, tmp_path: Path) -> None:
    made = encode("silent.mp4")
    rendition = mux(made.rungs[0], made.audio, tmp_path / "x.mp4")
    assert rendition.codecs.count(",") == 0


def test_something_else_is_refused(encode: Encode, tmp_path: Path) -> None:

    rung = replace(encode("silent.mp4").rungs[0], path=media("one_frame.mp4"))
    with pytest.raises(EncodingFailed):
        mux(rung, (), tmp_path / "x.mp4")

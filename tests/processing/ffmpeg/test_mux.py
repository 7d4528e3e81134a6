"""Rung and sound become one file that plays while it loads."""

from dataclasses import replace
from pathlib import Path

import pytest

from processing.exceptions import EncodingFailed
from processing.ffmpeg.mux import mux, rendition_name
from tests.media import media
from tests.processing.conftest import Encode
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


def test_without_sound(encode: Encode, tmp_path: Path) -> None:
    made = encode("silent.mp4")
    rendition = mux(made.rungs[0], made.audio, tmp_path / "x.mp4")
    assert rendition.codecs.count(",") == 0


def test_something_else_is_refused(encode: Encode, tmp_path: Path) -> None:

    rung = replace(encode("silent.mp4").rungs[0], path=media("one_frame.mp4"))
    with pytest.raises(EncodingFailed):
        mux(rung, (), tmp_path / "x.mp4")

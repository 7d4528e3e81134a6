"""One command makes all rungs of any legal source, and what is wrong does not pass as good."""

import json
import re
import subprocess
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from mediaportal.core.sandbox import ProgramStopped
from processing.exceptions import EncodingFailed
from processing.ffmpeg.ladder import WEAK_NETWORK, plan
from processing.ffmpeg.transcode import transcode
from tests.media import media
from tests.processing.conftest import Encode, Told, full_ladder
from tests.processing.ffmpeg.conftest import probed


def shown(path: Path, *entries: str) -> dict[str, list[dict[str, Any]]]:
    command = ["ffprobe", "-v", "error", *entries, "-of", "json", str(path)]
    answer: dict[str, list[dict[str, Any]]] = json.loads(subprocess.check_output(command, timeout=30))
    return answer


def stream(path: Path) -> dict[str, Any]:
    return shown(path, "-show_streams")["streams"][0]


def key_times(path: Path) -> list[float]:
    packets = shown(path, "-show_entries", "packet=pts_time,flags")["packets"]
    return [float(packet["pts_time"]) for packet in packets if "K" in packet["flags"]]


def picture_at(path: Path, seconds: float, folder: Path) -> Image.Image:
    target = folder / f"{path.stem}.png"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-ss", str(seconds), "-i", str(path)]
    subprocess.run([*command, "-frames:v", "1", str(target)], check=True, timeout=30)
    return Image.open(target).convert("RGB")


def luma(path: Path) -> int:
    """The first sample of the first picture, as it is coded."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-frames:v", "1", "-f", "rawvideo", "-"]
    return subprocess.run(command, check=True, capture_output=True, timeout=30).stdout[0]


@full_ladder
def test_full_ladder(encode: Encode) -> None:
    made = encode("full_1080.mp4")
    assert [rung.rung.quality for rung in made.rungs] == ["1080p", "720p", "480p", "360p"]
    for rung in made.rungs:
        facts = stream(rung.path)
        assert (facts["width"], facts["height"]) == (rung.rung.width, rung.rung.height)
        assert (facts["codec_name"], facts["pix_fmt"], facts["profile"]) == ("h264", "yuv420p", "High")
        assert rung.frames == 60
        assert rung.duration == pytest.approx(6, abs=0.05)
        assert key_times(rung.path) == [0.0, 4.0]
    assert [track.duration for track in made.audio] == [pytest.approx(6, abs=0.1)]
    assert made.cpu_seconds > 0.5


@pytest.mark.parametrize(
    ("name", "frames", "rate"),
    [
        ("odd_dimensions.webm", 30, 10), ("rotated.mp4", 75, 25), ("ten_bit.mp4", 50, 25), ("hdr_pq.mp4", 50, 25),
        ("hdr_hlg.mp4", 50, 25), ("surround.mkv", 75, 25), ("silent.mp4", 75, 25), ("anamorphic.mp4", 75, 25),
        ("interlaced.ts", 75, 25), ("portrait.mp4", 75, 25), ("fast_120.mp4", 120, 60), ("tiny.mp4", 20, 10),
        ("one_frame.mp4", 1, 25), ("plain.avi", 76, 25), ("plain.mxf", 75, 25), ("plain.webm", 30, 10),
        ("live.webm", 30, 10),
    ],
)  # fmt: skip
def test_odd_sources(encode: Encode, name: str, frames: int, rate: int) -> None:
    made = encode(name)
    facts = stream(made.rungs[0].path)
    assert made.rungs[0].frames == frames
    assert made.rungs[0].duration == pytest.approx(frames / rate, abs=0.06)
    assert facts["pix_fmt"] == "yuv420p"
    assert facts.get("sample_aspect_ratio", "1:1") == "1:1"
    assert facts.get("field_order", "progressive") == "progressive"
    assert "side_data_list" not in facts
    assert len(made.audio) == len(probed(name).audio)


def test_variable_rate_keeps_its_times(encode: Encode) -> None:
    path = encode("variable_rate.mp4", WEAK_NETWORK).rungs[-1].path
    packets = shown(path, "-show_entries", "packet=pts_time")["packets"]
    times = sorted(float(packet["pts_time"]) for packet in packets)
    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) == pytest.approx(0.2, abs=0.001)
    assert min(gaps) == pytest.approx(0.04, abs=0.001)
    assert len({rung.frames for rung in encode("variable_rate.mp4", WEAK_NETWORK).rungs}) == 1


def test_groups_end_with_their_segments_where_the_rate_rises(encode: Encode) -> None:
    made = encode("bursts.mp4")
    assert key_times(made.rungs[0].path) == [0.0, 4.0, 8.0]


def test_hdr_becomes_ordinary(encode: Encode, tmp_path: Path) -> None:
    for name in ("hdr_pq.mp4", "hdr_hlg.mp4"):
        path = encode(name).rungs[0].path
        assert stream(path)["color_transfer"] == "bt709"
        mean = ImageStat.Stat(picture_at(path, 1, tmp_path).convert("L")).mean[0]
        assert 40 < mean < 215


def test_late_pictures_stay_in_step(encode: Encode) -> None:
    """The first picture stands until the moving begins, so that the sound keeps its place."""
    for name, duration in (("late_video.mkv", 3.55), ("late_variable.mkv", 4.5)):
        made = encode(name)
        assert made.rungs[0].duration == pytest.approx(duration, abs=0.07)
        assert float(stream(made.rungs[0].path)["start_time"]) == 0.0


@pytest.mark.parametrize("name", ["late_sound.mp4", "late_sound.mkv", "late_sound.ts"])
def test_late_sound_stays_in_step(encode: Encode, name: str) -> None:
    (track,) = encode(name).audio
    assert track.duration == pytest.approx(14, abs=0.1)
    said = subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-hide_banner",
            "-i",
            str(track.path),
            "-af",
            "silencedetect",
            "-f",
            "null",
            "-",
        ],
        check=True,
        capture_output=True,
        timeout=30,
    ).stderr.decode()
    found = re.search(r"silence_end: (\S+)", said)
    assert found is not None
    assert float(found[1]) == pytest.approx(12, abs=0.1)


@pytest.mark.parametrize("name", ["late_pictures.mp4", "late_pictures.mkv"])
def test_pictures_that_begin_very_late_stay_in_step(encode: Encode, name: str) -> None:
    made = encode(name)
    assert made.rungs[0].duration == pytest.approx(14, abs=0.1)
    assert made.rungs[0].frames == pytest.approx(140, abs=1)


def test_many_channels_without_places(encode: Encode) -> None:
    (track,) = encode("twelve_channels.mov").audio
    assert stream(track.path)["channels"] == 2


@pytest.mark.parametrize("name", ["green_rgb.mkv", "green_hd.mp4"])
def test_every_rung_has_the_colours_of_hd_and_says_so(encode: Encode, name: str) -> None:
    """Neither of the sources says it; in BT.709 this green has a luma of 139, in BT.601 one of 116."""
    for rung in encode(name, WEAK_NETWORK).rungs:
        facts = stream(rung.path)
        told = (facts["color_space"], facts["color_primaries"], facts["color_transfer"])
        assert told == ("bt709", "bt709", "bt709")
        assert facts.get("color_range", "tv") == "tv"
        assert luma(rung.path) == pytest.approx(139, abs=2)


def test_unnamed_colours_of_small_pictures_stay_unnamed(encode: Encode) -> None:
    assert "color_space" not in stream(encode("plain.mp4").rungs[0].path)


@pytest.mark.parametrize("name", ["early_end.mkv", "early_end.mp4"])
def test_a_sound_that_ends_early_is_silent_to_the_end(encode: Encode, name: str) -> None:
    """Players stop where any of the streams ends."""
    made = encode(name)
    assert [track.duration for track in made.audio] == [pytest.approx(10, abs=0.1)] * 2


def test_sound_alone_keeps_its_place_in_a_transport_stream(tmp_path: Path) -> None:
    """There the clock begins with the first stream that is used."""
    probe = probed("late_sound.ts")
    both, alone = tmp_path / "both", tmp_path / "alone"
    both.mkdir()
    alone.mkdir()
    assert probe.video is not None
    rungs = plan(probe.video)
    whole = transcode(media("late_sound.ts"), probe, rungs, both).audio[0]
    (found,) = transcode(media("late_sound.ts"), probe, [], alone).audio
    assert found.path.read_bytes() == whole.path.read_bytes()


def test_several_tracks(encode: Encode) -> None:
    made = encode("two_languages.mkv")
    assert [(track.language, track.title) for track in made.audio] == [("en", ""), ("ar", "Arabic")]
    for track in made.audio:
        facts = stream(track.path)
        assert (facts["codec_name"], facts["channels"], facts["sample_rate"]) == ("aac", 2, "48000")


@full_ladder
def test_progress_is_told(encode: Encode, told: Told) -> None:
    encode("full_1080.mp4")
    heard = told["full_1080.mp4"]
    assert heard == sorted(heard)
    assert len(heard) > 2
    assert 0 < heard[0] < heard[-1] <= 1


def test_stop_ends_it_soon(tmp_path: Path) -> None:
    probe = probed("full_1080.mp4")
    assert probe.video is not None
    told: list[float] = []
    with pytest.raises(ProgramStopped):
        transcode(
            media("full_1080.mp4"),
            probe,
            plan(probe.video),
            tmp_path,
            on_progress=lambda _fraction: told.append(time.monotonic()),
            stop=lambda: bool(told),
        )
    assert time.monotonic() - told[0] < 5


def test_a_source_that_fails_half_way(tmp_path: Path) -> None:
    """A look may find nothing wrong; what was made is measured all the same."""
    probe = probed("plain.mp4")
    assert probe.video is not None
    with pytest.raises(EncodingFailed):
        transcode(media("cut_off.mp4"), probe, plan(probe.video), tmp_path)


def test_nothing_to_encode(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing"):
        transcode(media("tone.mp3"), probed("tone.mp3"), [], tmp_path)

"""Every encoder begins its groups of pictures at the same times, closed, and adds no key frame of its own."""

import json
import subprocess
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg.codecs import CODECS
from processing.ffmpeg.ladder import KEEP, Ladder, Level, plan
from processing.ffmpeg.outcome import look
from processing.ffmpeg.probe import examine
from processing.ffmpeg.transcode import Encoded, transcode
from processing.packager import package
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

# One rung of each codec, of the same size: the fastest that each offers.
EVERY = Ladder(
    tuple(
        Level(f"180p_{codec.name}", 320, 180, 300_000, 400_000, codec=codec.name, speed=codec.speeds[0])
        for codec in CODECS.values()
    )
)
pytestmark = pytest.mark.xdist_group("every codec")


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Encoded:
    """The medium with hard cuts in every codec, from one decode."""
    probe = probed("hard_cuts.mp4")
    assert probe.video is not None
    folder = tmp_path_factory.mktemp("every")
    return transcode(media("hard_cuts.mp4"), probe, plan(probe.video, EVERY), folder)


def packets(path: Path) -> list[dict[str, Any]]:
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time,flags"]
    answer: dict[str, list[dict[str, Any]]] = json.loads(
        subprocess.check_output([*command, "-of", "json", str(path)], timeout=30)
    )
    return answer["packets"]


def test_key_frames_fall_together_and_there_are_no_others(every: Encoded) -> None:
    assert [rung.rung.codec for rung in every.rungs] == ["h265", "av1", "vp9", "h264"]
    for rung in every.rungs:
        told = packets(rung.path)
        keys = [float(packet["pts_time"]) for packet in told if "K" in packet["flags"]]
        # 29.97 pictures a second: the first of them at or after every fourth second.
        assert keys == pytest.approx([0.0, 4.004, 8.008], abs=0.001), rung.rung.codec
        assert rung.frames == len(told) == 270


def test_groups_are_closed(every: Encoded) -> None:
    """Nothing that follows a key frame in the file is shown before it."""
    for rung in every.rungs:
        shown = [(float(packet["pts_time"]), "K" in packet["flags"]) for packet in packets(rung.path)]
        for place, (time, is_key) in enumerate(shown):
            if is_key:
                assert all(later >= time for later, _key in shown[place:]), rung.rung.codec


def test_each_is_named_as_a_web_page_names_it(every: Encoded) -> None:
    named = {rung.rung.codec: look(rung.path).codecs for rung in every.rungs}
    assert named == {
        "h264": "avc1.42c00d",
        "h265": "hvc1.1.6.L60.90",
        "av1": "av01.0.00M.08",
        "vp9": "vp09.00.20.08",
    }


def test_all_are_packaged_as_one_set(every: Encoded, tmp_path: Path) -> None:
    made = package(every.rungs, every.audio, tmp_path)
    assert {stream.codec.partition(".")[0] for stream in made.streams if stream.kind == "video"} == {
        "avc1",
        "hvc1",
        "av01",
        "vp09",
    }
    for rung in every.rungs:
        segments = list((tmp_path / f"video_{rung.rung.quality}").glob("*.m4s"))
        assert len(segments) == 3


def test_a_shorter_segment_gives_shorter_groups(tmp_path: Path) -> None:
    probe = probed("hard_cuts.mp4")
    assert probe.video is not None
    ladder = replace(EVERY, levels=EVERY.levels[-1:], segment_seconds=2)
    (rung,) = transcode(media("hard_cuts.mp4"), probe, plan(probe.video, ladder), tmp_path).rungs
    keys = [float(packet["pts_time"]) for packet in packets(rung.path) if "K" in packet["flags"]]
    assert keys == pytest.approx([0.0, 2.002, 4.004, 6.006, 8.008], abs=0.001)


def test_kept_hdr_still_says_how_much_light_it_has(tmp_path: Path) -> None:
    """In the pictures themselves, so that it is there wherever a segment is played."""
    probe = probed("hdr_told.mp4")
    assert probe.video is not None
    made = transcode(media("hdr_told.mp4"), probe, plan(probe.video, replace(EVERY, color=KEEP)), tmp_path)
    for rung in made.rungs:
        found = examine(rung.path, mime_type="video/mp4").video
        assert found is not None
        if not rung.rung.hdr:
            assert (found.mastering, found.light) == (None, None)
            continue
        assert found.light == probe.video.light
        assert found.mastering is not None and probe.video.mastering is not None
        told, wanted = asdict(found.mastering), asdict(probe.video.mastering)
        for name, value in wanted.items():
            assert told[name] == pytest.approx(value, abs=0.01), (rung.rung.codec, name)


@pytest.mark.parametrize(("name", "curve"), [("hdr_pq.mp4", "smpte2084"), ("hdr_hlg.mp4", "arib-std-b67")])
def test_hdr_is_kept_where_the_codec_can(name: str, curve: str, tmp_path: Path) -> None:
    """Beside them H.264 is made ordinary, from the same decode."""
    probe = probed(name)
    assert probe.video is not None
    rungs = plan(probe.video, replace(EVERY, color=KEEP))
    made = transcode(media(name), probe, rungs, tmp_path)
    assert {rung.rung.codec: rung.rung.hdr for rung in made.rungs} == {
        "h264": False,
        "vp9": False,
        "h265": True,
        "av1": True,
    }
    for rung in made.rungs:
        command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_streams", "-of", "json"]
        (facts,) = json.loads(subprocess.check_output([*command, str(rung.path)], timeout=30))["streams"]
        if rung.rung.hdr:
            told = (facts["pix_fmt"], facts["color_transfer"], facts["color_primaries"], facts["color_space"])
            assert told == ("yuv420p10le", curve, "bt2020", "bt2020nc")
        else:
            assert (facts["pix_fmt"], facts["color_transfer"]) == ("yuv420p", "bt709")

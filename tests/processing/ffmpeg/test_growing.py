"""What grows is the same as what is kept: packet by packet, at the same times, and only whole segments are seen."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from processing.exceptions import EncodingFailed
from processing.ffmpeg.growing import VIDEO, GrowingFile, Segment, audio_name, cut
from processing.ffmpeg.ladder import plan
from processing.ffmpeg.transcode import Encoded, transcode
from tests.media import media
from tests.processing.ffmpeg.conftest import probed


def encoded(name: str, folder: Path, *, grows: bool) -> tuple[Encoded, Path]:
    probe = probed(name)
    assert probe.video is not None
    place = folder / "growing"
    place.mkdir(parents=True)
    made = transcode(media(name), probe, plan(probe.video)[-1:], folder, grows=place if grows else None)
    return made, place


def times(made: Encoded) -> list[list[tuple[float, bool]]]:
    """When each picture is shown, and whether it is a key frame. Its bytes differ a little from run to run, as x264's
    threads share the bits that a cap allows.
    """
    return [[(one["pts"], one["key"]) for one in packets(rung.path)] for rung in made.rungs]


def joined(source: Path, init_size: int, segments: list[Segment], target: Path) -> Path:
    """Init and segments in one file, as a player reads them."""
    pieces = [(0, init_size), *((segment.offset, segment.size) for segment in segments)]
    content = b""
    for number, (offset, size) in enumerate(pieces):
        piece = target.with_name(f"{target.name}.{number}")
        cut(source, offset, size, piece)
        content += piece.read_bytes()
    target.write_bytes(content)
    return target


def packets(path: Path) -> list[dict[str, Any]]:
    command = [
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "packet=pts_time,size,flags",
        "-of",
        "json",
        str(path),
    ]
    found: list[dict[str, Any]] = json.loads(subprocess.check_output(command, timeout=30))["packets"]
    return [{"pts": float(one["pts_time"]), "size": one["size"], "key": "K" in one["flags"]} for one in found]


def samples(path: Path) -> bytes:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-c:a", "pcm_s16le", "pipe:1"]
    return subprocess.check_output(command, timeout=30)


@pytest.mark.parametrize(
    "name", ["full_1080.mp4", "variable_rate.mp4", "two_languages.mkv", "late_video.mkv", "silent.mp4"]
)
def test_what_is_kept_is_what_a_plain_encode_makes(name: str, tmp_path: Path) -> None:
    plain, _place = encoded(name, tmp_path / "plain", grows=False)
    grown, _place = encoded(name, tmp_path / "grown", grows=True)
    assert times(grown) == times(plain)
    assert [track.path.read_bytes() for track in grown.audio] == [
        track.path.read_bytes() for track in plain.audio
    ]


def test_the_pictures_that_grew_are_those_that_are_kept(tmp_path: Path) -> None:
    made, place = encoded("full_1080.mp4", tmp_path / "work", grows=True)
    file = GrowingFile(place / VIDEO)
    segments = file.fresh()
    assert [round(segment.seconds, 3) for segment in segments] == [4.0, 2.0]
    assert file.codec.startswith("avc1.6400")
    kept = packets(made.rungs[0].path)
    whole = packets(joined(file.path, file.init_size, segments, tmp_path / "whole.mp4"))
    # Each segment alone begins with a key frame, so that a player may begin anywhere.
    alone = packets(joined(file.path, file.init_size, segments[1:], tmp_path / "second.mp4"))
    assert alone[0]["key"] and len(alone) == 20
    # ffprobe counts from the first decoding time, which CMAF puts at 0; the distances between pictures are the same.
    for shift in {kept[0]["pts"] - whole[0]["pts"]}:
        whole = [{**one, "pts": pytest.approx(one["pts"] + shift, abs=1e-4)} for one in whole]
    assert whole == kept
    begins = (place / VIDEO).read_bytes()
    first_run = begins[begins.find(b"trun") + 4 :]
    assert int.from_bytes(first_run[12 + 8 : 12 + 12], "big", signed=True) == 0, (
        "the first picture stands at 0"
    )


def test_the_sound_that_grew_begins_with_the_pictures(tmp_path: Path) -> None:
    made, place = encoded("full_1080.mp4", tmp_path / "work", grows=True)
    file = GrowingFile(place / audio_name(0))
    segments = file.fresh()
    assert [round(segment.seconds) for segment in segments] == [4, 2]
    assert file.codec == "mp4a.40.2"
    whole = joined(file.path, file.init_size, segments, tmp_path / "whole.m4a")
    assert packets(whole) == packets(made.audio[0].path)
    # The decoder's first samples stand before 0 in both; of a fragmented file ffmpeg does not leave them out.
    early = round(-packets(whole)[0]["pts"] * 48_000) * 4
    heard, kept = samples(whole)[early:], samples(made.audio[0].path)
    assert early > 0 and heard[: len(kept)] == kept and len(heard) - len(kept) < 1024 * 4


def test_only_what_is_whole_is_seen(tmp_path: Path) -> None:
    _made, place = encoded("full_1080.mp4", tmp_path / "work", grows=True)
    content = (place / VIDEO).read_bytes()
    whole = GrowingFile(place / VIDEO).fresh()
    growing = tmp_path / "growing.mp4"
    file = GrowingFile(growing)
    seen: list[Segment] = []
    assert file.fresh() == []
    for size in range(0, len(content) + 997, 997):
        growing.write_bytes(content[:size])
        fresh = file.fresh()
        assert all(segment.offset + segment.size <= size for segment in fresh)
        seen += fresh
    assert seen == whole


def test_a_file_that_is_broken_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"\0\0\0\4moov" + bytes(64))
    with pytest.raises(EncodingFailed):
        GrowingFile(path).fresh()


def test_only_one_rung_can_grow(tmp_path: Path) -> None:
    probe = probed("full_1080.mp4")
    assert probe.video is not None
    with pytest.raises(ValueError, match="one rung"):
        transcode(media("full_1080.mp4"), probe, plan(probe.video), tmp_path, grows=tmp_path)

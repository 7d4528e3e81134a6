"""What grows is the same as what is kept: packet by packet, at the same times, and only whole segments are seen."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processing.exceptions import EncodingFailed
from processing.ffmpeg.copying import copied
from processing.ffmpeg.growing import VIDEO, GrowingFile, Segment, audio_name, cut, longest_segment
from processing.ffmpeg.ladder import Rung, plan
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
    file = GrowingFile(place / audio_name(0), least=4)
    segments = file.fresh()
    assert [round(segment.seconds) for segment in segments] == [4]
    segments += file.fresh(rest=True)
    assert [round(segment.seconds) for segment in segments] == [4, 2]
    assert file.codec == "mp4a.40.2"
    whole = joined(file.path, file.init_size, segments, tmp_path / "whole.m4a")
    assert packets(whole) == packets(made.audio[0].path)
    # The decoder's first samples stand before 0 in both; of a fragmented file ffmpeg does not leave them out.
    early = round(-packets(whole)[0]["pts"] * 48_000) * 4
    heard, kept = samples(whole)[early:], samples(made.audio[0].path)
    assert early > 0 and heard[: len(kept)] == kept and len(heard) - len(kept) < 1024 * 4


def test_sound_is_written_each_second_and_handed_out_by_segments(tmp_path: Path) -> None:
    """Of a sound that pauses nearly all is there."""
    _made, place = encoded("full_1080.mp4", tmp_path / "work", grows=True)
    path = place / audio_name(0)
    seconds = GrowingFile(path).fresh()
    assert [round(one.seconds, 1) for one in seconds[:5]] == [1.0] * 5
    first, rest = [*GrowingFile(path, least=4).fresh(), *GrowingFile(path, least=4).fresh(rest=True)[1:]]
    assert (first.offset, first.begin, first.end) == (seconds[0].offset, 0.0, seconds[3].end)
    assert first.offset + first.size == rest.offset == seconds[4].offset
    assert [rest.begin, rest.end] == pytest.approx([seconds[4].begin, seconds[-1].end])


@pytest.mark.parametrize(("name", "least"), [(VIDEO, 0), (audio_name(0), 4)])
def test_only_what_is_whole_is_seen(name: str, least: float, tmp_path: Path) -> None:
    _made, place = encoded("full_1080.mp4", tmp_path / "work", grows=True)
    content = (place / name).read_bytes()
    whole = GrowingFile(place / name, least=least).fresh()
    growing = tmp_path / "growing.mp4"
    file = GrowingFile(growing, least=least)
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


def test_a_copy_grows_in_segments_beside_the_sound(tmp_path: Path) -> None:
    """Also where its key frames come twice in a segment."""
    name = "copy_fits.mp4"
    probe = probed(name)
    copy = copied(media(name), probe, Rung("180p", 320, 180, 23, "veryfast", 900_000, 900_000), tmp_path)
    assert copy is not None
    before = copy.path.read_bytes()
    place = tmp_path / "growing"
    place.mkdir()
    made = transcode(media(name), probe, [], tmp_path, grows=place, copy=copy)
    assert (made.rungs, len(made.audio), copy.path.read_bytes()) == ((), 1, before)
    file = GrowingFile(place / VIDEO)
    segments = file.fresh()
    assert [round(segment.seconds, 2) for segment in segments] == [4.0, 4.0, 1.0]
    whole = packets(joined(file.path, file.init_size, segments, tmp_path / "whole.mp4"))
    shown = packets(copy.path)
    assert [(one["size"], one["key"]) for one in whole] == [(one["size"], one["key"]) for one in shown]
    alone = packets(joined(file.path, file.init_size, segments[1:], tmp_path / "second.mp4"))
    assert alone[0]["key"] and len(alone) == 125
    assert GrowingFile(place / audio_name(0), least=4).fresh()


@pytest.mark.parametrize(
    ("rate", "own_times", "longest"),
    [(25.0, False, 4), (0.2, False, 9), (30.0, True, 7), (6.0, True, 21), (1.0, True, 104)],
)
def test_how_long_a_segment_may_become(rate: float, own_times: bool, longest: int) -> None:
    video = probed("full_1080.mp4").video
    assert video is not None
    assert longest_segment(replace(video, frame_rate=rate, is_vfr=own_times), 4) == longest


def test_only_one_rung_can_grow(tmp_path: Path) -> None:
    probe = probed("full_1080.mp4")
    assert probe.video is not None
    with pytest.raises(ValueError, match="one rung"):
        transcode(media("full_1080.mp4"), probe, plan(probe.video), tmp_path, grows=tmp_path)

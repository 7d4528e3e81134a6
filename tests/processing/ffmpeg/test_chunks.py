"""Chunks joined are what one pass makes: as many frames, the same times, the same key frames, the same pictures."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import av
import pytest

from processing.exceptions import EncodingFailed
from processing.ffmpeg import chunks, join
from processing.ffmpeg.chunks_bounds import Chunk, plan
from processing.ffmpeg.codecs import CODECS
from processing.ffmpeg.filters import even_rate
from processing.ffmpeg.join import ChunksDiffer, Part
from processing.ffmpeg.ladder import WEAK_NETWORK, Ladder, Level, Rung
from processing.ffmpeg.ladder import plan as rungs_of
from processing.ffmpeg.transcode import EncodedRung, transcode
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

Packets = list[tuple[int, int, bool]]
LEAST = (
    28.0  # decibels between two encodes of the same picture; another picture of the test source has under 20
)


def rungs_for(name: str, ladder: Ladder = WEAK_NETWORK) -> tuple[Rung, ...]:
    video = probed(name).video
    assert video is not None
    return rungs_of(video, ladder)


def cut(name: str, *, seconds: int = 4) -> tuple[Chunk, ...]:
    video = probed(name).video
    assert video is not None and video.duration is not None
    return plan(video.duration, even_rate(video), seconds=seconds, segment=4)


def parts_of(
    name: str, rungs: Sequence[Rung], pieces: Sequence[Chunk], folder: Path
) -> dict[Rung, list[Part]]:
    found: dict[Rung, list[Part]] = {rung: [] for rung in rungs}
    for chunk in pieces:
        place = folder / f"{chunk.number}"
        place.mkdir()
        made = chunks.encode(
            media(name), probed(name), rungs, chunk, place, on_progress=lambda _fraction: None
        )
        for one in made.rungs:
            found[one.rung].append(Part(chunk, one.path, one.frames))
    return found


def packets(path: Path) -> Packets:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None and stream.time_base.denominator == 90_000
        return [(p.pts or 0, p.dts or 0, p.is_keyframe) for p in container.demux(stream) if p.size]


def worst(one: Path, other: Path) -> float:
    """The PSNR of the luma of the frame that differs most, in decibels."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(one), "-i", str(other)]
    graph = ["-filter_complex", "[0:v][1:v]psnr=stats_file=-", "-f", "null", "-"]
    told = subprocess.run([*command, *graph], check=True, timeout=60, capture_output=True, text=True).stdout
    return min(float(word.split(":")[1]) for word in told.split() if word.startswith("psnr_y:"))


def same_as_one_pass(name: str, rungs: Sequence[Rung], folder: Path) -> tuple[EncodedRung, ...]:
    """Encode in both ways and compare everything that a player could notice."""
    for place in ("one", "parts", "joined"):
        (folder / place).mkdir()
    whole = transcode(media(name), probed(name), rungs, folder / "one", sound=False)
    parts = parts_of(name, rungs, cut(name), folder / "parts")
    made = join.join(parts, folder / "joined", duration=probed(name).duration)
    for one, joined in zip(whole.rungs, made, strict=True):
        wanted, found = packets(one.path), packets(joined.path)
        assert len(found) == len(wanted)
        assert sorted(pts for pts, _dts, _key in found) == sorted(pts for pts, _dts, _key in wanted)
        assert [dts for _pts, dts, _key in found] == [dts for _pts, dts, _key in wanted]
        assert [pts for pts, _dts, key in found if key] == [pts for pts, _dts, key in wanted if key]
        assert (joined.rung, joined.frames, joined.duration) == (one.rung, one.frames, one.duration)
        assert worst(one.path, joined.path) > LEAST
    return made


@pytest.mark.parametrize(
    "name",
    [
        "long_25.mp4",
        "long_29.mkv",
        "long_50.mp4",
        "long_open.ts",
        "long_interlaced.ts",
        "long_variable.mkv",
    ],
)
def test_chunks_are_what_one_pass_makes(name: str, tmp_path: Path) -> None:
    assert len(cut(name)) == 3
    same_as_one_pass(name, rungs_for(name), tmp_path)


@pytest.mark.parametrize("codec", [name for name in CODECS if name != "h264"])
def test_other_codecs_are_joined_too(codec: str, tmp_path: Path) -> None:
    ladder = Ladder((Level("144p", 256, 144, 225_000, 300_000, codec=codec),))
    (made,) = same_as_one_pass("long_25.mp4", rungs_for("long_25.mp4", ladder), tmp_path)
    with av.open(str(made.path)) as container:
        told = container.streams.video[0].codec_context.extradata or b""
    assert b"threads" not in told  # machines with another number of processors make chunks of the same video


def test_several_rungs_come_from_one_decode(tmp_path: Path) -> None:
    ladder = Ladder((Level("144p", 256, 144, 225_000, 300_000), Level("96p", 172, 96, 100_000, 150_000)))
    made = same_as_one_pass("long_open.ts", rungs_for("long_open.ts", ladder), tmp_path)
    assert [rung.path.name for rung in made] == ["144p.mp4", "96p.mp4"]


def test_progress_is_that_of_the_chunk(tmp_path: Path) -> None:
    heard: list[float] = []
    name = "long_25.mp4"
    chunk = cut(name)[-1]
    chunks.encode(media(name), probed(name), rungs_for(name), chunk, tmp_path, on_progress=heard.append)
    assert heard and heard == sorted(heard)
    assert heard[0] >= 0
    assert heard[-1] > 0.9


def test_a_chunk_behind_the_end_is_refused(tmp_path: Path) -> None:
    name = "long_25.mp4"
    late = Chunk(3, 20, None, "25/1", 500, None)
    with pytest.raises(EncodingFailed):
        chunks.encode(media(name), probed(name), rungs_for(name), late, tmp_path, on_progress=lambda _: None)


def test_a_chunk_of_another_segment_length_is_refused(tmp_path: Path) -> None:
    name = "long_25.mp4"
    odd = Chunk(2, 6, None, "25/1", 150, None)
    with pytest.raises(EncodingFailed) as caught:
        chunks.encode(media(name), probed(name), rungs_for(name), odd, tmp_path, on_progress=lambda _: None)
    assert "segment" in caught.value.log


@pytest.fixture(scope="module")
def joinable(tmp_path_factory: pytest.TempPathFactory) -> dict[Rung, list[Part]]:
    name = "long_25.mp4"
    return parts_of(name, rungs_for(name), cut(name), tmp_path_factory.mktemp("parts"))


def test_a_missing_chunk_is_not_joined(joinable: dict[Rung, list[Part]], tmp_path: Path) -> None:
    for kept in ([0, 2], [0, 1], [1, 2], []):
        parts = {rung: [those[n] for n in kept] for rung, those in joinable.items()}
        with pytest.raises(ChunksDiffer):
            join.join(parts, tmp_path, duration=12.4)


def test_a_chunk_twice_is_not_joined(joinable: dict[Rung, list[Part]], tmp_path: Path) -> None:
    parts = {
        rung: [those[0], Part(those[1].chunk, those[0].path, those[0].frames), those[2]]
        for rung, those in joinable.items()
    }
    with pytest.raises(ChunksDiffer) as caught:
        join.join(parts, tmp_path, duration=12.4)
    assert "chunk 2 has not the frames from 100 on" in caught.value.log


def test_a_chunk_that_lost_a_frame_is_not_joined(joinable: dict[Rung, list[Part]], tmp_path: Path) -> None:
    parts = {
        rung: [those[0], Part(those[1].chunk, those[1].path, those[1].frames + 1), those[2]]
        for rung, those in joinable.items()
    }
    with pytest.raises(ChunksDiffer) as caught:
        join.join(parts, tmp_path, duration=12.4)
    assert "chunk 2 has 100 frames instead of 101" in caught.value.log


def test_chunks_encoded_in_unlike_ways_are_not_joined(
    joinable: dict[Rung, list[Part]], tmp_path: Path
) -> None:
    (rung, those), *_rest = joinable.items()
    other = Rung(**{**vars(rung), "speed": "ultrafast"})
    pieces = cut("long_25.mp4")
    found = parts_of("long_25.mp4", [other], pieces[1:2], tmp_path)[other]
    with pytest.raises(ChunksDiffer) as caught:
        join.join({rung: [those[0], *found, those[2]]}, tmp_path, duration=12.4)
    assert "chunk 2 was encoded in another way" in caught.value.log


def test_joining_twice_gives_the_same_bytes(joinable: dict[Rung, list[Part]], tmp_path: Path) -> None:
    made = []
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        made.append(join.join(joinable, tmp_path / name, duration=12.4))
    assert [rung.path.read_bytes() for rung in made[0]] == [rung.path.read_bytes() for rung in made[1]]

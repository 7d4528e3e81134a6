"""Every command has limits in proportion to what it works on, and what goes beyond them is ended."""

import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaportal.core.sandbox import (
    Completed,
    DiskFull,
    Limits,
    ProgramFailed,
    ProgramKilled,
    ProgramTimedOut,
    run,
)
from processing import pictures
from processing.exceptions import CorruptMedia, EncodingFailed, MediaError
from processing.ffmpeg import audio, chunks, copying, join, loudness, mux, outcome, program, stills
from processing.ffmpeg.chunks_bounds import Chunk
from processing.ffmpeg.ladder import Ladder, Level, Rung, plan
from processing.ffmpeg.probe import examine
from processing.ffmpeg.transcode import EncodedRung, transcode
from processing.packager import package
from tests.killing import killing
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

LOWEST = Ladder((Level("144p", 256, 144, 225_000, 300_000, speed="ultrafast"),))


def test_limits_grow_with_the_duration_up_to_an_end() -> None:
    minute, hour, years = (program.work_limits(seconds) for seconds in (60, 1800, 10**9))
    assert minute.wall_seconds == 300 + 60 * 60
    assert minute.wall_seconds < hour.wall_seconds < years.wall_seconds == 48 * 3600
    assert minute.cpu_seconds < hour.cpu_seconds < years.cpu_seconds
    assert minute.file_bytes < hour.file_bytes < years.file_bytes == 256 << 30
    assert program.work_limits(60, factor=1.0).wall_seconds == 360


def test_a_look_at_all_packets_has_time_for_all_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large, endless = (program.read_limits(size) for size in (1000, 36 * 10**9, 10**15))
    assert small.wall_seconds == pytest.approx(program.LOOK_LIMITS.wall_seconds, abs=0.001)
    assert (large.wall_seconds, large.cpu_seconds) == (3720, 3720)
    assert endless.wall_seconds == 48 * 3600
    allowed: list[float] = []

    def heard(argv: Sequence[str], *, limits: Limits, **more: Any) -> Completed:
        if "packet=stream_index,pts_time,dts_time,duration_time" in argv:
            allowed.append(limits.wall_seconds)
        return run(argv, limits=limits, **more)

    monkeypatch.setattr(program, "run", heard)
    monkeypatch.setattr(program, "_BYTES_READ_IN_A_SECOND", 100)
    made = examine(media("live.webm"), mime_type="video/webm")
    assert allowed == [program.LOOK_LIMITS.wall_seconds + made.size / 100]


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        (Limits(wall_seconds=0.3, memory_bytes=8 << 30), ProgramTimedOut),
        (Limits(memory_bytes=64 << 20), EncodingFailed),
        (Limits(file_bytes=4096, memory_bytes=8 << 30), EncodingFailed),
    ],
)
def test_what_goes_beyond_its_limits_ends_with_its_reason(
    limits: Limits, error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "work_limits", lambda _duration: limits)
    probe = probed("full_1080.mp4")
    assert probe.video is not None
    with pytest.raises(error):
        transcode(media("full_1080.mp4"), probe, plan(probe.video), tmp_path)


def test_two_pictures_ten_hours_apart_are_refused_at_once() -> None:
    with pytest.raises(CorruptMedia):
        examine(media("far_apart.mkv"), mime_type="video/x-matroska")


def test_a_header_that_claims_a_huge_picture(tmp_path: Path) -> None:
    """It is refused, or what its bytes hold is made within the limits; nothing is unfolded to gigabytes."""
    try:
        probe = examine(media("huge_header.avi"), mime_type="video/x-msvideo")
        assert probe.video is not None
        made = transcode(media("huge_header.avi"), probe, plan(probe.video, LOWEST), tmp_path)
    except MediaError as refused:
        assert refused.code in {"corrupt_media", "encoding_failed", "unsupported_codec"}
    else:
        assert made.rungs[0].rung.width <= 256


def test_hundreds_of_tracks_give_a_few(tmp_path: Path) -> None:
    probe = examine(media("many_tracks.mkv"), mime_type="video/x-matroska")
    assert probe.video is not None
    assert len(probe.audio) == 16
    made = transcode(media("many_tracks.mkv"), probe, plan(probe.video, LOWEST), tmp_path)
    assert len(made.audio) == 16


def test_a_duration_that_the_file_does_not_have(tmp_path: Path) -> None:
    """A header that promises hours beyond the pictures does not let a rung pass that lacks them."""
    probe = replace(probed("plain.mp4"), duration=36_000.0)
    assert probe.video is not None
    probe = replace(probe, video=replace(probe.video, duration=None))
    assert probe.video is not None
    with pytest.raises(EncodingFailed):
        transcode(media("plain.mp4"), probe, plan(probe.video, LOWEST), tmp_path)


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(ProgramFailed) as caught:
        program.ffprobe(program.source_arguments(media("text.mp4"), "video/mp4"), reads=[media("text.mp4")])
    assert caught.value.stderr_tail


def test_encoders_are_known() -> None:
    assert program.has_encoder("libx264")
    assert not program.has_encoder("libx299")


def _rung() -> Rung:
    video = probed("plain.mp4").video
    assert video is not None
    return plan(video, LOWEST)[0]


def _encoded() -> EncodedRung:
    return EncodedRung(_rung(), media("plain.mp4"), 3.0, 75, 100_000, 250_000)


def _part() -> join.Part:
    return join.Part(Chunk(1, 0, None, "25", 0, 75), media("plain.mp4"), 75)


SOURCE = "plain.mp4"
Work = Callable[[Path, program.Stop], object]
WORKS: dict[str, Work] = {
    "look": lambda _folder, stop: examine(media(SOURCE), mime_type="video/mp4", stop=stop),
    "ladder": lambda folder, stop: transcode(media(SOURCE), probed(SOURCE), [_rung()], folder, stop=stop),
    "chunk": lambda folder, stop: chunks.encode(
        media(SOURCE), probed(SOURCE), [_rung()], _part().chunk, folder, on_progress=print, stop=stop
    ),
    "join": lambda folder, stop: join.join({_rung(): [_part()]}, folder, duration=3, stop=stop),
    "mux": lambda folder, stop: mux.mux(_encoded(), (), folder / "film.mp4", stop=stop),
    "package": lambda folder, stop: package([_encoded()], [], folder, stop=stop),
    "outcome": lambda _folder, stop: outcome.look(media(SOURCE), stop=stop),
    "sound": lambda folder, stop: audio.render(
        media("tone.wav"), probed("tone.wav"), folder / "tone.m4a", stop=stop
    ),
    "loudness": lambda _folder, stop: loudness.corrections(
        media("tone.wav"), probed("tone.wav"), -16, stop=stop
    ),
    "stills": lambda folder, stop: stills.take(media(SOURCE), probed(SOURCE), folder, stop=stop),
    "image": lambda _folder, stop: pictures.inspect(media("picture.jpg"), mime_type="image/jpeg", stop=stop),
    "copy": lambda _folder, stop: copying.plays(_encoded(), stop=stop),
}


@pytest.mark.parametrize("name", WORKS)
def test_the_file_is_not_blamed_for_a_program_that_was_killed(name: str, tmp_path: Path) -> None:
    with pytest.raises(ProgramKilled):
        WORKS[name](tmp_path, killing())


def test_ffmpeg_that_was_asked_to_end_has_not_failed() -> None:
    """It hears the signal, and ends with a code of its own."""

    def end(_line: str) -> None:
        own = Path(f"/proc/{os.getpid()}/task")
        for pid in _below(own):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    endless = ["-f", "lavfi", "-re", "-i", "testsrc2=s=64x64", "-f", "null", "-"]
    with pytest.raises(ProgramKilled):
        program.ffmpeg(["-progress", "pipe:1", *endless], reads=[], on_line=end)


def _below(tasks: Path) -> set[int]:
    """The ffmpegs that descend from a process."""
    found: set[int] = set()
    for task in tasks.iterdir():
        # A thread or a program may end while it is looked at.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for pid in (task / "children").read_text(encoding="ascii").split():
                if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "ffmpeg":
                    found.add(int(pid))
                found |= _below(Path(f"/proc/{pid}/task"))
    return found


FULL: dict[str, tuple[str, Work]] = {
    "ladder": ("144p.mp4", WORKS["ladder"]),
    "chunk": ("144p.mp4", WORKS["chunk"]),
    "join": (
        "144p.mp4",
        lambda folder, stop: join.join({_rung(): [_whole(folder)]}, folder, duration=3, stop=stop),
    ),
    "mux": ("film.mp4", WORKS["mux"]),
    "sound": ("tone.m4a", WORKS["sound"]),
    "image": (
        "picture_web.webp",
        lambda folder, stop: pictures.render(
            media("picture.jpg"), folder, "picture", mime_type="image/jpeg", stop=stop
        ),
    ),
}


def _whole(folder: Path) -> join.Part:
    """A chunk that can be joined."""
    place = folder / "chunk"
    place.mkdir()
    part = _part()
    chunks.encode(media(SOURCE), probed(SOURCE), [_rung()], part.chunk, place, on_progress=print)
    return replace(part, path=place / "144p.mp4")


@pytest.mark.parametrize("name", FULL)
def test_the_file_is_not_blamed_for_a_full_disk(name: str, tmp_path: Path) -> None:
    target, work = FULL[name]
    (tmp_path / target).symlink_to("/dev/full")
    with pytest.raises(DiskFull):
        work(tmp_path, lambda: False)

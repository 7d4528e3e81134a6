"""Every command has limits in proportion to what it works on, and what goes beyond them is ended."""

from dataclasses import replace
from pathlib import Path

import pytest

from mediaportal.core.sandbox import Limits, ProgramFailed, ProgramTimedOut
from processing.exceptions import CorruptMedia, EncodingFailed, MediaError
from processing.ffmpeg import program
from processing.ffmpeg.ladder import Ladder, Level, plan
from processing.ffmpeg.probe import examine
from processing.ffmpeg.transcode import transcode
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

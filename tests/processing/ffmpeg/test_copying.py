"""A source's own pictures become a rung only where an encode would give pictures of the same kind."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaportal.core.sandbox import Completed, Limits, OutputTooLarge, ProgramTimedOut, SandboxError, run
from processing.ffmpeg import copying, program
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.outcome import look
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

RUNG = Rung("180p", 320, 180, 23, "veryfast", 900_000, 900_000)


def test_pictures_that_fit_are_copied(tmp_path: Path) -> None:
    made = copying.copied(media("copy_fits.mp4"), probed("copy_fits.mp4"), RUNG, tmp_path)
    assert made is not None
    assert (made.rung, made.frames) == (RUNG, 225)
    assert made.duration == pytest.approx(9, abs=0.05)
    found = look(made.path)
    assert (found.width, found.height, found.sounds) == (320, 180, 0)
    assert copying.plays(made)


@pytest.mark.parametrize(
    "name",
    [
        "copy_open.mp4", "copy_long.mp4", "copy_interlaced.mp4", "copy_full_range.mp4", "copy_late.mkv",
        "copy_uneven.mp4", "rotated.mp4", "anamorphic.mp4", "ten_bit.mp4", "hdr_pq.mp4", "plain.webm",
    ],
)  # fmt: skip
def test_what_only_comes_near_is_not(name: str, tmp_path: Path) -> None:
    probe = probed(name)
    assert probe.video is not None
    own = replace(RUNG, width=probe.video.display_width, height=probe.video.display_height)
    assert copying.copied(media(name), probe, own, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"max_rate": 20_000, "buffer_size": 20_000},
        {"width": 318},
        {"codec": "h265"},
        {"hdr": True},
        {"segment_seconds": 3},
    ],
)
def test_another_rung_is_encoded(change: dict[str, Any], tmp_path: Path) -> None:
    rung = replace(RUNG, **change)
    assert copying.copied(media("copy_fits.mp4"), probed("copy_fits.mp4"), rung, tmp_path) is None


@pytest.mark.parametrize(("name", "serves"), [("copy_minute.mp4", True), ("copy_tail.mp4", False)])
def test_a_last_picture_that_stands_for_several_is_encoded(name: str, serves: bool, tmp_path: Path) -> None:
    """An encoder fills its time with as many frames as the others have."""
    probe = probed(name)
    assert probe.video is not None and probe.video.frame_rate == 25
    made = copying.copied(media(name), probe, RUNG, tmp_path)
    assert (made is not None) is serves


@pytest.mark.parametrize("error", [ProgramTimedOut("ffmpeg", 1), OutputTooLarge("ffmpeg")])
def test_what_cannot_be_copied_in_time_is_encoded(
    error: SandboxError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_given: object, **_more: object) -> None:
        raise error

    probe = probed("copy_fits.mp4")
    monkeypatch.setattr(program, "ffprobe", late)
    assert copying.copied(media("copy_fits.mp4"), probe, RUNG, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_time_to_read_a_copy_grows_with_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed: list[float] = []

    def heard(argv: Sequence[str], *, limits: Limits, **more: Any) -> Completed:
        if "packet=pts_time,duration_time,size,flags" in argv or "framecrc" in argv:
            allowed.append(limits.wall_seconds)
        return run(argv, limits=limits, **more)

    monkeypatch.setattr(program, "run", heard)
    monkeypatch.setattr(program, "_BYTES_READ_IN_A_SECOND", 100)
    made = copying.copied(media("copy_fits.mp4"), probed("copy_fits.mp4"), RUNG, tmp_path)
    assert made is not None
    assert allowed == [program.LOOK_LIMITS.wall_seconds + made.size / 100] * 2


def test_groups_that_divide_a_segment_serve_any_length_of_it(tmp_path: Path) -> None:
    rung = replace(RUNG, segment_seconds=2)
    assert copying.copied(media("copy_fits.mp4"), probed("copy_fits.mp4"), rung, tmp_path) is not None


def test_peaks_above_the_cap_count_too(tmp_path: Path) -> None:
    """The whole is below the cap; one segment is not, and would be if the buffer were larger."""
    probe = probed("copy_peak.mp4")
    rate = probe.bit_rate + 20_000
    tight = replace(RUNG, max_rate=rate, buffer_size=0)
    assert copying.copied(media("copy_peak.mp4"), probe, tight, tmp_path) is None
    loose = replace(RUNG, max_rate=rate, buffer_size=rate * 4)
    assert copying.copied(media("copy_peak.mp4"), probe, loose, tmp_path) is not None


def test_a_copy_that_cannot_be_decoded_does_not_play(tmp_path: Path) -> None:
    made = copying.copied(media("copy_fits.mp4"), probed("copy_fits.mp4"), RUNG, tmp_path)
    assert made is not None
    whole = bytearray(made.path.read_bytes())
    middle = len(whole) // 3
    whole[middle : middle + 3000] = bytes(3000)
    made.path.write_bytes(whole)
    assert not copying.plays(made)

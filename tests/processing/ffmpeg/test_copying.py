"""A source's own pictures become a rung only where an encode would give pictures of the same kind."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg import copying
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

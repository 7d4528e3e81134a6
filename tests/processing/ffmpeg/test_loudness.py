"""Sound comes out at the loudness that was asked for, and its peaks stay below what is allowed."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from processing.ffmpeg.audio import render
from processing.ffmpeg.ladder import Ladder, Level, plan
from processing.ffmpeg.loudness import corrections
from processing.ffmpeg.transcode import transcode
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

TARGET = -16.0
LOWEST = Ladder((Level("144p", 256, 144, 225_000, 300_000, speed="ultrafast"),))


def measured(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and the true peak in dBTP, as ffmpeg's ebur128 tells."""
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(path), "-vn"]
    command += ["-af", "ebur128=framelog=verbose:peak=true", "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, timeout=60).stderr.decode()
    summary = said[said.rindex("Summary:") :]
    loud, peak = re.search(r"I:\s+(\S+) LUFS", summary), re.search(r"Peak:\s+(\S+) dBFS", summary)
    assert loud and peak
    return float(loud[1]), float(peak[1])


@pytest.mark.parametrize("name", ["quiet.flac", "loud.flac", "knocks.flac"])
def test_a_sound_gets_the_loudness(name: str, tmp_path: Path) -> None:
    """Turned up, turned down, and turned up although its peaks leave no room."""
    made = render(media(name), probed(name), tmp_path / "sound.m4a", loudness=TARGET)
    loud, peak = measured(made.path)
    assert loud == pytest.approx(TARGET, abs=1)
    assert peak <= -1.0


def test_every_track_of_a_video_gets_it(tmp_path: Path) -> None:
    probe = probed("two_loudnesses.mkv")
    assert probe.video is not None
    turned = corrections(media("two_loudnesses.mkv"), probe, TARGET)
    made = transcode(
        media("two_loudnesses.mkv"), probe, plan(probe.video, LOWEST), tmp_path, corrections=turned
    )
    assert [measured(track.path)[0] for track in made.audio] == [pytest.approx(TARGET, abs=1)] * 2


def test_only_one_gain_where_there_is_room() -> None:
    probe = probed("loud.flac")
    (turned,) = corrections(media("loud.flac"), probe, TARGET).values()
    assert turned.gain < 0
    assert turned.filters().startswith("volume=-")
    (more,) = corrections(media("loud.flac"), probe, -30.0).values()
    assert not more.holds_peaks
    assert "alimiter" not in more.filters()


def test_near_silence_is_left_alone() -> None:
    assert corrections(media("silence.flac"), probed("silence.flac"), TARGET) == {}
    assert corrections(media("silence.flac"), replace(probed("silence.flac"), audio=()), TARGET) == {}

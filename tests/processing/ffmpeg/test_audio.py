"""A sound becomes an AAC file and a waveform."""

import math
from array import array
from pathlib import Path

import pytest

from processing.exceptions import EmptyMedia, EncodingFailed
from processing.ffmpeg.audio import PEAKS, PeakMeter, render
from tests.media import media
from tests.processing.ffmpeg.conftest import probed
from tests.processing.ffmpeg.test_transcode import stream


@pytest.mark.parametrize(
    "name", ["tone.mp3", "bare.mp3", "covered.mp3", "tone.wav", "tone.aac", "tone.flac", "tone.ogg", "tone.opus",
             "tone.m4a", "sound_only.mkv", "sound_only.mp4"],
)  # fmt: skip
def test_every_kind_of_sound(name: str, tmp_path: Path) -> None:
    told: list[float] = []
    target = tmp_path / "out.m4a"
    made = render(media(name), probed(name), target, on_progress=told.append)
    facts = stream(target)
    assert (facts["codec_name"], facts["channels"], facts["sample_rate"]) == ("aac", 2, "48000")
    assert made.duration == pytest.approx(2, abs=0.1)
    assert made.size == target.stat().st_size
    assert made.waveform.duration == pytest.approx(2, abs=0.1)
    assert PEAKS / 2 < len(made.waveform.peaks) <= PEAKS
    assert 0.05 < max(made.waveform.peaks) < 0.3
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1, abs=0.05)


def test_surround_is_mixed_down(tmp_path: Path) -> None:
    render(media("surround.mkv"), probed("surround.mkv"), tmp_path / "out.m4a")
    assert stream(tmp_path / "out.m4a")["channels"] == 2


@pytest.mark.parametrize("name", ["two_lengths.m4a", "two_lengths.mkv", "two_lengths_untold.mkv"])
def test_the_main_track_may_be_shorter_than_another(name: str, tmp_path: Path) -> None:
    made = render(media(name), probed(name), tmp_path / "out.m4a")
    assert made.duration == pytest.approx(2, abs=0.1)


def test_of_many_channels_without_places_the_first_two_are_heard(tmp_path: Path) -> None:
    name = "twelve_channels.wav"
    made = render(media(name), probed(name), tmp_path / "out.m4a", loudness=-16.0)
    assert stream(made.path)["channels"] == 2
    assert max(made.waveform.peaks) == pytest.approx(8000 / 32_768, abs=0.01)


def test_silence_without_a_track(tmp_path: Path) -> None:
    with pytest.raises(EmptyMedia):
        render(media("silent.mp4"), probed("silent.mp4"), tmp_path / "out.m4a")


def test_damage(tmp_path: Path) -> None:
    with pytest.raises(EncodingFailed):
        render(media("text.mp4"), probed("tone.m4a"), tmp_path / "out.m4a")


@pytest.mark.parametrize("expected", [0.0, 1.0, 10.0, 100_000.0])
def test_peaks_do_not_depend_on_what_was_expected(expected: float) -> None:
    quiet = array("h", [round(1000 * math.sin(n / 3)) for n in range(40_000)])
    loud = array("h", [-32768, 32767] * 20_000)
    data = (quiet + loud).tobytes()
    meter = PeakMeter(expected)
    for start in range(0, len(data), 7777):
        meter.take(data[start : start + 7777])
    waveform = meter.finish()
    assert waveform.duration == 10.0
    assert 0 < len(waveform.peaks) <= PEAKS
    assert waveform.peaks[-1] == 1.0
    if expected < 100:
        assert waveform.peaks[0] < 0.04
        middle = len(waveform.peaks) // 2
        assert max(waveform.peaks[: middle - 1]) < 0.04
        assert min(waveform.peaks[middle + 1 :]) == 1.0


def test_nothing_came() -> None:
    assert PeakMeter(3).finish().peaks == ()

"""What an encoder has lost is measured frame by frame, whatever the source is like."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from processing.ffmpeg import vmaf
from processing.ffmpeg.ladder import STANDARD, Rung, plan
from processing.ffmpeg.probe import examine
from processing.ffmpeg.transcode import transcode
from tests.media import media
from tests.processing.ffmpeg.conftest import probed


def measured(name: str, folder: Path, *, crf: int = 23) -> vmaf.Vmaf:
    probe = probed(name)
    assert probe.video is not None
    rungs = [replace(rung, crf=crf) for rung in plan(probe.video)]
    made = transcode(media(name), probe, rungs, folder, sound=False)
    (found,) = vmaf.measure(media(name), probe, [(one.rung, one.path) for one in made.rungs], folder)
    return found


@pytest.mark.parametrize(
    "name", ["plain.mp4", "plain.ts", "interlaced.ts", "variable_rate.mp4", "hdr_pq.mp4", "anamorphic.mp4"]
)
def test_the_frames_of_source_and_rendition_meet(name: str, tmp_path: Path) -> None:
    found = measured(name, tmp_path)
    # One frame off, and these moving pictures would score below 60.
    assert 85 < found.min <= found.harmonic_mean <= found.mean <= 100
    assert found.frames >= 4
    assert found.model == "vmaf_v0.6.1"
    assert {path.suffix for path in tmp_path.iterdir()} == {".mp4"}


@pytest.mark.parametrize("rate", ["1", "1/10"])
def test_slides_that_stand_for_seconds_meet_too(rate: str, tmp_path: Path) -> None:
    film = tmp_path / "slides.mp4"
    source = f"-f lavfi -i testsrc2=s=320x240:r={rate}:d=60 -c:v libx264 -pix_fmt yuv420p -g 5"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *source.split(), film], check=True, timeout=60)
    probe = examine(film, mime_type="video/mp4")
    assert probe.video is not None
    folder = tmp_path / "made"
    folder.mkdir()
    made = transcode(film, probe, plan(probe.video), folder, sound=False)
    (found,) = vmaf.measure(film, probe, [(one.rung, one.path) for one in made.rungs], folder)
    assert found.min > 85


@pytest.mark.parametrize("name", ["grainy_720.mp4", "moving_rgb.mkv"])
def test_what_the_rung_alone_names_its_colours_does_not_count(name: str, tmp_path: Path) -> None:
    probe = probed(name)
    assert probe.video is not None
    rungs = plan(probe.video)[-1:]
    made = transcode(media(name), probe, rungs, tmp_path, sound=False)
    (found,) = vmaf.measure(media(name), probe, [(one.rung, one.path) for one in made.rungs], tmp_path)
    assert found.min > 85


def test_a_coarser_encoding_scores_lower(tmp_path: Path) -> None:
    assert measured("plain.mp4", tmp_path, crf=40).mean < 85


def test_windows_lie_in_the_middles_of_equal_pieces_and_begin_between_frames() -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    assert vmaf.windows(probe, probe.video) == [0.98]
    hour = replace(probe.video, duration=3600.0)
    begins = vmaf.windows(probe, hour)
    assert len(begins) == 8
    assert begins[0] == pytest.approx(225 - 0.5, abs=0.05)
    assert all(begin * 25 % 1 == pytest.approx(0.5) for begin in begins)


def test_a_window_does_not_begin_before_the_first_picture() -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    late = replace(probe.video, duration=3.0, start_time=2.0)
    assert vmaf.windows(probe, late) == [1.98]


def test_scores_are_pooled_as_libvmaf_does_it() -> None:
    assert vmaf.pooled([90.0, 100.0]) == vmaf.Vmaf(95.0, 90.0, 94.74, 2, "vmaf_v0.6.1")
    assert vmaf.pooled([0.0]).harmonic_mean == 0
    with pytest.raises(ValueError, match="No frame"):
        vmaf.pooled([])


def test_large_pictures_have_a_model_of_their_own() -> None:
    (rung, *_) = plan_of_plain()
    assert vmaf.model_for(rung) == "vmaf_v0.6.1"
    assert vmaf.model_for(replace(rung, width=3840, height=2160)) == "vmaf_4k_v0.6.1"


def plan_of_plain() -> tuple[Rung, ...]:
    video = probed("plain.mp4").video
    assert video is not None
    return plan(video, STANDARD)


def test_a_sound_has_no_vmaf(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        vmaf.measure(media("tone.mp3"), probed("tone.mp3"), [], tmp_path)

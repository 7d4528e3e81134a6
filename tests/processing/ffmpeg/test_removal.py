"""Nothing of a removed part is in what is left, neither seen nor heard, and what is left is as long as it should be."""

import subprocess
from collections.abc import Sequence
from math import inf
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from processing.ffmpeg import audio, removal
from processing.ffmpeg.ladder import STANDARD, plan
from processing.ffmpeg.removal import Part
from processing.ffmpeg.transcode import transcode
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

FILM = "toned_colours.mp4"
LOW, HIGH = 440, 2000


def colours(path: Path) -> str:
    """The colour of every picture: r, g, or b."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-vf", "scale=1:1,format=rgb24", "-f", "rawvideo", "-"],
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    return "".join("rgb"[int(np.argmax(point))] for point in np.frombuffer(raw, np.uint8).reshape(-1, 3))


def samples(path: Path) -> NDArray[np.float32]:
    """What is heard, 48,000 numbers in a second."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-ar", "48000", "-f", "f32le", "-"],
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    return np.frombuffer(raw, np.float32)


def loudness(heard: NDArray[np.float32], pitch: int) -> float:
    """How much of a pitch is heard in the loudest tenth of a second."""
    pieces = heard[: len(heard) // 4800 * 4800].reshape(-1, 4800)
    return float(np.abs(np.fft.rfft(pieces, axis=1))[:, pitch // 10].max() / 2400)


@pytest.mark.parametrize(
    ("parts", "left"),
    [
        ([Part(2, 4)], "g" * 50 + "b" * 50),
        ([Part(0, 2)], "r" * 50 + "b" * 50),
        ([Part(4, 6)], "g" * 50 + "r" * 50),
        ([Part(0.48, 2), Part(4, 5.52)], "g" * 12 + "r" * 50 + "b" * 12),
        ([Part(3, 4), Part(2, 3.2)], "g" * 50 + "b" * 50),
    ],
)
def test_pictures_of_a_removed_part_are_gone(parts: Sequence[Part], left: str, tmp_path: Path) -> None:
    probe = probed(FILM)
    assert probe.video is not None
    removed = removal.merged(parts, within=probe.duration)
    made = transcode(media(FILM), probe, plan(probe.video, STANDARD), tmp_path, removed=removed)
    assert {colours(rung.path) for rung in made.rungs} == {left}
    seconds = len(left) / 25
    assert removal.remaining(probe.duration, removed) == pytest.approx(seconds, abs=0.05)
    assert made.audio[0].duration == pytest.approx(seconds, abs=0.05)


def test_sound_of_a_removed_part_is_gone_to_the_sample(tmp_path: Path) -> None:
    probe = probed(FILM)
    removed = removal.merged([Part(2, 4)], within=probe.duration)
    made = audio.render(media(FILM), probe, tmp_path / "sound.m4a", removed=removed)
    heard, whole = samples(made.path), samples(media(FILM))
    assert loudness(whole, HIGH) > 0.05
    # The source's own encoder has spread the border by some milliseconds.
    assert loudness(heard, HIGH) < 0.02 * loudness(whole, HIGH)
    assert loudness(heard, LOW) == pytest.approx(loudness(whole, LOW), rel=0.1)
    assert len(heard) / 48_000 == pytest.approx(4.0, abs=0.05)
    assert made.waveform.duration == pytest.approx(4.0, abs=0.03)


def test_parts_are_put_in_order_and_together() -> None:
    parts = [Part(5, 9), Part(1, 2), Part(1.5, 3), Part(8, 20), Part(-3, 0.5), Part(4, 4)]
    assert removal.merged(parts, within=12.0) == (Part(0.0, 0.5), Part(1, 3), Part(5, inf))
    assert removal.merged([Part(1, 11.9)], within=12.0) == (Part(1, inf),)
    assert removal.remaining(12.0, removal.merged(parts, within=12.0)) == pytest.approx(2.5)


@pytest.mark.parametrize(("second", "at"), [(0.5, 0.5), (1.0, 1.0), (1.7, 1.0), (3.0, 1.0), (4.0, 2.0)])
def test_what_comes_later_moves(second: float, at: float) -> None:
    assert removal.shifted(second, [Part(1, 3)]) == at


def test_without_parts_nothing_is_done_to_the_sound() -> None:
    assert removal.sound([]) == []

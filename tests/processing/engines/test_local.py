"""The engine of this machine makes what an order asks for."""

from pathlib import Path
from typing import Any

import pytest

from processing import engines
from processing.ffmpeg import copying, loudness
from processing.ffmpeg.growing import GrowingFile
from processing.ffmpeg.ladder import Ladder, Level, plan
from processing.ffmpeg.outcome import look
from processing.ffmpeg.probe import examine
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

LOWEST = Ladder((Level("144p", 256, 144, 225_000, 300_000, speed="ultrafast"),))


def test_the_setting_names_an_engine() -> None:
    assert engines.chosen() is engines.ENGINES["local"]


def test_an_order_with_sound_at_a_loudness(tmp_path: Path) -> None:
    probe = probed("two_loudnesses.mkv")
    assert probe.video is not None
    order = engines.Order(
        media("two_loudnesses.mkv"), probe, plan(probe.video, LOWEST), tmp_path, loudness=-16.0
    )
    told: list[float] = []
    made = engines.chosen().encode(order, on_progress=told.append, stop=lambda: False)
    assert [rung.rung.quality for rung in made.rungs] == ["144p"]
    assert len(made.audio) == 2
    assert told == sorted(told)


def test_an_order_of_pictures_alone(tmp_path: Path) -> None:
    probe = probed("two_loudnesses.mkv")
    assert probe.video is not None
    order = engines.Order(
        media("two_loudnesses.mkv"), probe, plan(probe.video, LOWEST), tmp_path, sound=False, loudness=-16.0
    )
    made = engines.chosen().encode(order, on_progress=lambda _fraction: None, stop=lambda: False)
    assert made.audio == ()


def test_pictures_that_are_a_rung_already_are_taken_as_they_are(tmp_path: Path) -> None:
    """The copy stands beside what is encoded, with the same number of pictures, and takes the place of its rung."""
    probe = probed("copy_fits.mp4")
    assert probe.video is not None
    ladder = Ladder((Level("180p", 320, 180, 900_000, 900_000, speed="ultrafast"), *LOWEST.levels))
    order = engines.Order(media("copy_fits.mp4"), probe, plan(probe.video, ladder), tmp_path)
    made = engines.chosen().encode(order, on_progress=lambda _fraction: None, stop=lambda: False)
    assert [(rung.rung.quality, rung.frames) for rung in made.rungs] == [("180p", 225), ("144p", 225)]
    # x264's fastest speed would have made it a Baseline.
    assert [look(rung.path).codecs.startswith("avc1.6400") for rung in made.rungs] == [True, False]
    assert len(made.audio) == 1 and made.copied == ("180p",)


def test_a_copy_alone_gets_its_sound_encoded(tmp_path: Path) -> None:
    probe = probed("copy_fits.mp4")
    assert probe.video is not None
    ladder = Ladder((Level("180p", 320, 180, 900_000, 900_000, speed="ultrafast"),))
    order = engines.Order(media("copy_fits.mp4"), probe, plan(probe.video, ladder), tmp_path)
    made = engines.chosen().encode(order, on_progress=lambda _fraction: None, stop=lambda: False)
    assert (len(made.rungs), len(made.audio)) == (1, 1)
    assert look(made.rungs[0].path).codecs.startswith("avc1.6400")


def test_a_copy_is_watched_while_its_sound_is_encoded(tmp_path: Path) -> None:
    probe = probed("copy_fits.mp4")
    assert probe.video is not None
    ladder = Ladder((Level("180p", 320, 180, 900_000, 900_000, speed="ultrafast"),))
    growing = tmp_path / "growing"
    growing.mkdir()
    order = engines.Order(media("copy_fits.mp4"), probe, plan(probe.video, ladder), tmp_path, grows=growing)
    made = engines.chosen().encode(order, on_progress=lambda _fraction: None, stop=lambda: False)
    assert made.copied == ("180p",) and len(made.audio) == 1
    assert {path.name for path in growing.iterdir()} == {"video.mp4", "audio_0.mp4"}
    assert sum(one.seconds for one in GrowingFile(growing / "video.mp4").fresh()) == pytest.approx(
        9, abs=0.05
    )


def test_nobody_waits_until_the_sound_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is watched grows as it is; what is kept has the loudness that is asked for."""
    probe = probed("two_loudnesses.mkv")
    assert probe.video is not None
    growing = tmp_path / "growing"
    growing.mkdir()
    there: list[set[str]] = []

    def heard(*given: Any, **more: Any) -> dict[int, loudness.Correction]:
        there.append({path.name for path in growing.iterdir()})
        return corrections(*given, **more)

    corrections = loudness.corrections
    monkeypatch.setattr(loudness, "corrections", heard)
    order = engines.Order(
        media("two_loudnesses.mkv"),
        probe,
        plan(probe.video, LOWEST),
        tmp_path,
        loudness=-16.0,
        grows=growing,
    )
    told: list[float] = []
    made = engines.chosen().encode(order, on_progress=told.append, stop=lambda: False)
    assert there == [{"video.mp4", "audio_0.mp4", "audio_1.mp4"}]
    assert told == sorted(told) and told[-1] < 1
    for track in made.audio:
        found = loudness.measure(
            track.path, kept := examine(track.path, mime_type="audio/mp4"), kept.audio[0]
        )
        assert found.integrated == pytest.approx(-16, abs=1)


def test_a_copy_that_differs_from_what_a_decoder_finds_is_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "plays", lambda _copy, *, stop: False)
    probe = probed("copy_fits.mp4")
    assert probe.video is not None
    ladder = Ladder((Level("180p", 320, 180, 900_000, 900_000, speed="ultrafast"),))
    order = engines.Order(media("copy_fits.mp4"), probe, plan(probe.video, ladder), tmp_path, sound=False)
    made = engines.chosen().encode(order, on_progress=lambda _fraction: None, stop=lambda: False)
    assert [look(rung.path).codecs.startswith("avc1.42") for rung in made.rungs] == [True]

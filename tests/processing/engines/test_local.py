"""The engine of this machine makes what an order asks for."""

from pathlib import Path

from processing import engines
from processing.ffmpeg.ladder import Ladder, Level, plan
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

"""Shots out of cuts."""

from pathlib import Path

from analysis.engines.base import Request, Type
from analysis.engines.local.parts import Note
from analysis.engines.local.shots import Shots

REQUEST = Request(
    frozenset({Type.SHOTS}), Path("/film.mp4"), Path("/scratch"), "video", "video/mp4", 1, duration=10.0
)


def shots_of(*times: float) -> list[tuple[float, float]]:
    """The shots of a film of ten seconds with cuts at these times."""
    notes = {"lavfi.scd.time": [Note(time, time) for time in times]}
    found = Shots().watcher(REQUEST, stop=lambda: False).result(notes)
    assert found.summary == {"shots": len(found.findings)}
    return [(one.start, one.end) for one in found.findings]


def test_cuts_part_shots() -> None:
    assert shots_of(3.0, 7.5) == [(0.0, 3.0), (3.0, 7.5), (7.5, 10.0)]


def test_a_film_without_cuts_is_one_shot() -> None:
    assert shots_of() == [(0.0, 10.0)]


def test_a_flash_is_no_shot() -> None:
    assert shots_of(0.1, 4.0, 4.1, 9.9) == [(0.0, 4.0), (4.0, 10.0)]

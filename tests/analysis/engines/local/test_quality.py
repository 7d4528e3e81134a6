"""Faults of picture and sound, found in real files."""

from pathlib import Path

import pytest

from analysis.engines import Quality, Result, Type
from analysis.engines.local import LocalEngine
from tests.analysis.engines.contract import request_for


def faults_of(name: str, folder: Path) -> tuple[dict[str, list[tuple[float, float]]], Result]:
    """The faults by their names, in tenths of seconds, and the whole result."""
    request = request_for(name, folder, Type.QUALITY)
    engine = LocalEngine()
    handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
    result = engine.results(handle, request).results[Type.QUALITY]
    found: dict[str, list[tuple[float, float]]] = {}
    for one in result.findings:
        assert isinstance(one, Quality)
        found.setdefault(one.fault, []).append((round(one.start, 1), round(one.end, 1)))
    return found, result


def test_black_is_found_and_not_told_again_as_standing(tmp_path: Path) -> None:
    found, result = faults_of("black_start.mp4", tmp_path)
    assert found == {"black": [(0.0, 3.0)]}
    assert result.summary == {"seconds": {"black": pytest.approx(3.0, abs=0.1)}, "loudness": None}


def test_pictures_that_stand_and_silence_last_to_the_end(tmp_path: Path) -> None:
    found, _result = faults_of("standing.mp4", tmp_path)
    assert found == {"freeze": [(2.0, 6.0)], "silence": [(3.0, 6.0)]}


def test_sound_at_full_scale_is_clipped(tmp_path: Path) -> None:
    found, result = faults_of("clipped.flac", tmp_path)
    assert found == {"clipping": [(2.0, 4.0)]}
    assert result.summary["loudness"]["peak"] == pytest.approx(0.0, abs=0.1)


def test_loud_sound_below_full_scale_is_not_clipped(tmp_path: Path) -> None:
    found, result = faults_of("loud.flac", tmp_path)
    assert found == {}
    assert -20 < result.summary["loudness"]["integrated"] < -5


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    found, result = faults_of("silence.flac", tmp_path)
    assert found == {"silence": [(0.0, 2.0)]}
    assert result.summary["loudness"]["integrated"] is None

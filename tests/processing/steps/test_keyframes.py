"""Capturing key frames: trouble of the machine is tried again, and told at the last try."""

from pathlib import Path
from typing import Any

import pytest

from mediaportal.core.sandbox import ProgramStopped, ProgramTimedOut
from processing.ffmpeg import stills
from processing.models import Job, Step
from processing.services.context import StepContext
from processing.steps import keyframes
from tests.analysis.conftest import film_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def context(tmp_path: Path) -> StepContext:
    """A run of the step, at its first try."""
    film = film_of("hard_cuts.mp4")
    job = Job.objects.create(
        asset=film, job_type="preview", parameters={"keyframes": {"count": 2, "width": 160}}
    )
    step = Step(job=job, name="keyframes", position=0, queue="ingest", attempt=1)
    (tmp_path / "scratch").mkdir()
    return StepContext(
        job=job,
        step=step,
        asset=film,
        source=tmp_path / "film.mp4",
        scratch=tmp_path / "scratch",
        report=lambda _done: None,
        stop=lambda: False,
    )


def raising(error: Exception) -> Any:
    def fail(*_args: Any, **_facts: Any) -> None:
        raise error

    return fail


def test_trouble_of_the_machine_is_tried_again_and_told_at_last(
    context: StepContext, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.STEP_ATTEMPTS = 2
    monkeypatch.setattr(stills, "key_frame_times", raising(OSError("the disk is gone")))
    with pytest.raises(OSError, match="the disk is gone"):
        keyframes.run(context)
    context.step.attempt = 2
    assert keyframes.run(context)["error"]["code"] == "worker_trouble"


def test_a_film_that_is_too_much_is_told_at_once(
    context: StepContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "key_frame_times", raising(ProgramTimedOut("ffprobe", 1.0)))
    assert keyframes.run(context) == {
        "captures": 0,
        "error": {
            "code": "processing_failed",
            "detail": "A program that works on the file failed.",
        },
    }


def test_whoever_stops_it_is_obeyed(context: StepContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stills, "key_frame_times", raising(ProgramStopped("ffprobe")))
    with pytest.raises(ProgramStopped):
        keyframes.run(context)

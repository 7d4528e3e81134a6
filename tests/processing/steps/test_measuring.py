"""Samples decide about the upper rungs of a title, and never stop its job."""

from pathlib import Path

import pytest

from mediaportal.core.sandbox import ProgramStopped
from processing.exceptions import EncodingFailed
from processing.ffmpeg import complexity
from processing.ffmpeg.complexity import Choice
from processing.ffmpeg.ladder import STANDARD
from processing.models import Job, Status
from processing.services import presets
from processing.services.context import StepContext
from processing.steps import measuring
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

pytestmark = pytest.mark.django_db
EASY = Choice(offset=4, cap=0.6, scores=((0, 97.0), (6, 95.0)), rate=400_000, frames=16)


@pytest.fixture
def context(video_job: Job, tmp_path: Path) -> StepContext:
    video_job.asset.metadata = {"probe": probed("full_1080.mp4").as_data()}
    return StepContext(
        job=video_job,
        step=video_job.steps.get(name="measuring"),
        asset=video_job.asset,
        source=media("full_1080.mp4"),
        scratch=tmp_path,
        report=lambda _fraction: None,
        stop=lambda: False,
    )


def test_the_choice_moves_every_rung_but_the_first_play(
    context: StepContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complexity, "measure", lambda *_given, **_more: EASY)
    results = measuring.run(context)
    probe = probed("full_1080.mp4")
    planned = presets.rungs_as_planned(context.job, probe)
    assert presets.rungs_for(context.job, probe) == planned
    context.job.steps.filter(name="measuring").update(status=Status.COMPLETED, results=results)
    wanted = presets.rungs_for(context.job, probe)
    assert [rung.crf for rung in wanted] == [27, 27, 27, 23]
    assert [rung.max_rate for rung in wanted[:-1]] == [round(r.max_rate * 0.6) for r in planned[:-1]]
    assert wanted[-1] == planned[-1]


@pytest.mark.parametrize("error", [EncodingFailed("no"), ValueError("no"), RuntimeError("no ffmpeg")])
def test_what_cannot_be_measured_is_made_as_the_preset_says(
    context: StepContext, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_given: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(complexity, "measure", broken)
    assert measuring.run(context) == {}


def test_a_stop_is_no_failure_to_measure(context: StepContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_given: object, **_more: object) -> None:
        raise ProgramStopped("stopped")

    monkeypatch.setattr(complexity, "measure", stopped)
    with pytest.raises(ProgramStopped):
        measuring.run(context)


def test_a_preset_may_ask_for_the_same_with_every_title(
    context: StepContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    context.job.parameters["recipe"] = {**STANDARD.as_data(), "per_title": False}
    monkeypatch.delattr(complexity, "measure")
    assert measuring.run(context) == {}


def test_one_rung_is_made_at_once_and_not_measured(
    context: StepContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    context.asset.metadata = {"probe": probed("plain.mp4").as_data()}
    monkeypatch.delattr(complexity, "measure")
    assert measuring.run(context) == {}

"""Cancelling what really runs: ffmpeg and all its processes end, its scratch goes, and a retry goes on from there."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from processing.models import Status, Step
from tests.factories import UserFactory
from tests.functional.test_work import Caller
from tests.media import media
from tests.processes import processes_with

pytestmark = [pytest.mark.xdist_group("workers"), pytest.mark.timeout(400)]
TIMES = int(os.environ.get("CANCEL_TIMES", "1"))
# What is promised, in seconds from the moment when it was asked for. Where a test shares the machine with others one
# try may be late; what is late by its nature is late in each of them.
ENDED, GONE = 2.0, 2.5
MOST_TRIES = 6
# Much is looked at before a film is made, and nothing is promised of how soon that is where all else is busy.
START_SECONDS = 180


def _programs(job_id: str) -> dict[int, str]:
    """The processes that work in a scratch folder of this job."""
    return processes_with("ffmpeg", f"{settings.SCRATCH_ROOT}/{job_id}-transcoding")


def _scratch(job_id: str) -> list[Path]:
    return list(Path(settings.SCRATCH_ROOT).glob(f"{job_id}-*"))


def _until(met: Callable[[], object], seconds: float) -> None:
    """Wait until it is so."""
    begun = time.monotonic()
    while not met():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)


def _in_time(took: list[tuple[float, float]]) -> bool:
    """Whether one of the tries was as quick as promised."""
    return any(ended < ENDED and gone < GONE for ended, gone in took)


def test_a_cancelled_job_leaves_no_program_and_no_scratch_and_goes_on_from_there(
    web: str, workers: None
) -> None:
    caller = Caller(web, UserFactory(role="contributor"))
    code, accepted = caller.upload("full.mp4", media("full_1080.mp4").read_bytes())
    assert code == 202
    job_id = accepted["job_id"]
    took: list[tuple[float, float]] = []
    while len(took) < TIMES or (not _in_time(took) and len(took) < MOST_TRIES):
        _until(lambda: _programs(job_id), START_SECONDS)
        asked = time.monotonic()
        assert caller.ask("POST", f"/api/v1/media/job/{job_id}/cancel")[0] == 202
        _until(lambda: not _programs(job_id), 10)
        ended = time.monotonic() - asked
        _until(lambda: not _scratch(job_id), 10)
        gone = time.monotonic() - asked
        sys.stdout.write(f"cancelled: no program after {ended:.2f} s, no scratch after {gone:.2f} s\n")
        took.append((ended, gone))
        done = set(
            Step.objects.filter(job=job_id, status=Status.COMPLETED).values_list("name", "completed_at")
        )
        assert caller.ask("POST", f"/api/v1/media/job/{job_id}/retry")[0] == 202
    assert _in_time(took), took
    assert caller.wait_for_end(job_id)["status"] == "completed"
    assert done <= set(Step.objects.filter(job=job_id).values_list("name", "completed_at"))
    assert "probe" in {name for name, _at in done}

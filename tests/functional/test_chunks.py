"""A long video on two real workers: one of them is killed in the middle of a chunk, and only that chunk is lost."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assets.models import Variant, VariantType
from processing.ffmpeg.ladder import Ladder, Level
from processing.models import OPEN, Job, Preset, Status
from processing.services import leases, planning, progress, sweeping
from script.lib.processes import EVERY_QUEUE, end, worker_command
from tests.factories import AssetFactory
from tests.functional.conftest import ROOT, free_port, portal_environment
from tests.media import media

pytestmark = pytest.mark.xdist_group("workers")
LONGEST = 150.0
# Slow enough to be met in the middle of it.
SLOW = Ladder(
    (Level("144p", 256, 144, 225_000, 300_000), Level("96p", 172, 96, 100_000, 150_000)), speed="veryslow"
)
CUT = {"CHUNKED_ENCODING": "on", "CHUNK_FROM_SECONDS": "8", "CHUNK_SECONDS": "4", "STEP_LEASE_SECONDS": "5"}


@pytest.fixture
def two_workers(transactional_db: None) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two workers with processes, slots and names of their own, each a leader of its process group."""
    running = [
        subprocess.Popen(
            worker_command(f"test{free_port()}", EVERY_QUEUE, threads=2),
            cwd=ROOT,
            env=portal_environment() | CUT,
            start_new_session=True,
        )
        for _ in range(2)
    ]
    try:
        yield running
    finally:
        end(*running)


def wait_for(what: Callable[[], Any]) -> Any:
    """Ask until there is an answer; the sweep runs as beat would let it run."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        if (found := what()) is not None:
            return found
        leases.sweep()
        time.sleep(0.1)
    raise AssertionError("it did not come to pass")


def test_a_lost_worker_costs_one_chunk(two_workers: list[subprocess.Popen[bytes]], settings: Any) -> None:
    Preset.objects.create(slug="slow", title="Slow", recipe=SLOW.as_data())
    asset = AssetFactory(content=media("long_25.mp4").read_bytes())
    job = planning.create(asset=asset, job_id=asset.job_id, parameters={"preset": "slow"})
    chunks = job.steps.filter(name__startswith="transcoding_")
    pids = {process.pid for process in two_workers}

    def in_the_middle() -> tuple[str, int] | None:
        for step in chunks.filter(status=Status.PROCESSING):
            pid = int(step.worker.split(":")[1])
            if pid in pids and progress.read(job.pk).get(step.name, 0.0) > 0:
                return step.name, pid
        return None

    name, pid = wait_for(in_the_middle)
    os.kill(pid, signal.SIGKILL)

    def ended() -> Job | None:
        return Job.objects.filter(pk=job.pk).exclude(status__in=OPEN).first()

    done = wait_for(ended)
    assert done.status == Status.COMPLETED, done.error_detail
    attempts = dict(chunks.values_list("name", "attempt"))
    assert attempts == {f"transcoding_00{n}": 1 for n in (1, 2, 3)} | {name: 2}
    assert job.steps.get(name="transcoding").results["joined"] is True
    made = Variant.objects.filter(asset=asset, variant_type=VariantType.RENDITION)
    assert {(one.quality, one.detail["frames"]) for one in made} == {("144p", 310), ("96p", 310)}
    wait_for(lambda: None if Job.objects.filter(status__in=OPEN).exists() else True)
    # What the lost worker left is taken away once its lease could not live any more.
    settings.STEP_LEASE_SECONDS = 0
    sweeping.sweep_scratch()
    assert not list(Path(settings.SCRATCH_ROOT).iterdir())

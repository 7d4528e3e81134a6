"""Jobs in the states that the tests of the work need, and encodings that are made once."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from django.utils import timezone

from assets.models import Asset
from processing.ffmpeg.ladder import STANDARD, Ladder, plan
from processing.ffmpeg.transcode import Encoded, transcode
from processing.models import Job, Status
from processing.services import leases, planning
from tests.factories import AssetFactory, UserFactory
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

Encode = Callable[..., Encoded]
Finish = Callable[[Job, str], None]
Told = dict[str, list[float]]

# The tests that need the whole ladder run in one process: it is encoded once for all of them.
full_ladder = pytest.mark.xdist_group("full ladder")


@pytest.fixture(scope="session")
def told() -> Told:
    """The progress that was told while a medium was encoded, by its name."""
    return {}


@pytest.fixture(scope="session")
def encode(tmp_path_factory: pytest.TempPathFactory, told: Told) -> Encode:
    """Encode a medium by a ladder, once in a session."""

    @cache
    def make(name: str, ladder: Ladder = STANDARD) -> Encoded:
        probe = probed(name)
        assert probe.video is not None
        folder: Path = tmp_path_factory.mktemp("encoded")
        rungs = plan(probe.video, ladder)
        heard = told[name] = []
        return transcode(media(name), probe, rungs, folder, on_progress=heard.append)

    return make


@pytest.fixture
def video_job(db: None) -> Job:
    """A fresh job of a video that has just been stored."""
    asset = AssetFactory(uploaded_by=UserFactory(role="contributor"))
    return planning.create(asset=asset, job_id=asset.job_id, parameters={})


@pytest.fixture
def image_job(db: None) -> Job:
    """A fresh job of a picture."""
    asset = AssetFactory(image=True)
    return planning.create(asset=asset, job_id=asset.job_id, parameters={})


@pytest.fixture
def finish() -> Finish:
    """Claims the next step of a queue, which must have the given name, and completes it without running it."""

    def do(job: Job, name: str) -> None:
        queue = job.steps.get(name=name).queue
        step = leases.claim(queue=queue, worker="tests")
        assert step is not None and step.name == name
        leases.complete(step=step, results={})

    return do


def cut_job(asset: Asset, *, pieces: int = 6) -> Job:
    """A job of a video that is cut into pieces, in the middle of its work: two pieces are done, two run."""
    job = planning.create(asset=asset, job_id=asset.job_id, parameters={})
    names = [f"transcoding_{number:03}" for number in range(1, pieces + 1)]
    job.steps.filter(name="transcoding").update(depends_on=names, position=50)
    for number, name in enumerate(names):
        job.steps.create(
            name=name, position=10 + number, queue="transcode", depends_on=["measuring"], weight=10
        )
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(status=Status.PROCESSING, started_at=now - timedelta(seconds=60))

    def step(name: str, status: Status, ready: int, begun: int, ended: int | None = None) -> None:
        job.steps.filter(name=name).update(
            status=status,
            progress=100 if ended is not None else 40,
            attempt=1,
            worker="edge-worker-07.example:4711:140222",
            ready_at=now - timedelta(seconds=ready),
            started_at=now - timedelta(seconds=begun),
            completed_at=None if ended is None else now - timedelta(seconds=ended),
            lease_until=now + timedelta(seconds=600) if ended is None else None,
            cpu_seconds=None if ended is None else 12.5,
        )

    step("scan", Status.COMPLETED, 60, 59, 57)
    step("probe", Status.COMPLETED, 57, 57, 55)
    step("thumbnails", Status.COMPLETED, 55, 54, 48)
    step("first_play", Status.COMPLETED, 55, 55, 40)
    step("measuring", Status.COMPLETED, 55, 55, 55)
    for number, name in enumerate(names[:4]):
        done = number < pieces // 3
        step(
            name, Status.COMPLETED if done else Status.PROCESSING, 55, 40 - 10 * number, 20 if done else None
        )
    job.steps.filter(name__in=names[4:]).update(ready_at=now - timedelta(seconds=55))
    return Job.objects.get(pk=job.pk)

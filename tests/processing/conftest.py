"""Jobs in the states that the tests of the work need, and encodings that are made once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from processing.ffmpeg.ladder import STANDARD, Ladder, plan
from processing.ffmpeg.transcode import Encoded, transcode
from processing.models import Job
from processing.services import jobs, leases
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
    return jobs.create(asset=asset, job_id=asset.job_id, parameters={})


@pytest.fixture
def image_job(db: None) -> Job:
    """A fresh job of a picture."""
    asset = AssetFactory(image=True)
    return jobs.create(asset=asset, job_id=asset.job_id, parameters={})


@pytest.fixture
def finish() -> Finish:
    """Claims the next step of a queue, which must have the given name, and completes it without running it."""

    def do(job: Job, name: str) -> None:
        queue = job.steps.get(name=name).queue
        step = leases.claim(queue=queue, worker="tests")
        assert step is not None and step.name == name
        leases.complete(step=step, results={})

    return do

"""Jobs in the states that the tests of the work need."""

from collections.abc import Callable

import pytest

from processing.models import Job
from processing.services import jobs, leases
from tests.factories import AssetFactory, UserFactory

Finish = Callable[[Job, str], None]


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

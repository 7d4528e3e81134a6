"""What a step writes down of its share, only while it is its own."""

import pytest

from analysis.engines import Failure, Found, Type
from analysis.models import Analysis
from analysis.services import orders, outcome
from assets.models import Asset
from processing.exceptions import LeaseLost
from processing.models import Queue, Step
from processing.services import leases
from tests.analysis.conftest import FakeEngine

pytestmark = pytest.mark.django_db
FAILED = Found({}, {Type.SHOTS: Failure("corrupt_media", "It cannot be read.")})


@pytest.fixture
def step(fake: FakeEngine, film: Asset) -> Step:
    """The step of an order, claimed."""
    orders.place(user=film.uploaded_by, asset=film, wish=orders.wish_of(types=["shots"]))
    found = leases.claim(queue=Queue.ANALYSIS, worker="tests:1")
    assert found is not None
    return found


def test_what_failed_as_a_whole_is_written_down_at_once(step: Step) -> None:
    share = outcome.begin(job=step.job, step=step)
    assert share is not None
    assert outcome.fail_at_once(step=step, share=share, found=FAILED) == FAILED.failures[Type.SHOTS]
    assert Analysis.objects.get().error_code == "corrupt_media"


def test_a_run_whose_step_another_one_has_writes_nothing(
    step: Step,
) -> None:
    share = outcome.begin(job=step.job, step=step)
    assert share is not None
    Step.objects.filter(pk=step.pk).update(worker="tests:2", attempt=step.attempt + 1)
    with pytest.raises(LeaseLost):
        outcome.fail_at_once(step=step, share=share, found=FAILED)
    assert Analysis.objects.get().status == "processing"

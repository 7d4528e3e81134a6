"""An order that Amazon Web Services carry out, from the order to the moments: by workers that never wait."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from analysis.engines.aws import AwsEngine
from analysis.exceptions import EngineUnavailable
from analysis.models import Analysis, Errand, Moment
from analysis.services import accounts, errands, orders
from analysis.services.orders import Wish
from assets.models import Asset
from processing.models import Job, Step
from processing.services import jobs
from tests.analysis.engines.aws.conftest import Account, account, engine, sign, word
from tests.rekognition import label

__all__ = ["account", "engine"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(account: Account, engine: AwsEngine, settings: Any, only_engines: Callable[..., None]) -> Account:
    """A portal whose only engine is that of this account, by its settings."""
    settings.ANALYSIS_S3_BUCKET = account.options.bucket
    settings.ANALYSIS_AWS_REGION = account.options.region
    only_engines(AwsEngine(accounts.options))
    return account


def test_an_order_is_carried_out_elsewhere(portal: Account, film: Asset, work: Callable[[], int]) -> None:
    portal.rekognition.polls = 1
    portal.rekognition.found = {"LabelDetection": [label(1, "Car", "Vehicle"), label(1, "Vehicle")]}
    portal.heard = {
        "language_code": "ar-SA",
        "transcripts": [{"transcript": "المنارة."}],
        "items": [word("المنارة", 0.5, 1.0, "spk_0"), sign(".")],
    }
    wish = Wish(("transcription", "objects"), ("ar",), "aws")
    order = orders.place(user=film.uploaded_by, asset=film, wish=wish)
    assert orders.estimated_cost(order) == Decimal("0.022667")
    for _turn in range(6):
        work()
        Step.objects.filter(status="pending").update(ready_at=timezone.now())
    assert set(order.analyses.values_list("type", "status")) == {
        ("transcription", "completed"),
        ("objects", "completed"),
    }
    heard, seen = Analysis.objects.order_by("-type")
    assert (heard.language, heard.aws_job_id.startswith("mediaportal-")) == ("ar-SA", True)
    assert seen.aws_job_id in portal.rekognition.tokens.values()
    assert seen.cost == seen.reserved == Decimal("0.016667")
    assert Moment.objects.get(kind="speech").text == "المنارة."
    assert Moment.objects.get(kind="label", label="Car").parent == "Vehicle"
    assert portal.keys(), "nothing is removed before what was found is stored"
    Errand.objects.update(again_at=timezone.now())
    errands.sweep()
    assert portal.keys() == []


def test_what_is_cancelled_while_it_is_heard_leaves_nothing(
    portal: Account, film: Asset, work: Callable[[], int]
) -> None:
    portal.rekognition.polls = 99
    order = orders.place(user=film.uploaded_by, asset=film, wish=Wish(("transcription", "shots"), (), "aws"))
    work()
    jobs.cancel(job=Job.objects.get(analysis_order=order), user=film.uploaded_by)
    assert portal.keys()
    for _turn in range(9):
        Errand.objects.update(again_at=timezone.now())
        errands.sweep()
    assert not Errand.objects.exists()
    assert portal.keys() == []
    assert portal.transcribe.list_transcription_jobs()["TranscriptionJobSummaries"] == []


def test_an_engine_without_a_bucket_says_what_to_set(portal: Account, film: Asset, settings: Any) -> None:
    settings.ANALYSIS_S3_BUCKET = ""
    with pytest.raises(EngineUnavailable) as refused:
        orders.place(user=film.uploaded_by, asset=film, wish=Wish(("faces",), (), "aws"))
    assert "ANALYSIS_S3_BUCKET" in str(refused.value.detail)

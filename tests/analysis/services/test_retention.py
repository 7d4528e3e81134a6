"""Which analyses go when newer ones have come."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from analysis.models import Analysis, Moment, Order, TranscriptVersion
from analysis.services import retention
from assets.models import Asset
from processing.models import Job
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(settings: Any) -> Asset:
    settings.ANALYSIS_KEPT = 1
    return AssetFactory(published=True)


def analysed(asset: Asset, *, days: int, **fields: Any) -> Analysis:
    """A completed analysis of so many days ago with one moment."""
    order = Order.objects.create(asset=asset, types=["text"])
    row = Analysis.objects.create(
        order=order, asset=asset, type="text", engine="local", **{"status": "completed"} | fields
    )
    at = timezone.now() - timedelta(days=days)
    Analysis.objects.filter(pk=row.pk).update(created_at=at, completed_at=at)
    Moment.objects.create(asset=asset, analysis=row, kind="text", start=0.0, end=1.0, confidence=1.0)
    return row


def test_the_newest_few_stay_and_what_is_shown(asset: Asset) -> None:
    shown = analysed(asset, days=900, is_current=True)
    gone = [analysed(asset, days=days) for days in (500, 400)]
    kept = analysed(asset, days=300)
    other = analysed(AssetFactory(), days=800)
    assert retention.prune() == 2
    assert set(Analysis.objects.all()) == {shown, kept, other}
    assert Moment.objects.count() == 3
    assert not Order.objects.filter(pk__in=[row.order_id for row in gone]).exists()
    assert retention.prune() == 0


def test_what_people_have_chosen_or_corrected_and_what_is_open_stays(asset: Asset) -> None:
    chosen = analysed(asset, days=900, chosen=True)
    corrected = analysed(asset, days=800)
    TranscriptVersion.objects.create(analysis=corrected, number=1, created_at=timezone.now())
    is_open = analysed(asset, days=700, status="processing")
    newest = analysed(asset, days=600)
    assert retention.prune() == 0
    assert set(Analysis.objects.all()) == {chosen, corrected, is_open, newest}


def test_what_has_cost_money_this_month_is_still_counted(asset: Asset) -> None:
    paid, long_ago = analysed(asset, days=0, cost=1), analysed(asset, days=90, cost=1)
    newest = analysed(asset, days=0)
    Analysis.objects.filter(pk=newest.pk).update(created_at=timezone.now() + timedelta(seconds=1))
    assert retention.prune() == 1
    assert set(Analysis.objects.all()) == {paid, newest}
    assert not Analysis.objects.filter(pk=long_ago.pk).exists()


def test_that_of_which_key_frames_tell_stays(asset: Asset) -> None:
    labels = analysed(asset, days=900)
    job = Job.objects.create(asset=asset, job_type="preview", parameters={"keyframes": {"format": "png"}})
    Order.objects.filter(pk=labels.order_id).update(job=job)
    for days in (500, 400, 300):
        analysed(asset, days=days)
    retention.prune()
    assert Analysis.objects.filter(pk=labels.pk).exists()

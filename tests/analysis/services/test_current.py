"""Choosing which of several analyses is shown."""

import pytest

from analysis.exceptions import NotCompleted
from analysis.models import Analysis, Order
from analysis.services import current
from assets.models import Asset
from mediaportal.core.problems import NotPermitted
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def analysis_of(asset: Asset, **traits: object) -> Analysis:
    """An analysis of shots."""
    order = Order.objects.create(asset=asset, types=["shots"])
    return Analysis.objects.create(order=order, asset=asset, type="shots", engine="local", **traits)


def test_one_is_shown_and_the_other_is_not() -> None:
    asset = AssetFactory(published=True)
    old = analysis_of(asset, status="completed")
    new = analysis_of(asset, status="completed", is_current=True)
    current.show(user=asset.uploaded_by, analysis=old)
    assert dict(Analysis.objects.values_list("pk", "is_current")) == {old.pk: True, new.pk: False}
    assert Analysis.objects.get(chosen=True) == old


def test_only_what_is_completed_can_be_shown() -> None:
    asset = AssetFactory(published=True)
    with pytest.raises(NotCompleted):
        current.show(user=asset.uploaded_by, analysis=analysis_of(asset))


def test_only_who_may_change_the_asset_chooses() -> None:
    asset = AssetFactory(published=True)
    with pytest.raises(NotPermitted):
        current.show(user=UserFactory(), analysis=analysis_of(asset, status="completed"))

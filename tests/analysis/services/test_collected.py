"""What collections say of the analyses of what stands in them and below."""

from decimal import Decimal
from typing import Any

import pytest

from analysis.models import CollectionSetting
from analysis.services import collected
from assets.models import Asset, Collection
from tests.factories import AssetFactory, CollectionFactory

pytestmark = pytest.mark.django_db


def place(asset: Asset | None = None, *, parent: Collection | None = None, **setting: Any) -> Collection:
    """A collection with a setting, in which the asset stands."""
    found: Collection = CollectionFactory(parent=parent)
    if setting:
        CollectionSetting.objects.create(collection=found, **setting)
    if asset is not None:
        found.assets.add(asset)
    return found


def test_where_nothing_is_said() -> None:
    asset = AssetFactory()
    assert collected.said_of(asset) == collected.Said()
    around = place(asset)
    assert collected.said_of(asset) == collected.Said(around=(around.pk,))


def test_one_that_says_nothing_hides_nobodys_engine() -> None:
    asset = AssetFactory()
    place(asset)
    place(asset, types=["shots"])
    place(asset, engine="local")
    place(asset, engine="aws")
    assert collected.said_of(asset).engine == "local"


def test_the_nearest_counts_and_budgets_hold_for_all_below(django_assert_num_queries: Any) -> None:
    asset = AssetFactory()
    top = place(types=["shots"], languages=["ar"], engine="local", monthly_budget=Decimal(9))
    middle = place(parent=top, types=["text"], languages=["en"], only_here=True)
    low = place(asset, parent=middle, monthly_budget=Decimal(3))
    with django_assert_num_queries(2):
        said = collected.said_of(asset)
    assert (set(said.types), list(said.languages), said.engine) == ({"text"}, ["en"], "local")
    assert said.only_here
    assert dict(said.bounds) == {top.pk: 9, low.pk: 3}
    assert said.around == (low.pk, middle.pk, top.pk)


def test_those_in_which_a_type_is_wanted() -> None:
    top = place(types=["shots"])
    low = place(parent=place(parent=top))
    other = place(types=["text"])
    assert collected.wanting(["shots", "faces"]) == {top.pk, low.parent_id, low.pk}
    assert collected.wanting(["text"]) == {other.pk}

"""What the database itself does not let through."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from analysis.engines import Type as EngineType
from analysis.models import Analysis, EngineChoice, Moment, Order, Type
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return Order.objects.create(asset=AssetFactory(), types=["shots"])


def analysis_of(order: Order, **traits: Any) -> Analysis:
    return Analysis.objects.create(**{"order": order, "asset": order.asset, "type": "shots", **traits})


def test_engines_and_rows_speak_of_the_same_types() -> None:
    assert set(Type.values) == {str(name) for name in EngineType}
    assert EngineChoice.values[0] == "auto"


@pytest.mark.parametrize(
    "traits",
    [
        {"status": "failed"},
        {"is_current": True},
        {"status": "completed", "confidence": 1.2},
        {"cost": -1},
    ],
)
def test_an_analysis_that_cannot_be(order: Order, traits: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        analysis_of(order, **traits)


def test_a_type_stands_once_in_an_order(order: Order) -> None:
    analysis_of(order)
    with pytest.raises(IntegrityError), transaction.atomic():
        analysis_of(order)


def test_one_of_a_type_is_shown(order: Order) -> None:
    analysis_of(order, status="completed", is_current=True)
    other = Order.objects.create(asset=order.asset, types=["shots"])
    with pytest.raises(IntegrityError), transaction.atomic():
        analysis_of(other, status="completed", is_current=True)


def test_an_order_asks_for_something() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.create(asset=AssetFactory(), types=[])


@pytest.mark.parametrize(
    "traits",
    [{"start": 2.0, "end": 1.0}, {"start": -1.0}, {"confidence": 1.1}, {"box": [0.1, 0.2]}],
)
def test_a_moment_that_cannot_be(order: Order, traits: dict[str, Any]) -> None:
    found: dict[str, Any] = {
        "start": 1.0,
        "end": 2.0,
        "confidence": 0.5,
        "kind": "shot",
        "asset": order.asset,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Moment.objects.create(**{**found, "analysis": analysis_of(order), **traits})

"""What may be spent in a month: in the installation and in a collection, by those that are open too."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from analysis.engines import Ability, Type
from analysis.exceptions import BudgetExceeded
from analysis.models import Analysis, CollectionSetting, Order, Status
from analysis.services import budget, collected, orders
from assets.models import Asset
from tests.analysis.conftest import FakeEngine, film_of, sight
from tests.factories import CollectionFactory

EVERYWHERE = Ability(frozenset({"video", "audio", "image"}), "")
TEN = Decimal(10)


@pytest.fixture
def dear(only_engines: Callable[..., None]) -> FakeEngine:
    """An engine that takes 4 dollars for each type; another one looks for shots for nothing."""
    engine = FakeEngine(
        name="aws",
        remote=True,
        usd=Decimal(4),
        abilities=dict.fromkeys((Type.SHOTS, Type.FACES, Type.TEXT), EVERYWHERE),
    )
    only_engines(FakeEngine(abilities={Type.SHOTS: sight()}), engine)
    return engine


def ordered(film: Asset, *types: str, engine: str = "auto") -> Order:
    return orders.place(user=film.uploaded_by, asset=film, wish=orders.wish_of(types=types, engine=engine))


def left(film: Asset) -> Decimal | None:
    with transaction.atomic():
        return budget.purse_for(collected.said_of(film).bounds).left


def test_without_a_bound_everything_goes(dear: FakeEngine, film: Asset) -> None:
    ordered(film, "faces", "text", engine="aws")
    assert left(film) is None
    assert set(Analysis.objects.values_list("reserved", flat=True)) == {Decimal(4)}


def test_open_orders_count(dear: FakeEngine, film: Asset, settings: Any) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = TEN
    ordered(film, "faces", "text")
    assert left(film) == 2
    with pytest.raises(BudgetExceeded) as refused:
        ordered(film, "faces", engine="aws")
    assert refused.value.code == "budget_exceeded"
    assert refused.value.status == 409
    assert Order.objects.count() == 1


def test_automatic_orders_go_to_an_engine_that_costs_nothing(
    dear: FakeEngine, film: Asset, settings: Any
) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = Decimal(5)
    settings.ANALYSIS_ENGINES = {"shots": "aws"}
    ordered(film, "shots")
    ordered(film, "shots")
    assert sorted(Analysis.objects.values_list("engine", flat=True)) == ["aws", "local"]


def test_what_was_really_paid_counts_and_only_of_this_month(
    dear: FakeEngine, film: Asset, settings: Any
) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = TEN
    ordered(film, "faces", "text")
    done, old = Analysis.objects.order_by("type")
    now, before = timezone.now(), timezone.now() - timedelta(days=32)
    Analysis.objects.update(created_at=before)
    assert left(film) == 2, "what was asked for in another month and is open bounds this one"
    Analysis.objects.filter(pk=done.pk).update(status=Status.COMPLETED, cost=Decimal("0.5"), completed_at=now)
    Analysis.objects.filter(pk=old.pk).update(status=Status.COMPLETED, cost=Decimal(4), completed_at=before)
    assert left(film) == Decimal("9.5")


def test_a_collection_has_a_bound_of_its_own(dear: FakeEngine, film: Asset, settings: Any) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = TEN
    collection = CollectionFactory()
    film.collections.add(collection)
    CollectionSetting.objects.create(collection=collection, monthly_budget=Decimal(6))
    ordered(film, "faces")
    assert left(film) == 2
    with pytest.raises(BudgetExceeded):
        ordered(film, "text")


def test_nothing_may_be_spent_where_the_bound_is_nothing(
    dear: FakeEngine, film: Asset, settings: Any
) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = Decimal(0)
    with transaction.atomic():
        order = orders.stand_for(asset=film, wish=orders.wish_of(types=["faces", "shots"]))
    found = dict(order.analyses.values_list("type", "error_code"))
    assert found == {"faces": "budget_exceeded", "shots": ""}


def test_what_had_begun_counts_as_paid_when_it_is_given_up(
    dear: FakeEngine, film: Asset, settings: Any
) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = TEN
    order = ordered(film, "faces", "text")
    order.analyses.filter(type="faces").update(status=Status.PROCESSING)
    with transaction.atomic():
        orders.fail_open(order=order, code="cancelled", detail="", status=Status.CANCELLED)
    assert left(film) == 6


def test_what_was_spent_stays_with_the_collection_that_paid(
    dear: FakeEngine, film: Asset, settings: Any
) -> None:
    outer = CollectionFactory()
    CollectionSetting.objects.create(collection=outer, monthly_budget=Decimal(6))
    inner = CollectionFactory(parent=outer)
    inner.assets.add(film)
    ordered(film, "faces")
    film.collections.clear()
    assert left(film) is None
    film.collections.add(inner)
    assert left(film) == 2


@pytest.mark.django_db(transaction=True)
def test_two_orders_at_once_do_not_spend_the_same_money(dear: FakeEngine, settings: Any) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = Decimal(6)
    films = [film_of("hard_cuts.mp4") for _number in range(4)]
    together = threading.Barrier(len(films))

    def order(film: Asset) -> bool:
        try:
            together.wait(30)
            ordered(film, "faces", engine="aws")
        except BudgetExceeded:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(len(films)) as threads:
        assert sorted(threads.map(order, films)) == [False, False, False, True]
    assert sum(Analysis.objects.values_list("reserved", flat=True)) == 4

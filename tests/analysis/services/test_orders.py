"""Placing orders, and what becomes of those for files that are still to come."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from analysis.exceptions import EngineUnavailable, NotAnalysable
from analysis.models import Analysis, Order
from analysis.services import orders
from analysis.services.orders import Wish, wish_of
from assets.exceptions import InvalidOptions, UploadTerminated
from assets.models import Asset, UploadSession
from assets.services import uploads
from mediaportal.audit.models import Entry
from mediaportal.core.problems import NotPermitted, RateLimited
from processing.models import Job
from processing.services import jobs
from tests.analysis.conftest import FakeEngine
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
BOTH = Wish(("transcription", "shots"), ("ar", "en"))


def standing(order: Order) -> dict[str, str]:
    """Where each type stands."""
    return dict(order.analyses.values_list("type", "status"))


def test_an_order_has_an_analysis_for_each_type_and_a_job_with_a_step_for_each_group(
    fake: FakeEngine, film: Asset
) -> None:
    order = orders.place(user=film.uploaded_by, asset=film, wish=BOTH)
    job = Job.objects.get(analysis_order=order)
    assert (job.job_type, job.asset) == ("analyze", film)
    assert set(job.steps.values_list("name", "queue")) == {
        ("analysis_local_sight", "analysis"),
        ("analysis_local_hearing", "analysis"),
    }
    assert job.parameters["analyses"] == {
        "analysis_local_hearing": ["transcription"],
        "analysis_local_sight": ["shots"],
    }
    assert standing(order) == {"transcription": "pending", "shots": "pending"}
    assert set(order.analyses.values_list("engine", "asset")) == {("local", film.pk)}
    entry = Entry.objects.get(action="analysis.ordered")
    assert entry.actor_id == film.uploaded_by_id


def test_only_who_may_change_an_asset_orders(fake: FakeEngine, film: Asset) -> None:
    with pytest.raises(NotPermitted):
        orders.place(user=UserFactory(), asset=film, wish=BOTH)
    assert not Order.objects.exists()


@pytest.mark.parametrize("traits", [{}, {"published": True, "original_removed_at": "2026-01-01T00:00:00Z"}])
def test_what_has_no_bytes_that_may_be_read_is_not_analysed(fake: FakeEngine, traits: dict[str, Any]) -> None:
    asset = AssetFactory(**traits)
    with pytest.raises(NotAnalysable):
        orders.place(user=asset.uploaded_by, asset=asset, wish=BOTH)


def test_a_type_that_nobody_can_do_refuses_the_order(fake: FakeEngine, film: Asset) -> None:
    with pytest.raises(EngineUnavailable):
        orders.place(user=film.uploaded_by, asset=film, wish=Wish(("shots", "faces")))
    assert not Order.objects.exists()
    assert not Job.objects.exists()


def test_so_many_at_once_and_no_more(fake: FakeEngine, film: Asset) -> None:
    for _number in range(5):
        orders.place(user=film.uploaded_by, asset=film, wish=BOTH)
    with pytest.raises(RateLimited):
        orders.place(user=film.uploaded_by, asset=film, wish=BOTH)


def test_what_it_may_cost(fake: FakeEngine, film: Asset) -> None:
    fake.usd = Decimal("0.25")
    order = orders.place(user=film.uploaded_by, asset=film, wish=BOTH)
    assert orders.estimated_cost(order) == Decimal("0.25")
    assert orders.estimated_cost(Order()) is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"types": []}, "analysis_types"),
        ({"types": ["smell"]}, "analysis_types"),
        ({"types": ["shots"], "languages": ["no such language"]}, "languages"),
        ({"types": ["shots"], "languages": ["en"] * 11}, "languages"),
        ({"types": ["shots"], "engine": "steam"}, "engine"),
    ],
)
def test_a_wish_that_cannot_be(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidOptions) as caught:
        wish_of(**asked)
    assert [error.field for error in caught.value.errors] == [field]


def test_a_wish_is_put_in_order() -> None:
    assert wish_of(types=["shots", "text", "shots"], languages=["AR_eg", "en", "en"]) == Wish(
        ("text", "shots"), ("ar-EG", "en")
    )


def fetched(user: Any) -> Order:
    """An order for a file that is still to be fetched."""
    return orders.fetch(user=user, url="https://example.org/film.mp4", wish=Wish(("shots", "transcription")))


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every address be one of a public machine."""
    from mediaportal.core import fetching  # noqa: PLC0415 - only here

    monkeypatch.setattr(fetching, "check", lambda url: type("Target", (), {"url": url}))


def test_an_order_for_an_address_waits_for_its_file(
    fake: FakeEngine, public: None, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    user = UserFactory()
    order = fetched(user)
    session = UploadSession.objects.get(analysis_orders=order)
    assert (order.asset, session.origin) == (None, "https://example.org/film.mp4")
    assert Order.objects.visible_to(user).get() == order
    assert not Order.objects.visible_to(UserFactory()).exists()

    asset = AssetFactory(uploaded_by=user, passed_gate=True)
    job = Job.objects.create(
        id=asset.job_id, asset=asset, status="processing", parameters={"analysis_order": str(order.pk)}
    )
    orders.arrive(asset=asset, options=session.options)
    assert set(order.analyses.values_list("asset", flat=True)) == {asset.pk}
    with django_capture_on_commit_callbacks(execute=True):
        jobs._complete(job)
    order.refresh_from_db()
    assert order.job is not None
    assert set(order.job.steps.values_list("name", flat=True)) == {
        "analysis_local_sight",
        "analysis_local_hearing",
    }


def test_a_file_that_never_comes_fails_its_order(fake: FakeEngine, public: None) -> None:
    order = fetched(UserFactory())
    session = UploadSession.objects.get(analysis_orders=order)
    assert uploads.fail(upload_id=session.pk, problem=UploadTerminated())
    assert set(order.analyses.values_list("status", "error_code")) == {("failed", "upload_terminated")}


def test_an_address_is_refused_for_what_no_engine_can_do(fake: FakeEngine, public: None) -> None:
    with pytest.raises(EngineUnavailable):
        orders.fetch(user=UserFactory(), url="https://example.org/film.mp4", wish=Wish(("faces",)))
    assert not UploadSession.objects.exists()


def test_what_cannot_be_done_of_a_file_that_came_fails_alone(fake: FakeEngine, public: None) -> None:
    order = fetched(UserFactory())
    image = AssetFactory(image=True, published=True)
    orders.arrive(asset=image, options={"analysis_order": str(order.pk)})
    order.refresh_from_db()
    orders.go_on(order=order)
    assert order.job is None
    assert set(Analysis.objects.values_list("status", "error_code")) == {("failed", "engine_unavailable")}

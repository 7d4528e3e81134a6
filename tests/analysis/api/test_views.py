"""Analyses over HTTP: who may order and read, what is refused and at which field, and moments in their pages."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from analysis.models import Analysis, Moment, Order
from assets.models import Asset
from mediaportal.core import fetching
from mediaportal.core.fulltext import vector_of
from tests.analysis.conftest import FakeEngine
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/media/analyze"


def body(asset: Asset, *types: str, **more: Any) -> dict[str, Any]:
    return {"asset_id": str(asset.pk), "analysis_types": list(types), **more}


def with_moments(asset: Asset, *, is_current: bool = True) -> Analysis:
    """An analysis with three moments of an asset."""
    order = Order.objects.create(asset=asset, types=["text"])
    analysis = Analysis.objects.create(
        order=order, asset=asset, type="text", engine="local", status="completed", is_current=is_current
    )
    for start, kind, text, label in (
        (5.0, "text", "Way out", ""),
        (1.0, "label", "", "Door"),
        (3.0, "text", "WAY in", ""),
    ):
        Moment.objects.create(
            asset=asset,
            analysis=analysis,
            kind=kind,
            start=start,
            end=start + 1,
            text=text,
            label=label,
            confidence=0.9,
            vector=vector_of(f"{text} {label}"),
        )
    return analysis


def test_an_analysis_is_ordered_and_read(fake: FakeEngine, film: Asset) -> None:
    answer = signed_in(film.uploaded_by).post(URL, body(film, "shots", languages=["ar"]), format="json")
    assert answer.status_code == 202, answer.json()
    order = Order.objects.get()
    assert answer.json() == {
        "analysis_id": str(order.pk),
        "asset_id": str(film.pk),
        "status": "pending",
        "results_url": f"/api/v1/media/analysis/{order.pk}/results",
        "estimated_cost": 0.0,
    }
    assert order.asked_by == film.uploaded_by
    found = signed_in(film.uploaded_by).get(answer.json()["results_url"]).json()
    assert (found["status"], found["engine"], found["results"]) == ("pending", "local", {})
    assert [one["type"] for one in found["analyses"]] == ["shots"]


def test_an_order_that_is_repeated_with_its_key_is_one(fake: FakeEngine, film: Asset) -> None:
    client = signed_in(film.uploaded_by)
    answers = [
        client.post(URL, body(film, "shots"), format="json", headers={"Idempotency-Key": "once"})
        for _turn in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"analysis_types": []}, "analysis_types"),
        ({"analysis_types": ["smell"]}, "analysis_types"),
        ({"engine": "steam"}, "engine"),
        ({"languages": ["???"]}, "languages"),
        ({"media_url": "https://example.org/a.mp4"}, "asset_id"),
        ({"asset_id": None}, "asset_id"),
    ],
)
def test_what_is_wrong_is_named(fake: FakeEngine, film: Asset, change: dict[str, Any], field: str) -> None:
    answer = signed_in(film.uploaded_by).post(URL, body(film, "shots") | change, format="json")
    assert answer.status_code == 400
    assert [error["field"].split(".")[0] for error in answer.json()["errors"]] == [field]


def test_an_address_of_this_machine_is_refused(fake: FakeEngine) -> None:
    answer = signed_in(UserFactory()).post(
        URL, {"media_url": "http://127.0.0.1/a.mp4", "analysis_types": ["shots"]}, format="json"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "url_not_allowed")
    assert not Order.objects.exists()


def test_of_a_file_that_is_still_to_come_nobody_knows_what_it_costs(
    fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "check", lambda url: type("Target", (), {"url": url}))
    told = {"media_url": "https://example.org/a.mp4", "analysis_types": ["shots"]}
    answer = signed_in(UserFactory()).post(URL, told, format="json")
    assert answer.status_code == 202, answer.json()
    assert answer.json()["estimated_cost"] is None


def test_what_nobody_can_do_says_what_to_install(fake: FakeEngine, film: Asset) -> None:
    answer = signed_in(film.uploaded_by).post(URL, body(film, "faces"), format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "engine_unavailable")


def test_strangers_see_nothing(fake: FakeEngine) -> None:
    asset = AssetFactory(published=True, visibility="private")
    order = with_moments(asset).order
    client = signed_in(UserFactory())
    assert client.post(URL, body(asset, "shots"), format="json").status_code == 404
    assert client.get(f"/api/v1/media/analysis/{order.pk}/results").status_code == 404
    assert client.get(f"/api/v1/assets/{asset.pk}/moments/").status_code == 404
    assert APIClient().post(URL, body(asset, "shots"), format="json").status_code == 401


def test_who_may_only_watch_reads_and_does_not_order(fake: FakeEngine, film: Asset) -> None:
    order = with_moments(film).order
    client = signed_in(UserFactory(role="viewer"))
    assert client.get(f"/api/v1/media/analysis/{order.pk}/results").status_code == 200
    assert client.get(f"/api/v1/assets/{film.pk}/moments/").status_code == 200
    assert client.post(URL, body(film, "shots"), format="json").status_code == 403


def test_nothing_is_told_of_an_asset_before_the_gate() -> None:
    asset = AssetFactory()
    order = with_moments(asset).order
    client = signed_in(asset.uploaded_by)
    assert client.get(f"/api/v1/media/analysis/{order.pk}/results").status_code == 404
    assert client.get(f"/api/v1/assets/{asset.pk}/moments/").status_code == 404


@pytest.mark.parametrize(
    ("query", "starts"),
    [
        ("", [1.0, 3.0, 5.0]),
        ("?kind=text", [3.0, 5.0]),
        ("?kind=text&kind=label", [1.0, 3.0, 5.0]),
        ("?q=way", [3.0, 5.0]),
        ("?q=door", [1.0]),
        ("?q=window", []),
        ("?q=***", []),
        ("?q=way+kind:x'--", []),
        ('?q="way way"', []),
        ("?q=wa*", [3.0, 5.0]),
        ("?text=way&kind=label", []),
        ("?text=way", [3.0, 5.0]),
        ("?label=door", [1.0]),
        ("?label=door&label=gate", [1.0]),
        ("?label=doo", []),
        ("?confidence_gte=0.95", []),
    ],
)
def test_moments_by_kind_and_words(film: Asset, query: str, starts: list[float]) -> None:
    with_moments(film)
    with_moments(film, is_current=False)
    answer = signed_in(film.uploaded_by).get(f"/api/v1/assets/{film.pk}/moments/{query}")
    assert [one["start"] for one in answer.json()["results"]] == starts


def test_the_first_page_tells_of_kinds_and_labels(film: Asset, django_assert_max_num_queries: Any) -> None:
    with_moments(film)
    client = signed_in(film.uploaded_by)
    url = f"/api/v1/assets/{film.pk}/moments/?page_size=2"
    with django_assert_max_num_queries(6):
        first = client.get(url).json()
    assert first["facets"] == {
        "kinds": [{"kind": "text", "count": 2}, {"kind": "label", "count": 1}],
        "labels": [{"kind": "label", "label": "Door", "count": 1}],
    }
    assert client.get(first["next"]).json()["facets"] is None
    assert client.get(f"{url}&q=way").json()["facets"]["labels"] == []


def test_moments_come_in_pages(film: Asset) -> None:
    with_moments(film)
    client = signed_in(film.uploaded_by)
    first = client.get(f"/api/v1/assets/{film.pk}/moments/?page_size=2").json()
    second = client.get(first["next"]).json()
    assert [one["start"] for one in first["results"] + second["results"]] == [1.0, 3.0, 5.0]
    assert second["next"] is None


def test_an_unknown_kind_is_refused(film: Asset) -> None:
    answer = signed_in(film.uploaded_by).get(f"/api/v1/assets/{film.pk}/moments/?kind=smell")
    assert answer.status_code == 400


def test_one_of_several_is_chosen(film: Asset) -> None:
    old, new = with_moments(film, is_current=False), with_moments(film)
    client = signed_in(film.uploaded_by)
    answer = client.post(f"/api/v1/assets/{film.pk}/analyses/{old.pk}/show")
    assert (answer.status_code, answer.json()["is_current"]) == (200, True)
    new.refresh_from_db()
    assert not new.is_current
    assert client.post(f"/api/v1/assets/{film.pk}/analyses/{uuid4()}/show").status_code == 404

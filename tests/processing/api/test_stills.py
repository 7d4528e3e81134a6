"""Posters and captures over HTTP: who may ask, what the answers hold, repeats."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from assets.models import Asset
from processing.models import Job
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.processing.ffmpeg.conftest import probed

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def asset() -> Asset:
    asset: Asset = AssetFactory(published=True, visibility="private", duration=12.4)
    asset.metadata = {"probed": True, "probe": probed("long_25.mp4").as_data()}
    asset.save()
    return asset


def address(asset: Asset, end: str) -> str:
    return f"/api/v1/assets/{asset.pk}/{end}"


@pytest.mark.parametrize(
    ("who", "seen", "made"),
    [
        ("nobody", 401, 401),
        ("stranger", 404, 404),
        ("moderator", 200, 403),
        ("manager", 200, 202),
        ("owner", 200, 202),
    ],
)
def test_who_may_ask(asset: Asset, who: str, seen: int, made: int) -> None:
    if who == "nobody":
        client = APIClient()
    elif who == "owner":
        client = signed_in(asset.uploaded_by)
    else:
        client = signed_in(UserFactory(role="contributor" if who == "stranger" else who))
    assert client.get(address(asset, "captures")).status_code == seen
    for end, body in (("captures", {"timestamps": [1]}), ("poster", {"timestamp": 1})):
        assert client.post(address(asset, end), body, format="json").status_code == made
    assert client.delete(address(asset, "poster")).status_code == {202: 204}.get(made, made)
    capture = VariantFactory(asset=asset, variant_type="derived", detail={"capture": "x"}, filename="c.png")
    gone = client.delete(address(asset, f"captures/{capture.pk}")).status_code
    assert gone == {202: 204}.get(made, made)


def test_an_order_names_its_job(asset: Asset) -> None:
    client = signed_in(asset.uploaded_by)
    body = client.post(address(asset, "captures"), {"every": 5, "width": 64}, format="json").json()
    job = Job.objects.get(pk=body["job_id"])
    assert body == {
        "job_id": str(job.pk),
        "asset_id": str(asset.pk),
        "status": "pending",
        "status_url": f"/api/v1/media/job/{job.pk}/status",
    }
    document = client.get(body["status_url"]).json()
    assert (document["job_type"], [step["name"] for step in document["steps"]]) == ("preview", ["captures"])
    assert job.steps.get().parameters["timestamps"] == [0, 5, 10]


def test_a_repeat_with_its_key_asks_once(asset: Asset) -> None:
    client = signed_in(asset.uploaded_by)
    bodies = [
        client.post(
            address(asset, "captures"), {"timestamps": [1]}, format="json", headers={"Idempotency-Key": "one"}
        ).json()
        for _turn in range(2)
    ]
    assert bodies[0] == bodies[1] and Job.objects.filter(asset=asset).count() == 1


@pytest.mark.parametrize(
    ("end", "body", "code"),
    [
        ("poster", {}, "invalid"),
        ("poster", {"timestamp": 1, "thumbnail": "0190b5d0-0000-7000-8000-000000000000"}, "invalid"),
        ("poster", {"timestamp": "soon"}, "invalid"),
        ("poster", {"timestamp": 99}, "invalid"),
        ("captures", {}, "invalid"),
        ("captures", {"timestamps": [1], "format": "bmp"}, "invalid"),
        ("captures", {"timestamps": [0.1] * 201}, "invalid"),
    ],
)
def test_what_is_not_understood(asset: Asset, end: str, body: dict[str, Any], code: str) -> None:
    answer = signed_in(asset.uploaded_by).post(address(asset, end), body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("end", "body"),
    [
        ("captures", '{"every": 1e999}'),
        ("captures", '{"timestamps": [1e999]}'),
        ("poster", '{"timestamp": 1e999}'),
    ],
)
def test_a_time_beyond_every_number_is_refused(asset: Asset, end: str, body: str) -> None:
    client = signed_in(asset.uploaded_by)
    answer = client.post(address(asset, end), body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_captures_are_listed_with_links_and_by_job(asset: Asset) -> None:
    for number, job in enumerate(["a", "b"]):
        VariantFactory(
            asset=asset,
            variant_type="derived",
            format="png",
            filename=f"{job}.png",
            mime_type="image/png",
            timestamp=float(number),
            detail={"capture": job},
        )
    client = signed_in(asset.uploaded_by)
    rows = client.get(address(asset, "captures")).json()["results"]
    assert [(row["job_id"], row["timestamp"]) for row in rows] == [("a", 0.0), ("b", 1.0)]
    assert rows[0]["url"].endswith("/a.png") and rows[0]["download_url"] != rows[0]["url"]
    only = client.get(address(asset, "captures"), {"job": "b"}).json()["results"]
    assert [row["filename"] for row in only] == ["b.png"]

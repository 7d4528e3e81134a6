"""Positions, reports of players and figures over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assets.models import Asset, ViewDay, WatchPosition
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]
BEACON = "/api/v1/media/beacon"


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True, duration=60.0)


def report(asset: Asset, **said: Any) -> dict[str, Any]:
    return {"asset_id": str(asset.pk), "session": "s" * 20, "seq": 1} | said


def test_a_position_is_kept_and_told(api: APIClient, asset: Asset) -> None:
    api.force_authenticate(UserFactory())
    where = f"/api/v1/assets/{asset.pk}/"
    assert api.get(f"{where}playback").json()["resume_at"] is None
    assert api.put(f"{where}position", {"seconds": 21.5}, format="json").status_code == 204
    assert api.get(f"{where}playback").json()["resume_at"] == 21.5
    assert api.put(f"{where}position", {"seconds": 0}, format="json").status_code == 204
    assert api.get(f"{where}playback").json()["resume_at"] is None


@pytest.mark.parametrize("seconds", ["-1", '"x"', "1e9", "null", "NaN", "Infinity"])
def test_a_position_that_is_none_is_refused(api: APIClient, asset: Asset, seconds: str) -> None:
    api.force_authenticate(UserFactory())
    body = f'{{"seconds": {seconds}}}'
    answer = api.put(f"/api/v1/assets/{asset.pk}/position", body, content_type="application/json")
    assert answer.status_code == 400
    assert not WatchPosition.objects.exists()


def test_a_position_wants_somebody_who_may_see_it(api: APIClient) -> None:
    hidden = AssetFactory(published=True, visibility="private")
    address = f"/api/v1/assets/{hidden.pk}/position"
    assert api.put(address, {"seconds": 21}, format="json").status_code == 401
    api.force_authenticate(UserFactory())
    assert api.put(address, {"seconds": 21}, format="json").status_code == 404


def test_strangers_report_of_what_is_public(api: APIClient) -> None:
    asset = AssetFactory(published=True, visibility="public")
    hidden = AssetFactory(published=True)
    assert api.post(BEACON, report(asset), format="json").status_code == 204
    assert api.post(BEACON, report(hidden), format="json").status_code == 404
    assert list(ViewDay.objects.values_list("asset_id", "plays")) == [(asset.pk, 1)]


def test_visitors_report_by_their_link(api: APIClient) -> None:
    link = ShareLinkFactory()
    said = report(link.asset, share=str(link.pk))
    assert api.post(BEACON, said, format="json").status_code == 204
    assert ViewDay.objects.get().asset == link.asset
    assert api.post(BEACON, said | {"seq": 2, "share": str(uuid4())}, format="json").status_code == 404
    other = report(AssetFactory(published=True), share=str(link.pk))
    assert api.post(BEACON, other, format="json").status_code == 404
    link.revoked_at = timezone.now()
    link.save()
    assert api.post(BEACON, said | {"seq": 3}, format="json").status_code == 410


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_who_is_not_to_be_tracked_is_not_counted(api: APIClient, asset: Asset, header: str) -> None:
    api.force_authenticate(asset.uploaded_by)
    answer = api.post(BEACON, report(asset), format="json", headers={header: "1"})
    assert answer.status_code == 204
    assert not ViewDay.objects.exists()


def test_without_consent_nobody_is_counted_where_it_is_asked(
    api: APIClient, asset: Asset, settings: Any
) -> None:
    settings.VIEW_ANALYTICS = "consent"
    api.force_authenticate(asset.uploaded_by)
    assert api.post(BEACON, report(asset), format="json").status_code == 204
    assert not ViewDay.objects.exists()
    assert api.post(BEACON, report(asset, consent=True), format="json").status_code == 204
    assert ViewDay.objects.get().plays == 1


@pytest.mark.parametrize(
    "said",
    [
        {"session": "short"},
        {"session": "s" * 20 + "/"},
        {"seq": 0},
        {"played": [[1]]},
        {"played": [[1, 2]] * 61},
        {"played": [[-1, 2]]},
        {"rate": 0},
    ],
)
def test_what_no_player_says_is_refused(api: APIClient, asset: Asset, said: dict[str, Any]) -> None:
    api.force_authenticate(asset.uploaded_by)
    assert api.post(BEACON, report(asset, **said), format="json").status_code == 400
    assert not ViewDay.objects.exists()


def test_one_address_reports_only_so_often(api: APIClient, asset: Asset, settings: Any) -> None:
    settings.VIEW_BEACONS = 2
    api.force_authenticate(asset.uploaded_by)
    answers = [api.post(BEACON, report(asset, seq=n), format="json") for n in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [204, 204, 429]
    assert answers[-1].json()["code"] == "rate_limited"


def test_the_figures_are_for_those_who_may_change_it(api: APIClient, asset: Asset) -> None:
    address = f"/api/v1/assets/{asset.pk}/views"
    assert api.get(address).status_code == 401
    api.force_authenticate(UserFactory())
    assert api.get(address).status_code == 403
    api.force_authenticate(asset.uploaded_by)
    api.post(BEACON, report(asset), format="json")
    found = api.get(address).json()
    assert (found["plays"], len(found["days"]), len(found["retention"])) == (1, 30, 12)
    assert found["retention"][0] == {"second": 0, "views": 0, "share": 0.0}

"""The bell over HTTP: everybody has only their own."""

import pytest
from rest_framework.test import APIClient

from notifications.models import Notification
from notifications.services import news
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST, READ, UNREAD = (f"/api/v1/notifications/{end}" for end in ("", "read", "unread"))


def told(count: int = 1) -> Notification:
    user = UserFactory()
    for _line in range(count):
        asset = AssetFactory(uploaded_by=user, failed=True)
        news.tell_of_asset(event_type="asset.rejected", asset=asset, error=("corrupt_media", "It is broken."))
    return Notification.objects.filter(user=user)[0]


@pytest.mark.parametrize(("method", "url"), [("get", LIST), ("post", READ), ("get", UNREAD)])
def test_nobody_signed_in(api: APIClient, method: str, url: str) -> None:
    assert getattr(api, method)(url).status_code == 401


def test_list_and_unread(api: APIClient) -> None:
    line = told(3)
    told()
    api.force_authenticate(line.user)
    found = api.get(LIST, {"page_size": 2}).json()
    assert len(found["results"]) == 2
    assert found["next"]
    first = found["results"][0]
    assert set(first) == {"id", "kind", "asset_id", "text", "reason", "read_at", "created_at"}
    assert first["reason"] == "It is broken."
    assert api.get(UNREAD).json() == {"unread": 3}
    assert api.post(READ, {"ids": [first["id"]]}, format="json").json() == {"unread": 2}
    assert len(api.get(LIST, {"unread": "1"}).json()["results"]) == 2
    assert api.post(READ, {}, format="json").json() == {"unread": 0}


def test_other_peoples_lines_are_not_touched(api: APIClient) -> None:
    line = told()
    api.force_authenticate(UserFactory())
    assert api.post(READ, {"ids": [str(line.pk)]}, format="json").json() == {"unread": 0}
    line.refresh_from_db()
    assert line.read_at is None


def test_nonsense(api: APIClient) -> None:
    api.force_authenticate(UserFactory())
    answer = api.post(READ, {"ids": ["x"]}, format="json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"

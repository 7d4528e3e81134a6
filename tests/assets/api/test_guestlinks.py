"""Guest links over HTTP."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from assets.services import guests
from tests.factories import AssetFactory, GuestLinkFactory, UserFactory

pytestmark = pytest.mark.django_db
LINKS = "/api/v1/guest-links/"


@pytest.fixture
def manager(api: APIClient) -> APIClient:
    api.force_authenticate(UserFactory(role="manager"))
    return api


@pytest.mark.parametrize(
    ("role", "status"), [(None, 401), ("viewer", 403), ("contributor", 403), ("moderator", 403)]
)
def test_only_managers_come_here(api: APIClient, role: str | None, status: int) -> None:
    link = GuestLinkFactory()
    if role:
        api.force_authenticate(UserFactory(role=role))
    asked: list[Any] = [
        api.get(LINKS),
        api.post(LINKS, {"title": "A"}, format="json"),
        api.get(f"{LINKS}{link.pk}/"),
        api.patch(f"{LINKS}{link.pk}/", {"title": "A"}, format="json"),
        api.post(f"{LINKS}{link.pk}/end"),
    ]
    assert [answer.status_code for answer in asked] == [status] * 5


def test_a_link_is_made_and_its_address_opens_it(manager: APIClient) -> None:
    ends = timezone.now() + timedelta(days=1)
    answer = manager.post(LINKS, {"title": "A", "kinds": ["video"], "expires_at": ends}, format="json")
    assert answer.status_code == 201
    document = answer.json()
    assert (document["state"], document["kinds"], document["files"], document["bytes"]) == (
        "open",
        ["video"],
        0,
        0,
    )
    token = urlsplit(document["url"]).path.split("/")[2]
    assert str(guests.link_of(token).pk) == document["id"]


def test_what_is_wrong_is_told_by_field(manager: APIClient) -> None:
    answer = manager.post(LINKS, {"kinds": ["x"], "most_files": 0}, format="json")
    assert answer.status_code == 400
    fields = {error["field"].split(".")[0] for error in answer.json()["errors"]}
    assert fields == {"title", "kinds", "most_files", "expires_at"}


def test_a_link_is_changed_and_ended(manager: APIClient) -> None:
    link = GuestLinkFactory()
    path = f"{LINKS}{link.pk}/"
    assert manager.patch(path, {"title": "B", "most_files": 2}, format="json").json()["most_files"] == 2
    assert manager.get(path).json()["title"] == "B"
    for _time in range(2):
        assert manager.post(f"{path}end").json()["state"] == "ended"
    answer = manager.patch(path, {"title": "C"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_the_list_asks_as_often_for_many_as_for_few(manager: APIClient) -> None:
    counts = []
    for _round in range(2):
        for link in [GuestLinkFactory() for _number in range(3)]:
            AssetFactory(guest_link=link)
        with CaptureQueriesContext(connection) as captured:
            rows = manager.get(LINKS).json()["results"]
        counts.append(len(captured))
    assert len(rows) == 6 and {row["files"] for row in rows} == {1}
    assert counts[1] <= counts[0]

"""Share links over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from assets.models import ShareLink
from mediaportal.accounts.models import User
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory

pytestmark = pytest.mark.django_db
LINKS = "/api/v1/share-links/"


@pytest.fixture
def owner(api: APIClient) -> User:
    """Whoever asks, with files of their own."""
    user = UserFactory()
    api.force_authenticate(user)
    return user


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("viewer", 404), ("moderator", 404)])
def test_others_find_none(api: APIClient, role: str | None, status: int) -> None:
    link = ShareLinkFactory()
    if role:
        api.force_authenticate(UserFactory(role=role))
    path = f"{LINKS}{link.pk}/"
    asked: list[Any] = [
        api.get(path),
        api.patch(path, {"title": "A"}, format="json"),
        api.delete(path),
    ]
    assert [answer.status_code for answer in asked] == [status] * 3
    link.refresh_from_db()
    assert link.revoked_at is None


@pytest.mark.parametrize(("visibility", "status"), [("private", 404), ("internal", 403)])
def test_what_is_not_ones_own_is_not_shared(
    api: APIClient, owner: User, visibility: str, status: int
) -> None:
    asset = AssetFactory(published=True, visibility=visibility)
    answer = api.post(LINKS, {"asset": asset.pk}, format="json")
    assert answer.status_code == status
    assert not ShareLink.objects.exists()


def test_a_link_is_made(api: APIClient, owner: User) -> None:
    asset = AssetFactory(published=True, uploaded_by=owner)
    ends = timezone.now() + timedelta(days=1)
    wanted = {"asset": asset.pk, "title": "A", "password": " let me in", "expires_at": ends}
    answer = api.post(LINKS, wanted, format="json")
    assert answer.status_code == 201
    document = answer.json()
    assert document["asset"] == str(asset.pk)
    assert document["url"] == f"http://testserver/s/{document['id']}/"
    assert (document["state"], document["has_password"], document["uses"]) == ("open", True, 0)
    assert "password" not in document
    assert document["created_by"] == {"id": str(owner.pk), "name": owner.name}
    assert not api.post(LINKS, {"asset": asset.pk}, format="json").json()["has_password"]


def test_what_is_wrong_is_told_by_field(api: APIClient, owner: User) -> None:
    asset = AssetFactory(published=True, uploaded_by=owner)
    answer = api.post(
        LINKS, {"asset": asset.pk, "password": "x", "expires_at": "2001-01-01T00:00Z"}, format="json"
    )
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"password", "expires_at"}
    assert api.post(LINKS, {"asset": asset.pk, "watermark": "burnt"}, format="json").status_code == 400
    assert api.post(LINKS, {"asset": uuid4()}, format="json").status_code == 404
    assert api.post(LINKS, {}, format="json").status_code == 400


def test_a_link_is_changed_and_revoked(api: APIClient, owner: User) -> None:
    link = ShareLinkFactory(asset=AssetFactory(published=True, uploaded_by=owner), password="hashed")
    path = f"{LINKS}{link.pk}/"
    changed = api.patch(path, {"title": "B", "allow_download": True, "password": None}, format="json").json()
    assert (changed["title"], changed["allow_download"], changed["has_password"]) == ("B", True, False)
    for _time in range(2):
        assert api.delete(path).status_code == 204
    assert api.get(path).json()["state"] == "revoked"
    assert api.patch(path, {"title": "C"}, format="json").status_code == 409


def test_the_list_is_ones_own_or_that_of_an_asset(api: APIClient, owner: User) -> None:
    asset = AssetFactory(published=True, uploaded_by=owner)
    manager = UserFactory(role="manager")
    mine, theirs = ShareLinkFactory(asset=asset), ShareLinkFactory(asset=asset, created_by=manager)
    ShareLinkFactory()

    def listed(**query: Any) -> set[str]:
        return {row["id"] for row in api.get(LINKS, query).json()["results"]}

    assert listed() == {str(mine.pk)}
    assert listed(asset=str(asset.pk)) == {str(mine.pk), str(theirs.pk)}
    assert listed(asset=str(uuid4())) == set()


def test_a_long_list_asks_no_more(api: APIClient, owner: User) -> None:
    asset = AssetFactory(published=True, uploaded_by=owner)
    api.get(LINKS)  # the caller's permissions are asked once
    counts = []
    for _round in range(2):
        ShareLinkFactory(asset=asset)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert api.get(LINKS).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]

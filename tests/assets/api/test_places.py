"""Collections and tags over HTTP: who may, what is counted, and how much is asked of the database."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from assets.models import Collection, Tag
from assets.services.shelves import tag_named
from mediaportal.accounts.models import User
from mediaportal.core.ids import new_id
from tests.factories import AssetFactory, CollectionFactory, UserFactory

pytestmark = pytest.mark.django_db
COLLECTIONS, TAGS = "/api/v1/collections/", "/api/v1/tags/"


def client_of(user: User | None) -> APIClient:
    """A client with somebody (freshly loaded, as a request has them) or nobody signed in."""
    client = APIClient()
    if user:
        client.force_authenticate(User.objects.get(pk=user.pk))
    return client


# caller -> the status of: list, get, make, change, delete
TABLE = {
    "anonymous": (401, 401, 401, 401, 401),
    "viewer": (200, 200, 403, 403, 403),
    "contributor": (200, 200, 201, 403, 403),
    "moderator": (200, 200, 201, 403, 403),
    "maker": (200, 200, 201, 200, 204),
    "manager": (200, 200, 201, 200, 204),
    "administrator": (200, 200, 201, 200, 204),
}


@pytest.mark.parametrize(("name", "expected"), TABLE.items())
def test_who_may_do_what_with_collections(name: str, expected: tuple[int, ...]) -> None:
    shelf = CollectionFactory()
    user = None
    if name != "anonymous":
        user = shelf.created_by if name == "maker" else UserFactory(role=name)
    client, url = client_of(user), f"{COLLECTIONS}{shelf.pk}/"
    found = (
        client.get(COLLECTIONS).status_code,
        client.get(url).status_code,
        client.post(COLLECTIONS, {"name": "new"}, format="json").status_code,
        client.patch(url, {"name": "renamed"}, format="json").status_code,
        client.delete(url).status_code,
    )
    assert found == expected


def test_making_moving_and_deleting() -> None:
    client = client_of(UserFactory())
    events = client.post(COLLECTIONS, {"name": "Events"}, format="json").json()
    assert (events["parent"], events["asset_count"], events["may_change"]) == (None, 0, True)
    wedding = client.post(COLLECTIONS, {"name": "عرس", "parent": events["id"]}, format="json").json()
    assert [place["name"] for place in wedding["path"]] == ["Events", "عرس"]
    url = f"{COLLECTIONS}{wedding['id']}/"
    assert client.delete(f"{COLLECTIONS}{events['id']}/").json()["code"] == "collection_not_empty"
    answer = client.patch(f"{COLLECTIONS}{events['id']}/", {"parent": wedding["id"]}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "circle")
    assert client.patch(url, {"parent": None}, format="json").json()["parent"] is None
    Collection.objects.get(pk=wedding["id"]).assets.add(AssetFactory())
    assert client.delete(url).status_code == 409
    assert client.delete(f"{url}?keep_assets=true").status_code == 204
    assert client.get(url).status_code == 404
    assert client.post(COLLECTIONS, {"name": "x", "parent": str(new_id())}, format="json").status_code == 400
    assert client.post(COLLECTIONS, {}, format="json").status_code == 400


def test_only_what_the_caller_may_see_is_counted() -> None:
    shelf = CollectionFactory()
    owner = UserFactory()
    AssetFactory(uploaded_by=owner).collections.add(shelf)
    AssetFactory(published=True).collections.add(shelf)
    AssetFactory(published=True, trashed=True).collections.add(shelf)
    for user, count in ((owner, 2), (UserFactory(role="viewer"), 1), (UserFactory(role="moderator"), 2)):
        client = client_of(user)
        assert client.get(f"{COLLECTIONS}{shelf.pk}/").json()["asset_count"] == count
        assert len(client.get("/api/v1/assets/", {"collection": str(shelf.pk)}).json()["results"]) == count


def test_the_list_is_by_name_and_can_be_narrowed() -> None:
    events = CollectionFactory(name="Events")
    CollectionFactory(name="Aleppo", parent=events)
    CollectionFactory(name="Zoo")
    client = client_of(UserFactory())

    def names(**query: Any) -> list[str]:
        return [row["name"] for row in client.get(COLLECTIONS, query).json()["results"]]

    assert names() == ["Aleppo", "Events", "Zoo"]
    assert names(top="true") == ["Events", "Zoo"]
    assert names(parent=str(events.pk)) == ["Aleppo"]
    assert names(q="o") == ["Aleppo", "Zoo"]
    first = client.get(COLLECTIONS, {"page_size": 2}).json()
    second = client.get(first["next"]).json()
    assert [row["name"] for row in second["results"]] == ["Zoo"]


def test_more_rows_ask_the_database_no_more(django_assert_num_queries: Any) -> None:
    parent = CollectionFactory()
    user = UserFactory(role="viewer")
    for _round in range(2):
        # Permissions of the person and of the groups, and the rows with paths, makers and counts.
        client = client_of(user)
        with django_assert_num_queries(3):
            assert client.get(COLLECTIONS).status_code == 200
        client = client_of(user)
        with django_assert_num_queries(3):
            assert client.get(TAGS).status_code == 200
        for number in range(4):
            parent = CollectionFactory(parent=parent)
            asset = AssetFactory(published=True)
            asset.collections.add(parent)
            asset.tags.add(tag_named(f"tag {_round} {number}"))


# --- Tags ---------------------------------------------------------------------------------------------------------
def test_tags_of_what_may_not_be_seen_are_not_told() -> None:
    secret, shared = AssetFactory(), AssetFactory(published=True)
    secret.tags.add(tag_named("merger"), tag_named("sea"))
    shared.tags.add(tag_named("sea"))
    tag_named("nobody's")

    def told(user: User) -> dict[str, int]:
        rows = client_of(user).get(TAGS).json()["results"]
        return {row["name"]: row["asset_count"] for row in rows}

    assert told(UserFactory(role="viewer")) == {"sea": 1}
    assert told(secret.uploaded_by) == {"merger": 1, "sea": 2}
    assert told(UserFactory(role="manager")) == {"merger": 1, "nobody's": 0, "sea": 2}
    assert client_of(None).get(TAGS).status_code == 401
    assert [t["name"] for t in client_of(secret.uploaded_by).get(TAGS, {"q": "ER"}).json()["results"]] == [
        "merger"
    ]


@pytest.mark.parametrize(
    ("role", "statuses"), [("viewer", (403, 403)), ("moderator", (403, 403)), ("manager", (200, 204))]
)
def test_who_keeps_the_tags(role: str, statuses: tuple[int, int]) -> None:
    tag = tag_named("sea")
    AssetFactory(published=True).tags.add(tag)
    client, url = client_of(UserFactory(role=role)), f"{TAGS}{tag.pk}/"
    assert client.patch(url, {"name": "Ocean"}, format="json").status_code == statuses[0]
    assert client.delete(url).status_code == statuses[1]
    assert Tag.objects.exists() is (statuses[1] == 403)

"""The library's API: who sees and does what, how lists are filtered, and how much is asked of the database."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assets.models import Asset
from assets.services import wording
from assets.services.shelves import tag_named
from mediaportal.accounts.models import User
from mediaportal.core.ids import new_id
from tests.factories import AssetFactory, CollectionFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db
LIST = "/api/v1/assets/"


def client_of(user: User | None) -> APIClient:
    """A client with somebody (freshly loaded, as a request has them) or nobody signed in."""
    client = APIClient()
    if user:
        client.force_authenticate(User.objects.get(pk=user.pk))
    return client


def caller(name: str, asset: Asset) -> User | None:
    """The person of a row of the table."""
    if name == "anonymous":
        return None
    return asset.uploaded_by if name == "owner" else UserFactory(role=name)


def test_managers_release_what_cannot_be_scanned() -> None:
    asset = AssetFactory(scan_verdict="unscannable")
    where = f"{LIST}{asset.pk}/release-scan"
    assert client_of(asset.uploaded_by).post(where).status_code == 403
    assert client_of(UserFactory(role="contributor")).post(where).status_code == 404
    manager = client_of(UserFactory(role="manager"))
    answer = manager.post(where)
    assert (answer.status_code, answer.json()["scan_verdict"]) == (200, "unscannable")
    again = manager.post(where)
    assert (again.status_code, again.json()["code"]) == (409, "not_releasable")


def test_managers_delete_the_bytes_of_malware() -> None:
    asset = AssetFactory(infected=True, content=b"bad bytes")
    where = f"{LIST}{asset.pk}/delete-original"
    assert client_of(asset.uploaded_by).post(where).status_code == 403
    manager = client_of(UserFactory(role="manager"))
    assert manager.post(where).status_code == 200
    assert Asset.objects.get(pk=asset.pk).original_removed_at is not None
    kept = manager.post(f"{LIST}{AssetFactory(published=True).pk}/delete-original")
    assert (kept.status_code, kept.json()["code"]) == (409, "original_kept")


# state of the asset -> caller -> the status of: get, patch, delete
TABLE: dict[str, dict[str, tuple[int, int, int]]] = {
    "in work": {
        "anonymous": (401, 401, 401),
        "viewer": (404, 404, 404),
        "contributor": (404, 404, 404),
        "moderator": (200, 403, 403),
        "owner": (200, 200, 204),
        "manager": (200, 200, 204),
        "administrator": (200, 200, 204),
    },
    "published internal": {
        "anonymous": (401, 401, 401),
        "viewer": (200, 403, 403),
        "contributor": (200, 403, 403),
        "moderator": (200, 403, 403),
        "owner": (200, 200, 204),
        "manager": (200, 200, 204),
        "administrator": (200, 200, 204),
    },
    "published private": {
        "viewer": (404, 404, 404),
        "moderator": (200, 403, 403),
        "owner": (200, 200, 204),
        "manager": (200, 200, 204),
    },
    "trashed": {
        "viewer": (404, 404, 404),
        "moderator": (404, 404, 404),
        "owner": (404, 404, 404),
        "manager": (404, 404, 404),
    },
}
TRAITS: dict[str, dict[str, Any]] = {
    "in work": {},
    "published internal": {"published": True},
    "published private": {"published": True, "visibility": "private"},
    "trashed": {"published": True, "trashed": True},
}
ROWS = [(state, name, *statuses) for state, row in TABLE.items() for name, statuses in row.items()]


@pytest.mark.parametrize(("state", "name", "get", "patch", "delete"), ROWS)
def test_who_may(state: str, name: str, get: int, patch: int, delete: int) -> None:
    asset = AssetFactory(**TRAITS[state])
    client = client_of(caller(name, asset))
    url = f"{LIST}{asset.pk}/"
    for part in ("", "variants/", "playback"):
        assert client.get(url + part).status_code == get, part
    assert client.patch(url, {"title": "x"}, format="json").status_code == patch
    assert client.delete(url).status_code == delete


@pytest.mark.parametrize(
    ("name", "status"),
    [("anonymous", 401), ("viewer", 404), ("moderator", 404), ("owner", 200), ("manager", 200)],
)
def test_who_may_restore(name: str, status: int) -> None:
    asset = AssetFactory(published=True, trashed=True)
    answer = client_of(caller(name, asset)).post(f"{LIST}{asset.pk}/restore")
    assert answer.status_code == status
    assert Asset.objects.kept().filter(pk=asset.pk).exists() is (status == 200)


def test_restoring_what_may_only_be_seen() -> None:
    asset = AssetFactory(published=True)
    assert client_of(UserFactory(role="viewer")).post(f"{LIST}{asset.pk}/restore").status_code == 403


def test_nothing_is_made_by_post() -> None:
    answer = client_of(UserFactory()).post(LIST, {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_one_asset() -> None:
    asset = AssetFactory(published=True, title="Fête")
    poster = VariantFactory(asset=asset, poster=True)
    body = client_of(asset.uploaded_by).get(f"{LIST}{asset.pk}/").json()
    assert (body["id"], body["title"], body["kind"]) == (str(asset.pk), "Fête", "video")
    assert body["state"] == {"code": "ready", "label": "Ready", "progress": None}
    assert body["uploaded_by"] == {"id": str(asset.uploaded_by.pk), "name": asset.uploaded_by.name}
    assert body["poster_url"].endswith(poster.filename)
    assert (body["may_change"], body["error"], body["job_id"]) == (True, None, str(asset.job_id))
    assert body["created_at"].endswith("Z")


def test_a_failed_one_says_why() -> None:
    asset = AssetFactory(failed=True)
    body = client_of(asset.uploaded_by).get(f"{LIST}{asset.pk}/").json()
    assert body["error"] == {"code": "corrupt_media", "detail": "The file ends in the middle."}
    assert body["state"]["code"] == "failed"


def test_editing() -> None:
    asset = AssetFactory(published=True)
    client = client_of(asset.uploaded_by)
    url = f"{LIST}{asset.pk}/"
    body = client.patch(url, {"title": "عرس", "visibility": "internal"}, format="json").json()
    assert (body["title"], body["visibility"]) == ("عرس", "internal")
    shelf = CollectionFactory(name="Events")
    body = client.patch(
        url, {"tags": ["sea", "Sea", "بحر"], "collections": [str(shelf.pk)]}, format="json"
    ).json()
    assert body["tags"] == ["sea", "بحر"]
    assert body["collections"] == [{"id": str(shelf.pk), "name": "Events"}]
    assert client.get(url).json()["tags"] == ["sea", "بحر"]
    for change, field in (
        ({"publication": "published"}, "publication"),
        ({"visibility": "x"}, "visibility"),
        ({"title": ""}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"tags": "sea"}, "tags"),
        ({"tags": ["x" * 61]}, "tags.0"),
        ({"collections": [str(new_id())]}, "collections"),
    ):
        answer = client.patch(url, change, format="json")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert [e["field"] for e in answer.json()["errors"]] == [field]
    assert client.patch(url, [1], format="json").status_code == 400
    assert client.put(url, {}, format="json").status_code == 405


def test_variants() -> None:
    asset = AssetFactory(published=True)
    vmaf = {"mean": 95.1, "min": 91.0, "harmonic_mean": 95.0, "frames": 88, "model": "vmaf_v0.6.1"}
    rendition = VariantFactory(asset=asset, detail={"vmaf": vmaf})
    manifest = VariantFactory(asset=asset, hls=True)
    VariantFactory()
    found = {
        v["id"]: v for v in client_of(asset.uploaded_by).get(f"{LIST}{asset.pk}/variants/").json()["results"]
    }
    assert set(found) == {str(rendition.pk), str(manifest.pk)}
    assert found[str(rendition.pk)]["url"].startswith("/files/")
    assert found[str(rendition.pk)]["download_url"] != found[str(rendition.pk)]["url"]
    assert found[str(manifest.pk)]["download_url"] is None
    assert found[str(rendition.pk)]["vmaf"] == vmaf
    assert found[str(manifest.pk)]["vmaf"] is None


def test_playback() -> None:
    asset = AssetFactory(published=True)
    VariantFactory(asset=asset, hls=True)
    answer = client_of(asset.uploaded_by).get(f"{LIST}{asset.pk}/playback")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.json()["hls_url"].endswith("/master.m3u8")
    assert answer.json()["dash_url"] is None


def test_strangers_are_told_how_to_play_what_is_public() -> None:
    asset = AssetFactory(published=True, visibility="public")
    VariantFactory(asset=asset, hls=True)
    answer = client_of(None).get(f"{LIST}{asset.pk}/playback")
    assert answer.status_code == 200 and answer.json()["hls_url"]
    assert client_of(None).get(f"{LIST}{new_id()}/playback").status_code == 401
    assert client_of(UserFactory()).get(f"{LIST}{new_id()}/playback").status_code == 404


def test_downloads_are_switched_on_and_off() -> None:
    asset = AssetFactory(published=True)
    VariantFactory(asset=asset)
    owner, other = client_of(asset.uploaded_by), client_of(UserFactory())
    url = f"{LIST}{asset.pk}/"
    answer = owner.patch(url, {"allow_download": False, "visibility": "public"}, format="json")
    assert (answer.json()["allow_download"], answer.json()["visibility"]) == (False, "public")

    def given(client: APIClient) -> list[bool]:
        (row,) = client.get(f"{url}variants/").json()["results"]
        played = client.get(f"{url}playback").json()
        return [link is not None for link in (row["url"], row["download_url"], played["original_url"])]

    assert given(other) == [False] * 3
    assert given(owner) == [True] * 3
    assert other.patch(url, {"allow_download": True}, format="json").status_code == 403


# --- Lists --------------------------------------------------------------------------------------------------------
def ids(client: APIClient, **query: Any) -> list[str]:
    """The ids on the first page."""
    answer = client.get(LIST, query)
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["results"]]


def test_a_list_shows_what_may_be_seen_newest_first() -> None:
    mine, others = AssetFactory(), AssetFactory(published=True)
    AssetFactory()
    AssetFactory(published=True, visibility="private")
    AssetFactory(published=True, trashed=True)
    assert ids(client_of(mine.uploaded_by)) == [str(others.pk), str(mine.pk)]
    assert len(ids(client_of(UserFactory(role="moderator")))) == 4
    assert client_of(None).get(LIST).status_code == 401


def test_filters() -> None:
    user = UserFactory(role="moderator")
    old = AssetFactory(audio=True, title="Old song", duration=200, description="sung in Aleppo")
    Asset.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=10))
    new = AssetFactory(published=True, title="Wedding in Aleppo", duration=20)
    image = AssetFactory(image=True, failed=True, original_filename="IMG_100%.png", visibility="public")
    shelf = CollectionFactory()
    shelf.assets.add(old, new)
    CollectionFactory(parent=shelf).assets.add(image)
    for asset in (old, image):
        asset.tags.add(tag_named("Summer"), tag_named("summit"))
    wording.index([old.pk, image.pk])
    client = client_of(user)
    day_ago = (timezone.now() - timedelta(days=1)).isoformat()
    for query, wanted in (
        ({"kind": "audio"}, [old]),
        ({"kind": ["audio", "image"]}, [image, old]),
        ({"status": "failed"}, [image]),
        ({"owner": str(new.uploaded_by.pk)}, [new]),
        ({"visibility": "public"}, [image]),
        ({"created_after": day_ago}, [image, new]),
        ({"created_before": day_ago}, [old]),
        ({"duration_gte": 100}, [old]),
        ({"duration_lte": 100}, [new]),
        ({"q": "aleppo"}, [new, old]),
        ({"q": "aleppo song"}, [old]),
        ({"q": "100%"}, [image]),
        ({"q": "_"}, [image]),
        ({"q": "nothing"}, []),
        ({"q": "wedd"}, [new]),
        ({"q": "summ"}, [image, old]),
        ({"tag": "SUMMER"}, [image, old]),
        ({"tag": "summ"}, []),
        ({"collection": str(shelf.pk)}, [new, old]),
        ({"collection": str(shelf.pk), "tag": "summer"}, [old]),
    ):
        assert ids(client, **query) == [str(a.pk) for a in wanted], query


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "text"},
        {"owner": "me"},
        {"created_after": "soon"},
        {"duration_gte": "long"},
        {"collection": "x"},
    ],
)
def test_filters_that_are_not_good(query: dict[str, str]) -> None:
    answer = client_of(UserFactory()).get(LIST, query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert [e["field"] for e in answer.json()["errors"]] == list(query)


def test_odd_cursors_do_no_harm() -> None:
    client = client_of(UserFactory())
    for ordering in ("", "duration", "file_size", "title"):
        for cursor in ("x", "cD0=", "cD1hYmM=", "bz0xMDAwMDAwMDAwMDAw", "cD0lMDA=", "cD1uYW4="):
            answer = client.get(LIST, {"cursor": cursor, "ordering": ordering})
            assert answer.status_code in {200, 404}, (ordering, cursor)


@pytest.mark.parametrize(
    "ordering", ["created_at", "-created_at", "title", "-title", "duration", "-duration", "file_size"]
)
def test_every_order_reaches_every_asset_once(ordering: str) -> None:
    user = UserFactory()
    for number in range(7):
        AssetFactory(
            uploaded_by=user,
            title=f"T{number % 3}",
            duration=None if number % 2 else 5.0,
            file_size=1 + number // 2,
        )
    client = client_of(user)
    seen: list[dict[str, Any]] = []
    url: str | None = f"{LIST}?ordering={ordering}&page_size=2"
    while url and len(seen) < 20:
        page = client.get(url).json()
        seen += page["results"]
        url = page["next"]
    assert len({row["id"] for row in seen}) == len(seen) == 7
    name = ordering.removeprefix("-")
    values = [row[name] or 0 for row in seen]
    assert values == sorted(values, reverse=ordering.startswith("-"))


def test_page_size_has_a_limit() -> None:
    user = UserFactory()
    for _ in range(3):
        AssetFactory(uploaded_by=user)
    body = client_of(user).get(LIST, {"page_size": 2}).json()
    assert (set(body), len(body["results"])) == ({"next", "previous", "results"}, 2)
    assert client_of(user).get(LIST, {"page_size": 100_000}).status_code == 200


def test_longer_lists_ask_the_database_no_more(django_assert_num_queries: Any) -> None:
    user = UserFactory(role="viewer")
    for _ in range(2):
        VariantFactory(poster=True)
    # Permissions of the person and of the groups, the assets with their owners, the pictures.
    for client in (client_of(user), client_of(user)):
        with django_assert_num_queries(4):
            assert client.get(LIST).status_code == 200
        for _ in range(5):
            VariantFactory(poster=True)


def test_one_asset_asks_little(django_assert_num_queries: Any) -> None:
    asset = VariantFactory(poster=True).asset
    for number in range(3):
        VariantFactory(asset=asset, quality=f"{number}p")
    client = client_of(UserFactory(role="viewer"))
    # As a list, and its tags and places.
    with django_assert_num_queries(6):
        client.get(f"{LIST}{asset.pk}/")
    with django_assert_num_queries(2):
        client.get(f"{LIST}{asset.pk}/variants/")


def test_the_trash_is_listed_for_those_who_may_empty_it() -> None:
    owner = UserFactory()
    trashed = AssetFactory(uploaded_by=owner, trashed=True)
    AssetFactory(uploaded_by=owner)
    client = APIClient()
    client.force_authenticate(owner)
    found = client.get("/api/v1/assets/?trashed=true").json()["results"]
    assert [row["id"] for row in found] == [str(trashed.pk)]
    client.force_authenticate(UserFactory())
    assert client.get("/api/v1/assets/?trashed=true").json()["results"] == []


@pytest.mark.parametrize(
    ("name", "status"),
    [("anonymous", 401), ("viewer", 404), ("moderator", 403), ("owner", 403), ("manager", 200)],
)
def test_who_may_let_through_and_take_back(name: str, status: int) -> None:
    asset = AssetFactory(published=True, publication="held", policy_verdict="review")
    client = client_of(caller(name, asset))
    for act, publication in (("publish", "published"), ("publish", "published"), ("hold", "held")):
        answer = client.post(f"{LIST}{asset.pk}/{act}")
        assert answer.status_code == status
        if status == 200:
            assert answer.json()["publication"] == publication


def test_what_is_held_is_found() -> None:
    held = AssetFactory(published=True, publication="held", policy_verdict="review")
    AssetFactory(published=True)
    found = client_of(UserFactory(role="manager")).get(f"{LIST}?publication=held").json()["results"]
    assert [row["id"] for row in found] == [str(held.pk)]

"""The room that is left, and whether a file is here already, over HTTP."""

import pytest
from rest_framework.test import APIClient

from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db
HASH = "ab" * 32


def test_a_person_is_told_their_room(api: APIClient) -> None:
    user = UserFactory(quota_bytes=1_000)
    AssetFactory(uploaded_by=user, file_size=300)
    api.force_authenticate(user)
    answer = api.get("/api/v1/me/room")
    assert answer.json() == {"quota": 1_000, "used": 300, "reserved": 0, "left": 700}
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_else_has_room_or_files(api: APIClient) -> None:
    assert api.get("/api/v1/me/room").status_code == 401
    assert api.get(f"/api/v1/uploads/known?sha256={HASH}").status_code == 401


def test_a_file_that_is_here_is_pointed_out(api: APIClient) -> None:
    asset = AssetFactory(published=True, sha256=HASH, title="Sea")
    VariantFactory(asset=asset, poster=True)
    api.force_authenticate(UserFactory())
    document = api.get(f"/api/v1/uploads/known?sha256={HASH}&filename=a.mp4").json()
    assert document["same_name"] == []
    [found] = document["same"]
    assert (found["id"], found["title"], found["kind"]) == (str(asset.pk), "Sea", "video")
    assert found["url"] == f"/assets/{asset.pk}/"
    assert found["thumbnail_url"].startswith("/files/")


@pytest.mark.parametrize("query", ["sha256=x", f"sha256={'z' * 64}", "collection=x", f"filename={'a' * 256}"])
def test_what_cannot_be_asked_is_refused(api: APIClient, query: str) -> None:
    api.force_authenticate(UserFactory())
    answer = api.get(f"/api/v1/uploads/known?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["errors"][0]["field"] == query.split("=", maxsplit=1)[0]

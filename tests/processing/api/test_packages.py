"""The streaming sets of an asset over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from processing.services import packages
from processing.services.keys import GivenKey
from processing.services.packages import Order
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
KEY = bytes.fromhex("a1" * 16)


def url(asset: Any) -> str:
    return f"/api/v1/assets/{asset.pk}/packages/"


def test_sets_are_listed_with_links_and_without_keys() -> None:
    asset = AssetFactory(published=True, encryption="cbcs")
    old = packages.ask(order=Order(""), asset=asset)
    new = packages.ask(order=Order("cbcs", given=GivenKey(uuid4(), KEY)), asset=asset)
    packages.ready(package_id=old.pk, encrypted_tracks=[])
    packages.ready(package_id=new.pk, encrypted_tracks=[1, 2])
    for form in ("hls", "dash"):
        VariantFactory(asset=asset, detail={"package": str(new.pk)}, **{form: True})
    answer = signed_in(UserFactory(role="viewer")).get(url(asset))
    assert KEY.hex() not in answer.content.decode()
    first, second = answer.json()
    assert (first["id"], first["scheme"], first["encrypted_tracks"]) == (str(new.pk), "cbcs", [1, 2])
    assert first["hls_url"].startswith("/files/") and first["dash_url"].startswith("/files/")
    assert (second["id"], second["scheme"], second["hls_url"]) == (str(old.pk), "clear", None)
    assert second["retired_at"] and not first["retired_at"]
    assert set(first) == {
        "id", "job_id", "scheme", "tracks", "encrypted_tracks", "formats", "created_at", "ready_at",
        "retired_at", "hls_url", "dash_url",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"), [(None, 401), ("contributor", 404), ("moderator", 200), ("owner", 200)]
)
def test_who_is_told(who: str | None, status: int) -> None:
    asset = AssetFactory(published=True, visibility="private")
    user = asset.uploaded_by if who == "owner" else UserFactory(role=who) if who else None
    client = signed_in(user) if user else APIClient()
    assert client.get(url(asset)).status_code == status

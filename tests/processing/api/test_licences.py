"""Licences and keys over HTTP, for programs that sign in and for what is public."""

import base64
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from rest_framework.test import APIClient

from assets.models import Asset
from mediaportal.accounts.models import User
from processing.models import Package
from processing.services import keys
from tests.factories import AssetFactory, PackageFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


@pytest.fixture
def package() -> Package:
    made = PackageFactory(asset=AssetFactory(published=True))
    keys.provide(package=made, labels=["SD", "AUDIO"])
    return made


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def ask_license(client: APIClient, package_id: UUID, kid: UUID, **more: Any) -> Any:
    """As a player does, which names no type that means anything."""
    body = json.dumps({"kids": [b64(kid.bytes)], "type": "temporary"})
    content = {"content_type": "application/octet-stream"} | more
    return client.post(f"/api/v1/packages/{package_id}/license", body, **content)


def ask_key(client: APIClient, package_id: UUID, kid: UUID, **more: Any) -> Any:
    return client.get(f"/api/v1/packages/{package_id}/keys/{kid}", **more)


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_a_licence(package: Package) -> None:
    one = keys.opened(package)["SD"]
    client = signed_in(UserFactory())
    for content_type in ("application/octet-stream", "application/json", "text/plain"):
        answer = ask_license(client, package.pk, one.kid, content_type=content_type, HTTP_ACCEPT="text/html")
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        assert answer.json() == {
            "keys": [{"kty": "oct", "kid": b64(one.kid.bytes), "k": b64(one.key)}],
            "type": "temporary",
        }


def test_a_key(package: Package) -> None:
    one = keys.opened(package)["AUDIO"]
    answer = ask_key(signed_in(UserFactory()), package.pk, one.kid, HTTP_ACCEPT="application/octet-stream")
    assert (answer.status_code, answer.content) == (200, one.key)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/octet-stream", "no-store")


@pytest.mark.parametrize("ask", [ask_license, ask_key])
def test_who_may_not_play_gets_nothing(package: Package, api: APIClient, ask: Any) -> None:
    kid = keys.opened(package)["SD"].kid
    owner = User.objects.get(pk=Asset.objects.values_list("uploaded_by", flat=True).get())
    stranger = signed_in(UserFactory())
    assert ask(stranger, package.pk, kid).status_code == 200
    assert ask(api, package.pk, kid).status_code == 401
    Asset.objects.update(visibility="private")
    assert ask(stranger, package.pk, kid).status_code == 404
    assert ask(signed_in(owner), package.pk, kid).status_code == 200
    Asset.objects.update(visibility="public")
    assert ask(api, package.pk, kid).status_code == 200
    Asset.objects.update(publication="blocked")
    assert ask(api, package.pk, kid).status_code == 401
    assert ask(stranger, package.pk, kid).status_code == 404


@pytest.mark.parametrize("ask", [ask_license, ask_key])
def test_other_keys_and_packages_are_not_found(package: Package, ask: Any) -> None:
    other = PackageFactory()
    keys.provide(package=other, labels=["SD"])
    foreign, own = keys.opened(other)["SD"].kid, keys.opened(package)["SD"].kid
    client = signed_in(UserFactory(role="administrator"))
    for package_id, kid in ((package.pk, foreign), (package.pk, uuid4()), (other.pk, own), (uuid4(), own)):
        answer = ask(client, package_id, kid)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_request_that_is_none(package: Package) -> None:
    client = signed_in(UserFactory())
    answer = client.post(f"/api/v1/packages/{package.pk}/license", "{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_too_many(package: Package, settings: Any) -> None:
    settings.LICENSE_TRIES = 1
    client, kid = signed_in(UserFactory()), keys.opened(package)["SD"].kid
    assert ask_key(client, package.pk, kid).status_code == 200
    answer = ask_license(client, package.pk, kid)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer["Retry-After"]) > 0
    assert ask_key(signed_in(UserFactory()), package.pk, kid).status_code == 200

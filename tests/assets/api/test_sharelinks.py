"""Share links over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from assets.delivery import standings, tokens
from assets.doors import files
from assets.models import ShareLink
from assets.services import sharing
from mediaportal.accounts.models import User
from tests.asgi import request
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory, VariantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]
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


def test_a_link_tells_how_far_the_pictures_with_its_name_are(api: APIClient, owner: User) -> None:
    asset = AssetFactory(published=True, uploaded_by=owner, upload_status="processing")
    wanted = {"asset": asset.pk, "title": "Client", "watermark": "burnt"}
    made = api.post(LINKS, wanted, format="json").json()
    pending = {"state": "pending", "progress": 0, "job_id": None, "error": ""}
    assert made["rendition"] == pending
    ShareLinkFactory(asset=asset, watermark="overlay")
    rows = api.get(LINKS, {"asset": str(asset.pk)}).json()["results"]
    assert {row["watermark"]: row["rendition"] for row in rows} == {"burnt": pending, "overlay": None}
    assert api.delete(f"{LINKS}{made['id']}/").status_code == 204
    assert api.get(f"{LINKS}{made['id']}/").json()["rendition"] is None


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


# --- Visitors' programs ---------------------------------------------------------------------------------------------
def locked(**traits: Any) -> ShareLink:
    """A link to a film, with the password "let me in"."""
    asset = AssetFactory(published=True, visibility="private", title="Secret harbour", **traits)
    VariantFactory(asset=asset, hls=True, content=b"#EXTM3U\n")
    return sharing.make(user=asset.uploaded_by, asset=asset, password="let me in")


def visit(api: APIClient, link_id: UUID, **said: Any) -> Any:
    return api.post(f"{LINKS}{link_id}/playback", said, format="json")


def test_a_program_gives_the_password_for_what_a_player_needs(api: APIClient) -> None:
    link = locked()
    for said in ({}, {"password": ""}, {"password": "let me out"}, {"password": " let me in"}):
        answer = visit(api, link.pk, **said)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
        assert "harbour" not in answer.content.decode() and "/files/" not in answer.content.decode()
    answer = visit(api, link.pk, password="let me in")
    document = answer.json()
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "private, no-store"
    assert (document["asset_id"], document["title"]) == (str(link.asset_id), "Secret harbour")
    assert document["original_url"] is None and document["allow_download"] is False
    token = tokens.read(document["hls_url"].split("/")[2])
    assert (token.share_id, token.user_id) == (link.pk, None)
    link.refresh_from_db()
    assert link.uses == 1


def test_what_it_was_given_opens_until_the_link_is_revoked(
    api: APIClient, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, app = locked(), files.files_app()
    url = visit(api, link.pk, password="let me in").json()["hls_url"]
    assert request(app, "GET", url).body == b"#EXTM3U\n"
    sharing.revoke(user=link.created_by, link=link)
    monkeypatch.setattr(standings, "CHECK_SECONDS", 0.0)
    assert request(app, "GET", url).status == 404
    assert visit(api, link.pk, password="let me in").status_code == 410


def test_a_link_without_a_password_wants_none(api: APIClient) -> None:
    link = ShareLinkFactory()
    assert visit(api, link.pk).status_code == visit(api, link.pk, password="any").status_code == 200


def test_whoever_else_they_are_callers_are_visitors(api: APIClient) -> None:
    link = locked()
    owner = APIClient(enforce_csrf_checks=True)
    owner.force_login(link.created_by)
    assert visit(owner, link.pk, password="wrong").status_code == 403
    document = visit(owner, link.pk, password="let me in").json()
    assert tokens.read(document["hls_url"].split("/")[2]).share_id == link.pk
    api.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    assert visit(api, link.pk, password="let me in").status_code == 200


@pytest.mark.parametrize(
    ("asset", "link", "status"),
    [
        ({"published": True}, {"revoked": True}, 410),
        ({"published": True}, {"expired": True}, 410),
        ({"published": True, "trashed": True}, {}, 410),
        ({}, {}, 404),
    ],
)
def test_what_does_not_open_says_why(
    api: APIClient, asset: dict[str, Any], link: dict[str, Any], status: int
) -> None:
    made = ShareLinkFactory(asset=AssetFactory(**asset), **link)
    assert visit(api, made.pk).status_code == status
    assert visit(api, uuid4()).status_code == 404
    assert api.get(f"{LINKS}{made.pk}/playback").status_code == 405


def test_programs_guess_as_slowly_as_people(
    api: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = locked()
    settings.SIGN_IN_TRIES = 2
    monkeypatch.setattr("mediaportal.core.tries.time.time", lambda: 6_000_000_000.0)
    assert visit(api, link.pk, password="x").status_code == 403
    # Of one address the page and the programs are counted together.
    assert Client().post(f"/s/{link.pk}/", {"password": "x"}).status_code == 403
    answer = visit(api, link.pk, password="let me in")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert answer.json()["code"] == "rate_limited"


def test_a_password_that_is_too_long_is_not_tried(api: APIClient) -> None:
    answer = visit(api, locked().pk, password="x" * 129)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "password")

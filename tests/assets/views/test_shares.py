"""The pages on which people without an account watch, and the dialog in which owners share."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assets import registry
from assets.models import Asset, ShareLink
from assets.services import library, sharing
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory, VariantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


def film(**traits: Any) -> Asset:
    """A published film that can be streamed and kept."""
    asset = AssetFactory(published=True, **{"visibility": "private", **traits})
    for kind in ({"hls": True}, {"dash": True}, {"poster": True}, {}):
        VariantFactory(asset=asset, **kind)
    return asset


def locked(**traits: Any) -> ShareLink:
    """A link with the password "let me in"."""
    asset = film(**traits)
    return sharing.make(user=asset.uploaded_by, asset=asset, password="let me in")


# --- Visitors -------------------------------------------------------------------------------------------------------
def test_a_stranger_sees_the_media_its_title_and_its_owner_and_nothing_else() -> None:
    asset = film(title="<i>Harbour", description="For our eyes only")
    link = ShareLinkFactory(asset=asset, title="Client")
    answer = Client().get(sharing.path_of(link))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "&lt;i&gt;Harbour" in page and asset.uploaded_by.name in page
    assert "&quot;hls_url&quot;: &quot;/files/" in page and f'data-playback="/s/{link.pk}/playback"' in page
    for hidden in (
        "For our eyes only",
        "Client",
        asset.sha256,
        asset.original_filename,
        'class="rail"',
        "sign-out",
    ):
        assert hidden not in page
    link.refresh_from_db()
    assert link.uses == 1


def test_the_address_is_told_to_nobody() -> None:
    answer = Client().get(sharing.path_of(ShareLinkFactory()))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("keep", [True, False])
def test_downloads_are_offered_where_both_say_so(keep: bool) -> None:
    link = ShareLinkFactory(asset=film(), allow_download=keep)
    page = Client().get(sharing.path_of(link)).content.decode()
    assert ("Download" in page) is keep and (link.asset.original_filename in page) is keep
    document = Client().get(f"{sharing.path_of(link)}playback").json()
    assert document["allow_download"] is keep and (document["original_url"] is not None) is keep
    assert document["hls_url"] and document["dash_url"]


@pytest.mark.parametrize(
    ("asset", "link", "status", "code", "words"),
    [
        ({"published": True}, {"revoked": True}, 410, "share_link_ended", "This link has been withdrawn"),
        ({"published": True}, {"expired": True}, 410, "share_link_ended", "This link has ended"),
        ({"published": True, "trashed": True}, {}, 410, "share_link_ended", "This link has ended"),
        ({}, {}, 404, "share_not_ready", "There is nothing to watch here yet"),
    ],
)
def test_what_does_not_open_says_why(
    asset: dict[str, Any], link: dict[str, Any], status: int, code: str, words: str
) -> None:
    made = ShareLinkFactory(asset=AssetFactory(title="Secret harbour", **asset), **link)
    path = sharing.path_of(made)
    answer = Client().get(path)
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page and code in page and "Secret harbour" not in page
    for part in ("playback", "standing"):
        answer = Client().get(f"{path}{part}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    made.refresh_from_db()
    assert made.uses == 0


def test_an_address_that_nobody_made() -> None:
    answer = Client().get(f"/s/{uuid4()}/")
    assert answer.status_code == 404
    assert "This link leads nowhere" in answer.content.decode()


def test_an_open_page_hears_that_its_link_is_revoked_or_says_something_else() -> None:
    link, client = ShareLinkFactory(), Client()
    path = f"{sharing.path_of(link)}standing"

    def version() -> str:
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (204, "private, no-store")
        return str(answer.headers["ETag"])

    before = version()
    assert version() == before
    sharing.change(user=link.created_by, link=link, title="Somebody else")
    assert version() == before
    sharing.change(user=link.created_by, link=link, allow_download=True)
    after = version()
    assert after != before
    library.edit(user=link.created_by, asset=link.asset, allow_download=False)
    assert version() == before
    sharing.revoke(user=link.created_by, link=link)
    assert client.get(path).status_code == 410


def test_an_open_page_of_an_asset_hears_whether_its_viewer_may_still_see_it() -> None:
    asset, client = film(visibility="public"), Client()
    owner = Client()
    owner.force_login(asset.uploaded_by)
    path = reverse("asset-standing", args=[asset.pk])
    assert (client.get(path).status_code, owner.get(path).status_code) == (204, 204)
    library.edit(user=asset.uploaded_by, asset=asset, visibility="private")
    assert (client.get(path).status_code, owner.get(path).status_code) == (404, 204)


@pytest.mark.parametrize(
    ("link", "reason"), [({"revoked": True}, "withdrawn"), ({"expired": True}, "expired"), ({}, "gone")]
)
def test_why_a_link_has_ended_is_told(link: dict[str, Any], reason: str) -> None:
    made = ShareLinkFactory(asset=AssetFactory(blocked=True), **link)
    assert Client().get(f"{sharing.path_of(made)}standing").json()["reason"] == reason


def test_the_watermark_is_in_the_document() -> None:
    link = ShareLinkFactory(title="Client", watermark="overlay")
    document = Client().get(f"{sharing.path_of(link)}playback").json()
    assert document["watermark"]["text"].startswith("Client · ")
    other = ShareLinkFactory(asset=link.asset)
    assert Client().get(f"{sharing.path_of(other)}playback").json()["watermark"] is None


def test_the_page_says_that_the_pictures_with_the_name_are_being_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link, client = ShareLinkFactory(asset=film(), watermark="burnt"), Client()
    path = sharing.path_of(link)
    state = registry.BurntState("pending", 40)
    burner = replace(registry.burner(), states=lambda found: dict.fromkeys([one.pk for one in found], state))
    monkeypatch.setattr(registry, "_burners", [burner])
    page = client.get(path).content.decode()
    assert "This film is being prepared for you." in page and "data-player" not in page
    document = client.get(f"{path}playback").json()
    assert document["preparing"] and document["hls_url"] is None and document["dash_url"] is None
    before = client.get(f"{path}standing").headers["ETag"]
    state = registry.BurntState("failed")
    assert "could not be prepared" in client.get(path).content.decode()
    state = registry.BurntState("ready", 100)
    assert client.get(f"{path}standing").headers["ETag"] != before


def test_the_dialog_tells_how_far_the_pictures_of_each_link_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asset = film()
    link = ShareLinkFactory(asset=asset, watermark="burnt", created_by=asset.uploaded_by)
    client, job_id = Client(), uuid4()
    client.force_login(asset.uploaded_by)
    state = registry.BurntState("pending", 40, job_id)
    burner = replace(registry.burner(), states=lambda found: dict.fromkeys([one.pk for one in found], state))
    monkeypatch.setattr(registry, "_burners", [burner])
    where = f"/assets/{asset.pk}/share/"
    assert f'data-making="{job_id}"' in client.get(where).content.decode()
    state = registry.BurntState("failed", 0, job_id, "It broke.", mendable=True)
    page = client.get(where).content.decode()
    assert "It broke." in page and f'data-share-retry="{job_id}"' in page
    state = registry.BurntState("failed", 0, job_id, "It is damaged.")
    assert "data-share-retry" not in client.get(where).content.decode()
    ShareLink.objects.filter(pk=link.pk).update(watermark="overlay")
    assert "share-making" not in client.get(where).content.decode()


def test_the_page_asks_little(django_assert_max_num_queries: Any) -> None:
    link = ShareLinkFactory(asset=film())
    with django_assert_max_num_queries(6):
        Client().get(sharing.path_of(link))
    with django_assert_max_num_queries(1):
        Client().get(f"{sharing.path_of(link)}standing")


# --- Passwords ------------------------------------------------------------------------------------------------------
def test_a_password_is_asked_for_before_anything_is_told() -> None:
    link, client = locked(title="Secret harbour"), Client()
    path = sharing.path_of(link)
    page = client.get(path)
    assert page.status_code == 200 and "This link has a password" in page.content.decode()
    assert "Secret harbour" not in page.content.decode() and "/files/" not in page.content.decode()
    # A form without a referrer would have no origin, and would be refused.
    assert page.headers["Referrer-Policy"] == "same-origin"
    for part in ("playback", "standing"):
        assert client.get(f"{path}{part}").status_code == 403

    wrong = client.post(path, {"password": "let me out"})
    assert wrong.status_code == 403 and "This is not the password" in wrong.content.decode()
    assert "/files/" not in wrong.content.decode()

    right = client.post(path, {"password": "let me in"})
    assert (right.status_code, right.headers["Location"]) == (303, path)
    cookie = right.cookies["share"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (
        path,
        True,
        "Lax",
        "",
    )
    assert "Secret harbour" in client.get(path).content.decode()
    assert client.get(f"{path}playback").status_code == 200
    link.refresh_from_db()
    assert link.uses == 1, "asking for the password is no use of the link"


def test_the_answer_is_good_for_one_link_and_one_password() -> None:
    link, other, client = locked(), locked(), Client()
    path = sharing.path_of(link)
    client.post(path, {"password": "let me in"})
    client.cookies["share"]["path"] = "/"
    assert "This link has a password" in client.get(sharing.path_of(other)).content.decode()
    assert "This link has a password" not in client.get(path).content.decode()
    sharing.change(user=link.created_by, link=link, password="another word")
    assert "This link has a password" in client.get(path).content.decode()
    client.cookies["share"] = "made-up"
    assert "This link has a password" in client.get(path).content.decode()


def test_guessing_is_slow(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    link, client = locked(), Client()
    path = sharing.path_of(link)
    settings.SIGN_IN_TRIES = 2
    monkeypatch.setattr("mediaportal.core.tries.time.time", lambda: 6_000_000_000.0)
    assert [client.post(path, {"password": "x"}).status_code for _try in range(2)] == [403, 403]
    answer = client.post(path, {"password": "let me in"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Too many tries" in answer.content.decode() and "share" not in answer.cookies


def test_a_form_from_elsewhere_is_refused() -> None:
    link = locked()
    client = Client(enforce_csrf_checks=True)
    assert client.post(sharing.path_of(link), {"password": "let me in"}).status_code == 403
    assert "share" not in client.cookies


def test_a_link_without_a_password_takes_none() -> None:
    answer = Client().post(sharing.path_of(ShareLinkFactory()), {"password": "x"})
    assert answer.status_code == 200 and "data-shared" in answer.content.decode()


# --- What is public -------------------------------------------------------------------------------------------------
def test_a_public_film_has_a_page_for_everybody() -> None:
    asset = film(visibility="public", title="Harbour", description="For our eyes only")
    answer = Client().get(f"/assets/{asset.pk}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Harbour" in page and asset.uploaded_by.name in page
    assert f'data-playback="/api/v1/assets/{asset.pk}/playback"' in page
    assert "For our eyes only" not in page and asset.sha256 not in page and 'class="rail"' not in page
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    document = Client().get(f"/api/v1/assets/{asset.pk}/playback").json()
    assert document["hls_url"] and document["original_url"]
    assert Client().get(f"/assets/{asset.pk}/standing").status_code == 204


def test_without_downloads_a_public_film_is_watched_only() -> None:
    asset = film(visibility="public", allow_download=False)
    page = Client().get(f"/assets/{asset.pk}/").content.decode()
    assert "Download" not in page and asset.original_filename not in page
    document = Client().get(f"/api/v1/assets/{asset.pk}/playback").json()
    assert document["hls_url"] and document["original_url"] is None and document["allow_download"] is False


@pytest.mark.parametrize(
    "traits",
    [
        {"published": True, "visibility": "internal"},
        {"visibility": "public"},
        {"blocked": True, "visibility": "public"},
        {"published": True, "visibility": "public", "trashed": True},
        None,
    ],
)
def test_of_everything_else_strangers_hear_that_they_must_sign_in(traits: dict[str, Any] | None) -> None:
    asset_id = uuid4() if traits is None else AssetFactory(**traits).pk
    answer = Client().get(f"/assets/{asset_id}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/sign-in/?next=/assets/{asset_id}/")
    assert Client().get(f"/api/v1/assets/{asset_id}/playback").status_code == 401
    assert Client().get(f"/assets/{asset_id}/standing").status_code == 404


# --- Owners ---------------------------------------------------------------------------------------------------------
def test_the_dialog_lists_the_links_of_one_asset_with_their_state() -> None:
    asset = film(title="Harbour")
    user, client = asset.uploaded_by, Client()
    client.force_login(user)
    assert 'data-opens="share"' in client.get(f"/assets/{asset.pk}/").content.decode()
    panel = f"/assets/{asset.pk}/share/"
    assert "A link lets people without an account" in client.get(panel).content.decode()

    link = ShareLinkFactory(asset=asset, title="<b>Client", password="hashed", uses=3)
    ShareLinkFactory(asset=asset, title="Gone", revoked=True)
    ShareLinkFactory(asset=asset, title="Past", expires_at=timezone.now() - timedelta(days=1))
    ShareLinkFactory(title="Elsewhere")
    page = client.get(panel).content.decode()
    assert "&lt;b&gt;Client" in page and "opened 3 times" in page and "hashed" not in page
    assert re.findall(r'data-state="(\w+)"', page) == ["open", "expired", "revoked"]
    assert f"http://testserver/s/{link.pk}/" in page and "Elsewhere" not in page
    assert page.count("data-copy=") == 1


def test_the_dialog_asks_no_more_for_many_links() -> None:
    asset, client = film(), Client()
    client.force_login(asset.uploaded_by)
    counts = []
    for _round in range(2):
        ShareLinkFactory.create_batch(2, asset=asset)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/assets/{asset.pk}/share/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("visibility", "status"), [("internal", 403), ("private", 404)])
def test_the_dialog_is_for_those_who_may_share(visibility: str, status: int) -> None:
    asset, client = film(visibility=visibility), Client()
    client.force_login(UserFactory())
    assert client.get(f"/assets/{asset.pk}/share/").status_code == status
    if status == 403:
        assert 'data-opens="share"' not in client.get(f"/assets/{asset.pk}/").content.decode()


def test_who_may_not_download_is_not_offered_it() -> None:
    asset, client = film(visibility="internal", allow_download=False), Client()
    client.force_login(UserFactory())
    page = client.get(f"/assets/{asset.pk}/").content.decode()
    assert 'id="files-title"' not in page and 'data-file=""' in page
    client.force_login(asset.uploaded_by)
    page = client.get(f"/assets/{asset.pk}/").content.decode()
    assert 'id="files-title"' in page and "Others who may watch it may not download it." in page

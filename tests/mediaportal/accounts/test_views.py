"""Signing in and out, the account, the language."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation

from mediaportal.core.problems import NotFound
from tests.factories import PASSWORD, AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_signing_in_by_e_mail_goes_where_the_person_wanted() -> None:
    UserFactory(email="lina@example.org")
    client = Client()
    answer = client.post(
        "/sign-in/?next=/upload/", {"username": "LINA@example.org", "password": PASSWORD, "next": "/upload/"}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/upload/"
    assert client.get("/").status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_words() -> None:
    UserFactory(email="lina@example.org")
    words = []
    for email in ("lina@example.org", "nobody@example.org"):
        page = Client().post("/sign-in/", {"username": email, "password": "wrong"}).content.decode()
        words.append(page.split('role="alert">', 1)[1].split("</div>", 1)[0])
    assert words[0] == words[1]
    assert "is not right" in words[0]


def test_nobody_is_sent_to_another_site() -> None:
    UserFactory(email="lina@example.org")
    answer = Client().post(
        "/sign-in/", {"username": "lina@example.org", "password": PASSWORD, "next": "//evil.example"}
    )
    assert answer.headers["Location"] == "/"


def test_signing_out_needs_a_post() -> None:
    client = Client()
    client.force_login(UserFactory())
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302


def test_the_pages_follow_the_account_s_language_at_any_browser() -> None:
    user = UserFactory(language="ar")
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    assert 'lang="ar" dir="rtl"' in client.get("/account/").content.decode()
    client.post("/i18n/setlang/", {"language": "en"})
    user.refresh_from_db()
    assert user.language == "en"
    client.post("/i18n/setlang/", {"language": "tlh"})
    user.refresh_from_db()
    assert user.language == "en"


def test_what_a_page_asks_of_the_api_is_answered_in_the_account_s_language() -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(UserFactory(language="ar"))
    client.cookies["django_language"] = "en"
    with translation.override("ar"):
        told = str(NotFound.title)
    assert told != "There is no such thing here"
    assert client.get(f"/api/v1/assets/{uuid4()}/").json()["title"] == told


def test_name_and_language_can_be_changed() -> None:
    user = UserFactory()
    client = Client()
    client.force_login(user)
    # As every other choice of the portal: with its own mark, at the end of the line in both directions.
    assert '<span class="select block"><select name="language"' in client.get("/account/").content.decode()
    assert client.post("/account/", {"act": "about", "name": "Lina", "language": "ar"}).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.language) == ("Lina", "ar")
    assert client.post("/account/", {"act": "about", "name": "Lina", "language": "??"}).status_code == 422


def test_a_new_password_keeps_the_person_signed_in() -> None:
    user = UserFactory()
    client = Client()
    client.force_login(user)
    fresh = "another horse, another staple"
    form = {"act": "password", "old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}
    assert client.post("/account/", form | {"old_password": "wrong"}).status_code == 422
    assert client.post("/account/", form).status_code == 302
    user.refresh_from_db()
    assert user.check_password(fresh)
    assert client.get("/account/").status_code == 200


def test_the_account_shows_the_room_that_is_taken() -> None:
    user = UserFactory(quota_bytes=4 * 1024**2)
    client = Client()
    client.force_login(user)
    AssetFactory(uploaded_by=user, file_size=3 * 1024**2, trashed=True)
    page = client.get("/account/").content.decode()
    assert 'value="75"' in page
    assert "3.0\xa0MB of 4.0\xa0MB" in page and "1.0\xa0MB left" in page
    AssetFactory(uploaded_by=user, file_size=1024**2)
    assert "Nothing is left" in client.get("/account/").content.decode()


def test_without_a_bound_the_account_says_only_what_is_taken() -> None:
    user = UserFactory()
    client = Client()
    client.force_login(user)
    assert "Room for your files" not in client.get("/account/").content.decode()
    AssetFactory(uploaded_by=user, file_size=3 * 1024**2)
    assert "Your files take 3.0\xa0MB" in client.get("/account/").content.decode()

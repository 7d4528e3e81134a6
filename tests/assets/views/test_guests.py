"""The page of a guest link, and the pages on which managers make them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assets.models import GuestLink
from assets.services import guests
from tests.factories import AssetFactory, CollectionFactory, GuestLinkFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(UserFactory(role="manager"))
    return client


# --- Guests ---------------------------------------------------------------------------------------------------------
def test_the_page_needs_no_sign_in_and_says_what_is_asked_for() -> None:
    link = GuestLinkFactory(
        title="<i>Film", message="One\n<b>two", kinds=["video"], most_files=3, most_bytes=2 * 1024**3
    )
    answer = Client().get(guests.path_of(link))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "&lt;i&gt;Film" in page and "One<br>&lt;b&gt;two" in page
    assert "3 files may still be sent" in page and "2.0\xa0GB left in all" in page
    assert 'accept="video/*' in page
    assert '<nav class="rail"' not in page and "/sign-out/" not in page


def test_the_address_is_told_to_nobody() -> None:
    answer = Client().get(guests.path_of(GuestLinkFactory()))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_page_turns_with_the_language_without_a_form() -> None:
    client, path = Client(), guests.path_of(GuestLinkFactory())
    for address in (f"{path}?language=ar", path):
        assert 'lang="ar" dir="rtl"' in client.get(address).content.decode()
    assert 'lang="en" dir="ltr"' in client.get(f"{path}?language=en").content.decode()
    assert 'lang="en"' in client.get(f"{path}?language=tlh").content.decode()


@pytest.mark.parametrize("over", ["ended", "expired", "used up", "maker"])
def test_a_link_that_is_over_says_so_kindly(over: str) -> None:
    past = timezone.now() - timedelta(minutes=1)
    traits: dict[str, dict[str, Any]] = {
        "ended": {"ended_at": past},
        "expired": {"expires_at": past},
        "used up": {"most_files": 1},
        "maker": {"created_by": UserFactory(role="manager", inactive=True)},
    }
    link = GuestLinkFactory(title="Secret name", **traits[over])
    AssetFactory(guest_link=link)
    answer = Client().get(guests.path_of(link))
    page = answer.content.decode()
    assert answer.status_code == 410
    assert "guest_link_ended" in page and "Secret name" not in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_forged_address_is_not_there() -> None:
    token = guests.token_of(GuestLinkFactory())
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    answer = Client().get(f"/guest/{forged}/")
    assert answer.status_code == 404
    assert "This link leads nowhere" in answer.content.decode()
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_whoever_comes_too_often_waits(settings: Any) -> None:
    settings.GUEST_TRIES = 1
    path = guests.path_of(GuestLinkFactory())
    assert Client().get(path).status_code == 200
    answer = Client().get(path)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 60


# --- Managers -------------------------------------------------------------------------------------------------------
def form(**changes: Any) -> dict[str, Any]:
    ends = (timezone.localdate() + timedelta(days=5)).isoformat()
    return {"title": "Film", "message": "", "ends": ends} | changes


def test_others_have_no_guest_links() -> None:
    link = GuestLinkFactory()
    for client, status in ((Client(), 302), (Client(), 403)):
        if status == 403:
            client.force_login(UserFactory(role="moderator"))
        assert client.get("/guest-links/").status_code == status
        assert client.post("/guest-links/new/", form()).status_code == status
        assert client.post(f"/guest-links/{link.pk}/", form()).status_code == status
        assert client.post(f"/guest-links/{link.pk}/end/").status_code == status


def test_a_link_is_made_changed_and_ended(manager: Client) -> None:
    collection = CollectionFactory()
    asked = form(kinds=["image"], most_files="3", most_megabytes="10", collection=str(collection.pk))
    assert manager.post("/guest-links/new/", asked).status_code == 302
    link = GuestLink.objects.get()
    assert (link.kinds, link.most_files, link.most_bytes) == (["image"], 3, 10 * 1024**2)
    assert (link.collection, link.expires_at.date().isoformat()) == (collection, asked["ends"])
    page = manager.get("/guest-links/").content.decode()
    assert f'data-copy="http://testserver{guests.path_of(link)}"' in page
    assert 'value="10"' in manager.get(f"/guest-links/{link.pk}/").content.decode()
    assert manager.post(f"/guest-links/{link.pk}/", form(title="Other")).status_code == 302
    link.refresh_from_db()
    assert (link.title, link.most_files, link.kinds) == ("Other", None, [])
    assert manager.post(f"/guest-links/{link.pk}/end/").status_code == 302
    answer = manager.post(f"/guest-links/{link.pk}/", form(title="Again"))
    assert answer.status_code == 422 and "was ended" in answer.content.decode()
    assert guests.path_of(link) not in manager.get("/guest-links/").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"ends": "2020-01-01"}, {"title": ""}, {"most_files": "0"}, {"kinds": ["x"]}]
)
def test_what_is_wrong_is_said_beside_its_field(manager: Client, wrong: dict[str, Any]) -> None:
    answer = manager.post("/guest-links/new/", form(**wrong))
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.content.decode()
    assert GuestLink.objects.count() == 0


def test_the_list_asks_as_often_for_many_as_for_few(manager: Client) -> None:
    assert "No guest links yet" in manager.get("/guest-links/").content.decode()
    counts = []
    for _round in range(2):
        for _number in range(4):
            AssetFactory(guest_link=GuestLinkFactory(collection=CollectionFactory()))
        with CaptureQueriesContext(connection) as captured:
            assert manager.get("/guest-links/").status_code == 200
        counts.append(len(captured))
    assert counts[1] == counts[0] <= 9

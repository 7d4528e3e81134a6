"""The bell's pages: only one's own lines, foreign text stays text, reading counts."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from mediaportal.accounts.models import User
from notifications.models import Notification
from notifications.services import bell, news
from notifications.services.wording import words_of
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def told(user: User, title: str = "Harbour", count: int = 1) -> Notification:
    for _line in range(count):
        asset = AssetFactory(uploaded_by=user, published=True, title=title)
        news.tell_of_asset(event_type="asset.published", asset=asset)
    return Notification.objects.filter(user=user)[0]


@pytest.fixture
def owner(client: Client) -> User:
    user = UserFactory()
    client.force_login(user)
    return user


def test_strangers_are_sent_to_the_sign_in(client: Client) -> None:
    assert client.get(reverse("bell")).status_code == 302


def test_the_fragment_has_the_newest_twenty_and_the_number(client: Client, owner: User) -> None:
    told(owner, count=22)
    told(UserFactory(), title="Foreign")
    page = client.get(reverse("bell"), headers={"HX-Request": "true"}).content.decode()
    assert page.count('class="bell-line unread"') == 20
    assert 'id="bell-count" hx-swap-oob="true">22<' in page
    assert "Foreign" not in page
    assert "<html" not in page


def test_the_page_pages(client: Client, owner: User) -> None:
    told(owner, count=52)
    assert (
        client.get(reverse("bell")).content.decode().count('class="bell-line') == 50 + 1
    )  # and the list itself
    assert "?page=1" in client.get(reverse("bell") + "?page=2").content.decode()


def test_an_empty_bell_says_so(client: Client, owner: User) -> None:
    assert b"Nothing yet" in client.get(reverse("bell")).content
    assert b"Nothing yet" in client.get(reverse("bell"), headers={"HX-Request": "true"}).content


def test_foreign_text_is_escaped_and_kept_apart(client: Client, owner: User) -> None:
    told(owner, title="<script>alert(1)</script>")
    page = client.get(reverse("bell")).content.decode()
    assert "<script>alert" not in page
    assert "<bdi>&lt;script&gt;" in page


def test_reading_all_and_one(client: Client, owner: User) -> None:
    line = told(owner, count=3)
    other = told(UserFactory())
    client.post(reverse("bell-read"), {"id": [str(line.pk), str(other.pk)]})
    assert (bell.unread_count(user=owner), bell.unread_count(user=other.user)) == (2, 1)
    answer = client.post(reverse("bell-read"), headers={"HX-Request": "true"})
    assert b"hidden>0<" in answer.content
    assert bell.unread_count(user=owner) == 0
    assert client.get(reverse("bell-read")).status_code == 405
    assert client.post(reverse("bell-read"), {"id": "x"}).status_code == 404


def test_opening_a_line_leads_to_its_asset_and_counts_as_read(client: Client, owner: User) -> None:
    line = told(owner)
    answer = client.get(reverse("bell-open", args=[line.pk]))
    assert answer.headers["Location"] == reverse("asset", args=[line.data["asset_id"]])
    assert bell.unread_count(user=owner) == 0
    assert client.get(reverse("bell-open", args=[uuid.uuid4()])).status_code == 404
    assert client.get(reverse("bell-open", args=[told(UserFactory()).pk])).status_code == 404


def test_words_of_an_unknown_kind_and_in_another_language(owner: User) -> None:
    line = told(owner, title="{x} 100%")
    assert words_of(line).html == "<bdi>{x} 100%</bdi> is ready."
    assert words_of(line).text == "\u2068{x} 100%\u2069 is ready."
    with override("ar"):
        assert "<bdi>{x} 100%</bdi>" in words_of(line).html
    line.kind, line.data = "something.new", {}
    assert words_of(line).text == "There is news of \u2068A file\u2069."

"""The page of what waits for a manager."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import AssetFactory, GuestLinkFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(UserFactory(role="manager"))
    return client


def _arrive(count: int) -> None:
    link = GuestLinkFactory(title="Film days")
    for _number in range(count):
        asset = AssetFactory(
            guest_link=link, published=True, publication="held", policy_verdict="review", title="<i>Sea"
        )
        VariantFactory(asset=asset, poster=True)


def test_what_waits_is_shown_with_where_it_came_from(manager: Client) -> None:
    _arrive(1)
    AssetFactory(guest_link=GuestLinkFactory(title="Radio"), policy_verdict="review", title="Voice")
    page = manager.get("/held/").content.decode()
    assert "&lt;i&gt;Sea" in page and "Film days" in page and "Held for review" in page
    assert "Voice" in page and "Radio" in page and "Not yet checked" in page
    assert "<h1>Held files</h1>" in page and 'href="/review/"' in page.split("<h1>")[1]
    assert page.count("/files/") >= 1, "a picture only of what has passed the gate"
    assert "poster" in page and page.count("<picture>") == 1


def test_the_rail_counts_them_for_those_who_decide(manager: Client) -> None:
    _arrive(2)
    assert '<span class="rail-count figures">2</span>' in manager.get("/").content.decode()
    other = Client()
    other.force_login(UserFactory(role="moderator"))
    assert "rail-count" not in other.get("/").content.decode()
    assert other.get("/held/").status_code == 403


def test_the_page_asks_as_often_for_many_as_for_few(manager: Client) -> None:
    assert 'id="nothing">' in manager.get("/held/").content.decode()
    counts = []
    for _round in range(2):
        _arrive(5)
        with CaptureQueriesContext(connection) as captured:
            assert manager.get("/held/").status_code == 200
        counts.append(len(captured))
    assert counts[1] == counts[0] <= 10


def test_the_asset_says_through_which_link_it_came(manager: Client) -> None:
    asset = AssetFactory(guest_link=GuestLinkFactory(title="Film days"))
    page = manager.get(f"/assets/{asset.pk}/").content.decode()
    assert "Sent through" in page and "Film days" in page


def test_it_is_marked_what_no_scanner_has_read(manager: Client) -> None:
    AssetFactory(scan_verdict="clean", policy_verdict="review", publication="held")
    assert "data-unscanned" not in manager.get("/held/").content.decode()
    AssetFactory(scan_verdict="unscannable", publication="held")
    page = manager.get("/held/").content.decode()
    assert page.count("data-unscanned") == 1 and 'id="release-scan"' in page

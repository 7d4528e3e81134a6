"""The library finds by words about assets and by words inside of them."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import pytest

from assets import registry
from assets.access import Caller
from assets.models import Asset
from assets.registry import InsideSearch, Place
from assets.services.browse import Filters, browse
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let these assets be found inside, in this order, at the seconds 1, 2, 3 …"""

    def let(*assets: Asset) -> None:
        def find(words: str, user: Caller) -> dict[UUID, int]:
            return {asset.pk: number for number, asset in enumerate(assets, 1)} if words == "harbour" else {}

        def places(numbers: Iterable[int]) -> dict[int, Place]:
            return {number: Place(float(number), "speech", f"harbour {number}") for number in numbers}

        monkeypatch.setattr(registry, "_inside_searches", [InsideSearch(find, places)])

    return let


def test_what_is_found_inside_comes_behind_titles_in_its_own_order(inside: Callable[..., None]) -> None:
    user = UserFactory()
    first, second, titled, other = (
        AssetFactory(uploaded_by=user, published=True, title=title) for title in ("A", "B", "Harbour", "C")
    )
    inside(first, second)
    assert other.title == "C"
    filters = Filters.from_query({"q": "harbour"})
    page = browse(user=user, filters=filters)
    assert [asset.pk for asset in page.assets] == [titled.pk, first.pk, second.pk]
    assert {pk: place.second for pk, place in page.places.items()} == {first.pk: 1.0, second.pk: 2.0}
    seen, after = [], ""
    for _turn in range(3):
        one = browse(user=user, filters=filters, after=after, size=1)
        seen += [asset.pk for asset in one.assets]
        after = one.after
    assert seen == [titled.pk, first.pk, second.pk]
    newest = browse(user=user, filters=Filters.from_query({"q": "harbour", "sort": "newest"}))
    assert [asset.pk for asset in newest.assets] == [titled.pk, second.pk, first.pk]


def test_a_searcher_shows_nobody_what_they_may_not_see(inside: Callable[..., None]) -> None:
    private = AssetFactory(published=True, visibility="private")
    inside(private)
    assert browse(user=UserFactory(), filters=Filters.from_query({"q": "harbour"})).assets == []


def test_no_place_is_told_of_what_may_not_be_played(inside: Callable[..., None]) -> None:
    asset = AssetFactory(title="Harbour")
    inside(asset)
    page = browse(user=asset.uploaded_by, filters=Filters.from_query({"q": "harbour"}))
    assert (len(page.assets), page.places) == (1, {})


@pytest.mark.parametrize(
    ("typed", "number"), [("", 1), ("***", 0), ('"open sea"', 1), ('"sea open"', 0), ("op*", 1)]
)
def test_phrases_and_beginnings_of_titles(typed: str, number: int) -> None:
    asset = AssetFactory(published=True, title="The open sea")
    page = browse(user=asset.uploaded_by, filters=Filters.from_query({"q": typed}))
    assert len(page.assets) == number


def test_the_api_tells_the_second(inside: Callable[..., None], django_assert_max_num_queries: Any) -> None:
    user = UserFactory()
    assets = AssetFactory.create_batch(4, uploaded_by=user, published=True, title="Dunes")
    inside(*assets)
    with django_assert_max_num_queries(6):
        found = signed_in(user).get("/api/v1/assets/?q=harbour").json()["results"]
    assert {one["id"]: one["found_at"]["second"] for one in found} == {
        str(asset.pk): float(number) for number, asset in enumerate(assets, 1)
    }
    assert signed_in(user).get("/api/v1/assets/?q=dunes").json()["results"][0]["found_at"] is None


def test_a_card_leads_to_the_second(inside: Callable[..., None], client: Any) -> None:
    asset = AssetFactory(published=True, title="Dunes")
    inside(asset)
    client.force_login(asset.uploaded_by)
    for page in ("/?q=harbour", f"/assets/{asset.pk}/card/?q=harbour"):
        text = client.get(page).content.decode()
        assert f'href="/assets/{asset.pk}/?t=1.00"' in text
        assert "<bdi>harbour 1</bdi>" in text
    assert "?t=" not in client.get("/").content.decode()

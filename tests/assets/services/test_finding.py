"""The library finds by words about assets and by words inside of them."""

from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from assets import registry
from assets.access import Caller
from assets.models import Asset, Tag
from assets.registry import InsideSearch, Place
from assets.services import library, shelves, wording
from assets.services.browse import Filters, browse
from assets.tasks import index_words
from mediaportal.core.searchwords import Term
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let these assets be found inside, in this order, at the seconds 1, 2, 3 …"""

    def let(*assets: Asset) -> None:
        def find(terms: Sequence[Term], user: Caller, among: Iterable[UUID] | None) -> dict[UUID, int]:
            known = {asset.pk: number for number, asset in enumerate(assets, 1)}
            asked = set(known if among is None else among)
            return {pk: number for pk, number in known.items() if pk in asked and terms == (Term("harbour"),)}

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


def found_by(typed: str, *assets: Asset) -> list[str]:
    """The titles that a search finds, the best first."""
    page = browse(user=assets[0].uploaded_by, filters=Filters.from_query({"q": typed}))
    return [asset.title for asset in page.assets]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("harbours", "The harbour at dusk"),
        ("وَالمَنارَه", "المنارات القديمة"),
        ("المكتبه", "مَكْتَبَةٌ"),
        ('"قال وزير"', "وقال وزير الخارجية"),
        ("arbou", "The harbour at dusk"),
        ("HARBOUR", "The harbour at dusk"),
        ("100%", "100% wool"),
    ],
)
def test_titles_are_found_as_what_is_said_is(typed: str, title: str) -> None:
    asset = AssetFactory(published=True, title=title)
    AssetFactory(uploaded_by=asset.uploaded_by, published=True, title="Dunes")
    assert found_by(typed, asset) == [title]


@pytest.mark.parametrize("typed", ["ـ", "%", "_", "the", '""'])
def test_signs_find_nothing_else(typed: str) -> None:
    asset = AssetFactory(published=True, title="Dunes", stem="clip")
    assert found_by(typed, asset) == []


def test_file_names_and_parts_of_words_in_descriptions_and_tags_are_found() -> None:
    asset = AssetFactory(
        published=True, title="Dunes", stem="HAR_2024-05", description="Lighthouses at night"
    )
    library.edit(user=asset.uploaded_by, asset=asset, tags=["Caravan trade"])
    for typed in (
        "har_2024",
        "2024-05.mp4",
        "lighthouse",
        "ighthou",
        "caravans",
        "aravan",
        "dunes caravan night",
    ):
        assert found_by(typed, asset) == ["Dunes"], typed
    assert found_by("dunes boat", asset) == []


def test_a_title_fits_better_than_a_tag_and_that_better_than_a_description() -> None:
    user = UserFactory()
    told = AssetFactory(uploaded_by=user, published=True, title="A", description="of harbours")
    tagged = AssetFactory(uploaded_by=user, published=True, title="B")
    titled = AssetFactory(uploaded_by=user, published=True, title="Harbour")
    part = AssetFactory(uploaded_by=user, published=True, title="C", stem="myharbour")
    library.edit(user=user, asset=tagged, tags=["harbour"])
    assert found_by("harbour", told) == ["Harbour", "B", "A", "C"]
    assert part.title == "C"
    seen, after = [], ""
    for _turn in range(4):
        page = browse(user=user, filters=Filters.from_query({"q": "harbour"}), after=after, size=1)
        seen += [asset.pk for asset in page.assets]
        after = page.after
    assert seen == [titled.pk, tagged.pk, told.pk, part.pk]
    answer = signed_in(user).get("/api/v1/assets/?q=harbour&ordering=match&page_size=2").json()
    rest = signed_in(user).get(answer["next"]).json()
    assert [one["title"] for one in answer["results"] + rest["results"]] == ["Harbour", "B", "A", "C"]
    newest = signed_in(user).get("/api/v1/assets/?q=harbour").json()["results"]
    assert [one["title"] for one in newest] == ["C", "Harbour", "B", "A"]
    worst = signed_in(user).get("/api/v1/assets/?q=harbour&ordering=-match").json()["results"]
    assert [one["title"] for one in worst] == ["C", "A", "B", "Harbour"]


def test_without_words_there_is_no_order_by_match() -> None:
    asset = AssetFactory(published=True)
    for asked in ("ordering=match", "q=%20&ordering=match", "q=%22%22&ordering=match"):
        assert signed_in(asset.uploaded_by).get(f"/api/v1/assets/?{asked}").status_code == 200


def test_some_words_may_stand_in_the_title_and_the_others_be_said(inside: Callable[..., None]) -> None:
    user = UserFactory()
    talk = AssetFactory(uploaded_by=user, published=True, title="Interview with Lina")
    dunes = AssetFactory(uploaded_by=user, published=True, title="Dunes")
    both = AssetFactory(uploaded_by=user, published=True, title="Interview at the harbour")
    AssetFactory(uploaded_by=user, published=True, title="Interview")
    inside(talk, dunes)
    page = browse(user=user, filters=Filters.from_query({"q": "interviews harbour"}))
    assert [asset.pk for asset in page.assets] == [both.pk, talk.pk]
    assert page.places[talk.pk].second == 1.0
    assert found_by("interview lina harbour", talk) == ["Interview with Lina"]
    assert found_by("interview dunes harbour", talk) == []


def test_words_cost_a_bounded_number_of_queries(
    inside: Callable[..., None], django_assert_num_queries: Any
) -> None:
    user = UserFactory()
    assets = AssetFactory.create_batch(3, uploaded_by=user, published=True, title="Interview")
    inside(*assets)
    user.has_perm("assets.see_all_assets")
    with django_assert_num_queries(2):  # the page, and its pictures
        assert len(browse(user=user, filters=Filters.from_query({"q": "harbour"})).assets) == 3
    with django_assert_num_queries(3):  # and what has some of the words about it
        assert len(browse(user=user, filters=Filters.from_query({"q": "interview harbour"})).assets) == 3


def test_a_renamed_or_deleted_tag_is_found_no_more(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(name: str, args: list[list[str]], **_how: Any) -> None:
        assert name == index_words.name
        index_words(*args)

    monkeypatch.setattr(wording, "current_app", SimpleNamespace(send_task=send))
    keeper = UserFactory(role="administrator")
    asset = AssetFactory(uploaded_by=keeper, published=True, title="Dunes")
    library.edit(user=keeper, asset=asset, tags=["boat"])
    tag = Tag.objects.get(name="boat")
    with django_capture_on_commit_callbacks(execute=True):
        shelves.rename_tag(user=keeper, tag=tag, name="ship")
    assert (found_by("boat", asset), found_by("ships", asset)) == ([], ["Dunes"])
    with django_capture_on_commit_callbacks(execute=True):
        shelves.delete_tag(user=keeper, tag=tag)
    assert found_by("ships", asset) == []


def test_a_changed_title_is_found() -> None:
    asset = AssetFactory(published=True, title="Dunes")
    library.edit(user=asset.uploaded_by, asset=asset, title="المنارة", description="a boat")
    assert found_by("dunes", asset) == []
    assert found_by("منارات boats", asset) == ["المنارة"]

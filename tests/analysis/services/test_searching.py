"""Words are found inside of all assets that a person may see, the best first, and common ones at a bounded price."""

from typing import Any

import pytest
from django.db import connection

from analysis.engines import Quality, Result, Speech
from analysis.models import Analysis, Moment, MomentKind, Order
from analysis.services import moments, searching, wording
from assets.models import Asset
from mediaportal.core.fulltext import query_of
from mediaportal.core.searchwords import terms_of
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_common_words", (0.0, "", []))


def says(asset: Asset, *texts: str, is_current: bool = True) -> list[Moment]:
    """Somebody says these in an asset, one each second."""
    order = Order.objects.create(asset=asset, types=["transcription"])
    analysis = Analysis.objects.create(
        order=order,
        asset=asset,
        type="transcription",
        engine="local",
        status="completed",
        is_current=is_current,
    )
    spoken = [
        Speech(start=float(second), end=second + 1.0, confidence=0.9, text=text)
        for second, text in enumerate(texts)
    ]
    wording.write(moments.rows_of(analysis, asset, Result(findings=tuple(spoken))), analysis=analysis)
    return list(Moment.objects.filter(analysis=analysis).order_by("start"))


def test_assets_are_found_by_what_is_said_the_best_first() -> None:
    user = UserFactory()
    once, twice, never = AssetFactory.create_batch(3, uploaded_by=user, published=True)
    says(once, "x", "somewhere there is a harbour, far from the sea")
    _, best, _ = says(twice, "a harbour and more", "the harbour harbour", "nothing")
    says(never, "dunes")
    found = searching.find(terms_of("harbours"), user)
    assert list(found) == [twice.pk, once.pk]
    assert found[twice.pk] == best.pk


def test_of_equal_moments_the_earliest_is_the_place() -> None:
    asset = AssetFactory(published=True)
    rows = says(asset, "no", "المنارة", "المنارة")
    assert searching.find(terms_of("وَالمَنارَة"), asset.uploaded_by) == {asset.pk: rows[1].pk}
    place = searching.places([rows[1].pk])[rows[1].pk]
    assert (place.second, place.kind, place.text) == (1.0, "speech", "المنارة")


def test_what_may_not_be_seen_is_not_found() -> None:
    private = AssetFactory(published=True, visibility="private")
    says(private, "harbour")
    assert searching.find(terms_of("harbour"), UserFactory()) == {}
    assert list(searching.find(terms_of("harbour"), private.uploaded_by)) == [private.pk]


def test_only_what_is_shown_is_found() -> None:
    asset = AssetFactory(published=True)
    says(asset, "harbour", is_current=False)
    assert searching.find(terms_of("harbour"), asset.uploaded_by) == {}


def test_faults_are_found_by_nobodys_words() -> None:
    fault = Moment(kind=MomentKind.QUALITY, label="black")
    assert moments.vector_of(fault) is None
    assert moments.vector_of(Moment(kind=MomentKind.LABEL, label="Dog", parent="Animal")) is not None
    assert Quality is not None


def test_nothing_asked_costs_nothing(django_assert_num_queries: Any) -> None:
    user = UserFactory()
    with django_assert_num_queries(0):
        assert searching.find(terms_of("  "), user) == {}


def test_many_assets_cost_few_queries(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Counted by the database on its own, whenever that suits it: which words are common is not for it to say here.
    monkeypatch.setattr(searching, "_COMMON_WORDS", "SELECT 'dunes' WHERE %s > 0")
    user = UserFactory(role="administrator")
    for asset in AssetFactory.create_batch(5, published=True):
        says(asset, "harbour", "the open sea")
    user.has_perm("assets.see_all_assets")
    with django_assert_num_queries(2):  # its stems, and the search
        assert len(searching.find(terms_of("harbour"), user)) == 5
    with django_assert_num_queries(
        5
    ):  # the common words; whether these are, and moments; the same with borders
        assert len(searching.find(terms_of("open sea"), user)) == 5
    with django_assert_num_queries(2):
        assert len(searching.find(terms_of("ope*"), user)) == 5


def test_of_common_words_the_newest_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "NEWEST", 1)
    user = UserFactory()
    old, new = AssetFactory.create_batch(2, uploaded_by=user, published=True)
    says(old, *["the deep harbour harbour"] * 40)
    says(new, *["a deep harbour"] * 2)
    says(new, *["dunes"] * 40, is_current=False)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE analysis_moment")
    assert {"deep", "harbour"} <= set(searching.common_words())
    assert list(searching.find(terms_of("deep harbour"), user)) == [new.pk]
    assert list(searching.find(terms_of("harbour"), user)) == [old.pk, new.pk]


def test_what_crosses_two_moments_is_found_at_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory()
    cut, whole, other = AssetFactory.create_batch(3, uploaded_by=user, published=True)
    _, first, _ = says(cut, "and then", "they saw the open", "sea at dusk")
    (inside,) = says(whole, "dusk over the open sea")
    says(other, "open", "nothing", "sea at dusk")
    for typed in ('"open sea"', "dusk open"):
        assert searching.find(terms_of(typed), user) == {whole.pk: inside.pk, cut.pk: first.pk}
        assert list(searching.find(terms_of(typed), user)) == [whole.pk, cut.pk]
    assert searching.find(terms_of('"sea open"'), user) == {}
    assert searching.find(terms_of('"open sea"'), UserFactory(role="viewer")) != {}
    cut.visibility = "private"
    cut.save()
    assert list(searching.find(terms_of('"open sea"'), UserFactory())) == [whole.pk]


def test_the_moments_of_an_asset_are_found_across_their_borders() -> None:
    first, second, third = says(AssetFactory(), "they saw the open", "sea at dusk", "open")
    for typed, rows in (
        ('"open sea"', [first]),
        ("dusk open", [first, second]),
        ("sea", [second]),
        ("open", [first, third]),
    ):
        assert list(Moment.objects.saying(typed)) == rows


def test_a_rare_word_beside_a_common_one_is_not_common(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "common_words", lambda: ["harbour", "sea"])
    asked = {
        words: query_of(words)
        for words in ("harbours", "harbour sea", "harbour dunes", '"harbour sea"', "harb*")
    }
    common = {words for words, query in asked.items() if query and searching.is_common(query)}
    assert common == {"harbours", "harbour sea", "harb*"}

"""Two analyses of one type: what both found, what only one did, and how far they agree."""

from typing import Any

import pytest

from analysis.engines import Label, Result, Shot, Speech
from analysis.engines.findings import Finding
from analysis.exceptions import NotComparable
from analysis.models import Analysis, Order
from analysis.services import comparing, moments, wording
from assets.models import Asset
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True)


def found(asset: Asset, type_: str, *findings: Finding, **traits: Any) -> Analysis:
    """An analysis that has found these."""
    order = Order.objects.create(asset=asset, types=[type_])
    fields = {"order": order, "asset": asset, "type": type_, "engine": "local", "status": "completed"}
    analysis = Analysis.objects.create(**fields | traits)
    wording.write(moments.rows_of(analysis, asset, Result(findings=findings)), analysis=analysis)
    return analysis


def says(start: float, end: float, text: str) -> Speech:
    return Speech(start, end, 0.9, text=text)


def test_speech_is_compared_passage_by_passage(asset: Asset, django_assert_num_queries: Any) -> None:
    first = found(
        asset,
        "transcription",
        says(0, 4, "The harbour, at dawn."),
        says(5, 8, "Ships"),
        says(20, 22, "Gulls"),
    )
    second = found(asset, "transcription", says(0.5, 4.4, "the harbor at dawn"), says(9, 12, "come in"))
    with django_assert_num_queries(2):
        told = comparing.compare(first, second)
    assert [
        (row.start, row.first and row.first.text, row.second and row.second.text) for row in told.rows
    ] == [
        (0.0, "The harbour, at dawn.", "the harbor at dawn"),
        (5.0, "Ships", None),
        (9.0, None, "come in"),
        (20.0, "Gulls", None),
    ]
    assert [row.agreement for row in told.rows] == [0.75, 0.0, 0.0, 0.0]
    assert told.agreement == 0.5  # three words of six and of six


def test_arabic_is_the_same_in_every_spelling(asset: Asset) -> None:
    first = found(asset, "transcription", says(0, 4, "إلى المَدرسة"))
    second = found(asset, "transcription", says(0, 4, "الى المدرسة،"))
    assert comparing.compare(first, second).agreement == 1.0


def test_labels_are_compared_by_the_time_of_each(asset: Asset) -> None:
    first = found(
        asset,
        "objects",
        Label(0.0, 6.0, 0.8, label="Boat"),
        Label(4.0, 10.0, 0.9, label="Boat"),
        Label(2.0, 3.0, 0.7, label="Dog"),
    )
    second = found(asset, "objects", Label(5.0, 15.0, 0.6, label="boat"), Label(1.0, 1.0, 0.6, label="Cat"))
    told = comparing.compare(first, second)
    boat, cat, dog = told.rows
    assert boat.first == comparing.Side("Boat", 0.0, 10.0, 2, 0.9)
    assert boat.agreement == round(5 / 15, 4)
    assert (cat.first, cat.agreement) == (None, 0.0)
    assert (dog.second, dog.agreement) == (None, 0.0)
    assert told.agreement == round(5 / (15 + 1 + 0.5), 4)


def test_of_an_image_the_words_count(asset: Asset) -> None:
    first = found(asset, "objects", Label(0.0, 0.0, 0.8, label="Boat"), Label(0.0, 0.0, 0.8, label="Sea"))
    second = found(asset, "objects", Label(0.0, 0.0, 0.5, label="Boat"))
    assert comparing.compare(first, second).agreement == 0.5


def test_cuts_are_the_same_when_they_are_near(asset: Asset) -> None:
    first = found(asset, "shots", Shot(0, 4), Shot(4, 9), Shot(9, 12))
    second = found(asset, "shots", Shot(0, 2), Shot(2, 4.2), Shot(4.2, 12))
    told = comparing.compare(first, second)
    assert [(row.start, bool(row.first), bool(row.second)) for row in told.rows] == [
        (2.0, False, True),
        (4.0, True, True),
        (9.0, True, False),
    ]
    assert told.agreement == 0.5


def test_where_neither_found_anything(asset: Asset) -> None:
    for type_ in ("objects", "transcription", "shots"):
        told = comparing.compare(found(asset, type_), found(asset, type_))
        assert (told.agreement, told.rows) == (None, [])


def test_what_cannot_be_compared(asset: Asset) -> None:
    one = found(asset, "objects")
    others = [
        one,
        found(asset, "shots"),
        found(AssetFactory(published=True), "objects"),
        found(asset, "objects", status="processing"),
    ]
    for other in others:
        with pytest.raises(NotComparable):
            comparing.compare(one, other)
    with pytest.raises(NotComparable):
        comparing.compare(found(asset, "fingerprint"), found(asset, "fingerprint"))


def test_there_are_so_many_rows_at_most(asset: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST_ROWS", 2)
    first = found(asset, "shots", *[Shot(second, second + 1.0) for second in range(5)])
    told = comparing.compare(first, found(asset, "shots"))
    assert (len(told.rows), told.more, told.agreement) == (2, True, 0.0)

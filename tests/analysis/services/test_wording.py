"""What search finds moments by beside their own vectors: best places of words, and borders."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.postgres.search import SearchRank
from django.db import connections, transaction
from django.db.models import F

from analysis.engines import Label, Result, Speech
from analysis.models import Analysis, Border, Moment, Order, WordPlace
from analysis.services import moments, searching, wording
from mediaportal.core.fulltext import query_of
from mediaportal.core.searchwords import terms_of
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def speak(*said: Speech | Label) -> list[Moment]:
    """Somebody says these in a new asset."""
    asset = AssetFactory(published=True)
    order = Order.objects.create(asset=asset, types=["transcription"])
    analysis = Analysis.objects.create(
        order=order,
        asset=asset,
        type="transcription",
        engine="local",
        status="completed",
        is_current=True,
    )
    wording.write(moments.rows_of(analysis, asset, Result(findings=said)), analysis=analysis)
    return list(Moment.objects.filter(analysis=analysis).order_by("start", "id"))


def test_a_word_stands_best_where_it_is_said_most_often_and_first() -> None:
    _once, twice, _again = speak(
        Speech(0, 1, 0.9, "a harbour"),
        Speech(1, 2, 0.9, "harbour and harbours"),
        Speech(2, 3, 0.9, "harbours, harbours"),
    )
    place = WordPlace.objects.get(word="harbour")
    assert (place.moment, place.times, place.start) == (twice.pk, 2, 1.0)


def test_written_again_nothing_stands_twice() -> None:
    (row, *_rest) = speak(Speech(0, 1, 0.9, "open"), Speech(1, 2, 0.9, "sea"))
    before = (WordPlace.objects.count(), Border.objects.count())
    wording.index([row.analysis_id])
    assert (WordPlace.objects.count(), Border.objects.count()) == before == (2, 1)


@pytest.mark.parametrize(
    ("following", "joined"),
    [
        (Speech(1, 2, 0.9, "sea"), True),
        (Speech(4.0, 5, 0.9, "sea"), True),
        (Speech(4.1, 5, 0.9, "sea"), False),
        (Speech(1, 2, 0.9, "sea", "Lina"), True),
        (Speech(1, 2, 0.9, "sea", "Omar"), False),
        (Label(1, 2, 0.9, "sea"), False),
    ],
)
def test_borders_lie_where_the_same_one_speaks_on(following: Speech | Label, joined: bool) -> None:
    rows = speak(Speech(0, 1, 0.9, "the open", "Lina"), following)
    assert list(Border.objects.values_list("moment", flat=True)) == ([rows[0].pk] if joined else [])


def test_two_recordings_have_no_border() -> None:
    speak(Speech(0, 1, 0.9, "open"))
    speak(Speech(1, 2, 0.9, "sea"))
    assert not Border.objects.exists()


def test_the_best_places_of_words_are_those_that_ranking_all_moments_would_find() -> None:
    draw = random.Random(7)  # noqa: S311 - no secret
    words = ["harbour", "sea", "boat", "المنارة", "مدينة", "the"]
    for _film in range(12):
        speak(
            *(
                Speech(second, second + 1, 0.9, " ".join(draw.choices(words, k=draw.randint(1, 7))))
                for second in range(20)
            )
        )
    user = UserFactory(role="administrator")
    for word in ("harbours", "sea", "boats", "منارة", "مدينه"):
        best: dict[object, tuple[float, float, float]] = {}
        query = query_of(word)
        assert query is not None
        rows = Moment.objects.filter(vector=query).annotate(rank=SearchRank(F("vector"), query))
        for asset_id, *place in rows.values_list("asset_id", "rank", "start", "pk"):
            key = (place[0], -place[1], place[2])
            best[asset_id] = max(key, best.get(asset_id, key))
        ranked = sorted(best, key=lambda pk: (best[pk], pk), reverse=True)
        assert len(ranked) == 12
        assert searching.find(terms_of(word), user) == {pk: best[pk][2] for pk in ranked}
        assert list(searching.find(terms_of(word), user)) == ranked


@pytest.mark.django_db(transaction=True)
def test_who_writes_them_anew_at_once_takes_turns() -> None:
    with transaction.atomic():
        (moment,) = speak(Speech(0, 1, 0.9, "a harbour in the morning"))
    together = threading.Barrier(2)

    def write() -> None:
        try:
            together.wait(30)
            with transaction.atomic():
                wording.index_words([moment.analysis_id])
                time.sleep(0.3)  # so that the other one comes in between
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        for begun in [threads.submit(write) for _number in range(2)]:
            begun.result()
    assert WordPlace.objects.filter(word="harbour").count() == 1

"""Search in a library of a million moments: how long a page of the library takes to be found, for ten queries in turn.

The library is made up in the database: a thousand films, each with moments of six words, in English, in Arabic, or in
both. A few words stand in very many of them and most words in few, as in speech. `BENCH_MOMENTS` makes it smaller.
"""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from django.core.management import call_command
from django.db import connection, reset_queries

from analysis.services import searching, wording
from assets.models import Asset
from assets.services import wording as about
from assets.services.browse import Filters, browse
from benchmarks.films import analysed, film, number_films
from benchmarks.report import Row
from mediaportal.accounts.models import User
from mediaportal.core import arabic

_MOMENTS = int(os.environ.get("BENCH_MOMENTS", "1000000"))
_ASSETS = 1_000
_WORDS = 6
_ROUNDS = 20
_VOCABULARY = 6_000
_READINGS = 4
# By how many a word stands before it in the vocabulary: the first in three tenths of all moments, the eighth in 2 %.
_ENGLISH = {
    0: "people",
    1: "water",
    7: "market",
    40: "harbour",
    41: "lighthouse",
    400: "caravan",
    5500: "astrolabe",
}
_ARABIC = {0: "الناس", 1: "مدينة", 7: "السوق", 40: "منارة", 400: "قافلة", 5500: "إسطرلاب"}
QUERIES = {
    "a rare word": "astrolabe",
    "a word": "harbours",
    "a word of a fiftieth of all moments": "market",
    "a word of a fourteenth of all moments": "water",
    "a word of three tenths of all moments": "people",
    "two words": "harbour lighthouse",
    "a phrase": '"people market"',
    "the beginning of a word": "light*",
    "an Arabic word in another spelling": "وَالمَنارَه",
    "Arabic and English": "السوق market",
}
_MADE = """
WITH made AS (
    SELECT number, (number / %(assets)s)::float AS start,
        ARRAY[string_agg(word.r1, ' '), string_agg(word.r2, ' '), string_agg(word.r3, ' '), string_agg(word.r4, ' ')]
            AS readings
    FROM (
        SELECT number, place, floor(%(vocabulary)s * power(random(), 4))::int AS rank,
            CASE WHEN number %% 10 < 5 THEN 'en' WHEN number %% 10 < 9 OR place %% 2 = 0 THEN 'ar' ELSE 'en' END
                AS tongue
        FROM generate_series(%(from)s, %(until)s) AS number, generate_series(1, %(words)s) AS place
    ) AS drawn
    JOIN bench_words AS word ON word.rank = drawn.rank AND word.tongue = drawn.tongue
    GROUP BY number
),
kept AS (
    INSERT INTO bench_said
    SELECT number, CASE WHEN readings[1] = readings[2] THEN readings[1:1] ELSE readings END FROM made
)
INSERT INTO analysis_moment
    (asset_id, analysis_id, kind, start, "end", text, label, parent, confidence, speaker, language, detail, vector)
SELECT film.asset_id, film.id, 'speech', made.start, made.start + 2, made.readings[1], '', '', 0.9, '', '', '{}',
    portal_vector(CASE WHEN made.readings[1] = made.readings[2] THEN made.readings[1:1] ELSE made.readings END)
FROM made
JOIN bench_films AS film ON film.number = made.number %% %(assets)s
"""
# The borders of the films, each with the readings of both sides; with those of a whole text where one has but one.
_BORDERS = """
INSERT INTO analysis_border (analysis_id, moment, start, vector)
SELECT moment.analysis_id, moment.id, moment.start, portal_border(
    ARRAY(
        SELECT coalesce(one.readings[place], one.readings[1]) || ' ' || coalesce(two.readings[place], two.readings[1])
        FROM generate_series(1, greatest(cardinality(one.readings), cardinality(two.readings))) AS place
    ),
    one.readings,
    two.readings
)
FROM bench_said AS one
JOIN bench_said AS two ON two.number = one.number + %(assets)s
JOIN bench_films AS film ON film.number = one.number %% %(assets)s
JOIN analysis_moment AS moment
    ON moment.analysis_id = film.id AND moment.start = (one.number / %(assets)s)::float
"""
_AT_ONCE = 50_000
_INDEXED = 50


def measure(_folder: Path) -> Iterator[Row]:
    """Yield the 95th of 100 and the median of all, and the median of each query."""
    call_command("migrate", verbosity=0)
    manager = User.objects.create_user("manager@example.org", "bench", role="manager")
    viewer = User.objects.create_user("viewer@example.org", "bench", role="viewer")
    _fill(manager)
    times: dict[str, list[float]] = {name: [] for name in QUERIES}
    for round_ in range(_ROUNDS + 1):
        for name, words in QUERIES.items():
            for user in (manager, viewer):
                took, found = _asked(user, words)
                if not found:
                    raise RuntimeError(f"nothing is found for {words}")
                if round_:  # the first one warms up
                    times[name].append(took)
    everything = sorted(one for taken in times.values() for one in taken)
    label = f"Search in {_MOMENTS:,} moments"
    yield Row(f"{label}, 95th of 100", everything[int(len(everything) * 0.95)], "ms", most=100)
    yield Row(f"{label}, median", median(everything), "ms")
    for name, taken in times.items():
        yield Row(f"{label}: {name}, median", median(taken), "ms")
    yield Row("Words in more than 5 % of moments", len(searching.common_words()), "words")


def _asked(user: User, words: str) -> tuple[float, int]:
    """The milliseconds that the first page takes, and how many files it has."""
    reset_queries()
    start = time.perf_counter()
    page = browse(user=user, filters=Filters.from_query({"q": words}))
    return 1000 * (time.perf_counter() - start), len(page.assets)


def _fill(owner: User) -> None:
    """Make the library up; the same words and places each time."""
    films = Asset.objects.bulk_create(
        film(owner, number, duration=3600.0, visibility="internal" if number % 3 else "private")
        for number in range(_ASSETS)
    )
    about.index([film.pk for film in films])
    rows = analysed(films, "transcription")
    with connection.cursor() as cursor:
        number_films(cursor, rows)
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_words"
            " (tongue text, rank int, r1 text, r2 text, r3 text, r4 text, PRIMARY KEY (tongue, rank))"
        )
        with cursor.copy("COPY bench_words FROM STDIN") as copy:
            for word in _vocabulary():
                copy.write_row(word)
        cursor.execute("ANALYZE bench_words")
        cursor.execute("CREATE TEMPORARY TABLE bench_said (number int PRIMARY KEY, readings text[])")
        cursor.execute("SELECT setseed(0.5)")
        sizes = {"assets": _ASSETS, "vocabulary": _VOCABULARY, "words": _WORDS}
        for first in range(0, _MOMENTS, _AT_ONCE):
            span = {"from": first, "until": min(first + _AT_ONCE, _MOMENTS) - 1}
            cursor.execute(_MADE, sizes | span)
        for first in range(0, _ASSETS, _INDEXED):
            wording.index_words([row.pk for row in rows[first : first + _INDEXED]])
        cursor.execute("ANALYZE bench_said")
        cursor.execute("ANALYZE analysis_moment")
        cursor.execute(_BORDERS, sizes)
        cursor.execute("VACUUM (ANALYZE)")


def _vocabulary() -> Iterator[list[object]]:
    """The words by their ranks, each in its readings; those that nobody looks for are made of letters."""
    draw = random.Random(6)  # noqa: S311 - no secret
    for tongue, letters, known in (
        ("en", "abdefgiklmnoprstuvz", _ENGLISH),
        ("ar", "بتجحدرزسشصطعغقمنهي", _ARABIC),
    ):
        for rank in range(_VOCABULARY):
            word = known.get(rank) or "".join(draw.choices(letters, k=draw.randint(4, 9)))
            found = list(arabic.readings(word))
            yield [tongue, rank, *(found + [found[-1]] * _READINGS)[:_READINGS]]

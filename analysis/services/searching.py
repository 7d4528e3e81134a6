"""Looking for words inside of all assets at once: which ones have them, and at which second best."""

import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchRank
from django.db import connection
from django.db.models import Count, F, FloatField, Func, Max, QuerySet
from django.db.models.functions import Cast

from analysis.models import Moment
from assets.access import Caller
from assets.models import Asset
from assets.registry import Place
from mediaportal.core.fulltext import Query, query_of

COMMON = 0.05
NEWEST = 1_000
MOST_ASSETS = 1_000
_LONGEST = 160
_KEPT_SECONDS = 60.0

# PostgreSQL counts words when it analyses the table; behind the frequencies of the words stand three others.
_COMMON_WORDS = """
SELECT word FROM pg_stats,
    unnest(most_common_elems::text::text[], most_common_elem_freqs) AS known(word, share)
WHERE schemaname = current_schema() AND tablename = 'analysis_moment' AND attname = 'vector'
    AND word IS NOT NULL AND share > %s
"""
_common_words: tuple[float, str, list[str]] = (0.0, "", [])


def find(words: str, user: Caller) -> dict[UUID, int]:
    """The assets that a person may see in which all of the words occur at one time, the best first, each with its best
    moment; a thousand at most.

    Words that stand in more than a twentieth of all moments would take long to rank: then the thousand newest of the
    moments are.
    """
    query = query_of(words)
    if query is None:
        return {}
    rows = Moment.objects.shown().filter(vector=query, asset__in=Asset.objects.visible_to(user))
    if is_common(query):
        rows = Moment.objects.filter(pk__in=rows.order_by("-pk").values("pk")[:NEWEST])
    best = _ranked(rows, query)[:MOST_ASSETS]
    return {asset_id: int(place[2]) for asset_id, place in best}


def _ranked(rows: QuerySet[Moment], query: Query) -> QuerySet[Any, Any]:
    """Asset by asset the best moment, as its rank, its start (as a negative number: the earliest wins), and its id."""
    rank = Cast(SearchRank(F("vector"), query), FloatField())
    place = Func(
        rank,
        -F("start"),
        Cast("pk", FloatField()),
        template="ARRAY[%(expressions)s]",
        output_field=ArrayField(FloatField()),
    )
    grouped = rows.order_by().values("asset").annotate(best=Max(place), number=Count("pk"))
    return grouped.order_by("-best", "-number", "-asset").values_list("asset", "best")


def places(moment_ids: Iterable[int]) -> dict[int, Place]:
    """What stands at these moments, by their ids; one query."""
    rows = Moment.objects.filter(pk__in=list(moment_ids)).only("kind", "start", "text", "label")
    return {row.pk: Place(row.start, row.kind, (row.text or row.label)[:_LONGEST]) for row in rows}


def is_common(query: Query) -> bool:
    """Whether every word that a query asks for stands in more than a twentieth of all moments, as far as PostgreSQL has
    counted. Phrases never count as common.
    """
    words = common_words()
    if not words:
        return False
    # A text of nothing but common words: what it has all of, many moments may have.
    rows = Moment.objects.all().query
    sql, parameters = rows.get_compiler(connection=connection).compile(query.resolve_expression(rows))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT array_to_tsvector(%s::text[]) @@ ({sql})", [words, *parameters])
        return bool(cursor.fetchone()[0])


def common_words() -> list[str]:
    """The words that stand in more than a twentieth of all moments; asked of PostgreSQL once a minute."""
    global _common_words  # noqa: PLW0603 - what this process remembers
    now, name = time.monotonic(), str(connection.settings_dict["NAME"])
    if _common_words[1] == name and now < _common_words[0]:
        return _common_words[2]
    with connection.cursor() as cursor:
        cursor.execute(_COMMON_WORDS, [COMMON])
        words = [row[0] for row in cursor.fetchall()]
    _common_words = (now + _KEPT_SECONDS, name, words)
    return words

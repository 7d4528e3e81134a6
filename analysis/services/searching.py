"""Looking for words inside of all assets at once: which ones have them, and at which second best."""

import time
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchRank
from django.db import connection
from django.db.models import F, FloatField, Func, Max, QuerySet
from django.db.models.functions import Cast

from analysis.models import Border, Moment, WordPlace
from assets.access import Caller
from assets.models import Asset
from assets.registry import Place
from mediaportal.core.fulltext import Query, border_query_of, query_of_terms, stems_of
from mediaportal.core.searchwords import Term

COMMON = 0.05
NEWEST = 1_000
MOST_ASSETS = 1_000
_LONGEST = 160
_KEPT_SECONDS = 60.0
# D, C, B, A: what is said behind a border counts for half of what is said before it, which counts as in a moment.
_ACROSS = [0.05, 0.05, 0.05, 0.1]

# PostgreSQL counts words when it analyses the table; behind the frequencies of the words stand three others.
_COMMON_WORDS = """
SELECT word FROM pg_stats,
    unnest(most_common_elems::text::text[], most_common_elem_freqs) AS known(word, share)
WHERE schemaname = current_schema() AND tablename = 'analysis_moment' AND attname = 'vector'
    AND word IS NOT NULL AND share > %s
"""
_common_words: tuple[float, str, list[str]] = (0.0, "", [])

# How well a place fits, its second (as a negative number: the earliest wins), and the id of its moment.
_Best = dict[UUID, list[float]]


def find(terms: Sequence[Term], user: Caller, among: Iterable[UUID] | None = None) -> dict[UUID, int]:
    """The assets that a person may see (`among` these, if any are named) in which all of the terms occur at one time,
    the best first, each with its best moment; a thousand at most. What is said across the border of two moments is
    found at the earlier one.

    Of a single word the best place of each asset is written down beforehand. Several words that stand in more than a
    twentieth of all moments each would take long to rank: then the thousand newest of their moments are.
    """
    if not terms:
        return {}
    assets = Asset.objects.whole_for(user)
    if among is not None:
        assets = assets.filter(pk__in=list(among))
    stems = stems_of(terms)
    best = _by_words(terms, assets) if stems is None else _by_word(stems, assets)
    order = sorted(best, key=lambda asset_id: (best[asset_id], asset_id), reverse=True)
    return {asset_id: int(best[asset_id][2]) for asset_id in order[:MOST_ASSETS]}


def _by_word(stems: list[str], assets: QuerySet[Asset]) -> _Best:
    """The best places of one word in any of its readings; the more often a moment has it, the better."""
    if not stems:
        return {}
    rows = WordPlace.objects.filter(word__in=stems, analysis__is_current=True, analysis__asset__in=assets)
    return _best(rows, F("times"), F("moment"), "analysis__asset")


def _by_words(terms: Sequence[Term], assets: QuerySet[Asset]) -> _Best:
    """The best places of several words, of a phrase, or of the beginning of a word."""
    query = query_of_terms(terms)
    if query is None:
        return {}
    rows = Moment.objects.shown().filter(vector=query, asset__in=assets)
    if is_common(query):
        rows = Moment.objects.filter(pk__in=rows.order_by("-pk").values("pk")[:NEWEST])
    best = _best(rows, SearchRank(F("vector"), query), F("pk"), "asset")
    for asset_id, place in _across(terms, assets).items():
        best[asset_id] = max(place, best.get(asset_id, place))
    return best


def _across(terms: Sequence[Term], assets: QuerySet[Asset]) -> _Best:
    """The best places at which words stand on both sides of a border."""
    query, all_of_them = border_query_of(terms), query_of_terms(terms)
    if query is None or all_of_them is None:
        return {}
    rows = Border.objects.filter(vector=query, analysis__is_current=True, analysis__asset__in=assets)
    # A common word stands near any other one.
    if len(terms) > 1 and is_common(query_of_terms(terms, every=False)):
        rows = Border.objects.filter(pk__in=rows.order_by("-pk").values("pk")[:NEWEST])
    rank = SearchRank(F("vector"), all_of_them, weights=_ACROSS)
    return _best(rows, rank, F("moment"), "analysis__asset")


def _best(rows: QuerySet[Any], rank: Any, moment: F, asset: str) -> _Best:
    """Asset by asset the best place."""
    place = Func(
        Cast(rank, FloatField()),
        -F("start"),
        Cast(moment, FloatField()),
        template="ARRAY[%(expressions)s]",
        output_field=ArrayField(FloatField()),
    )
    grouped = rows.order_by().values(asset).annotate(best=Max(place))
    return dict(grouped.order_by("-best", f"-{asset}").values_list(asset, "best")[:MOST_ASSETS])


def places(moment_ids: Iterable[int]) -> dict[int, Place]:
    """What stands at these moments, by their ids; one query."""
    rows = Moment.objects.filter(pk__in=list(moment_ids)).only("kind", "start", "text", "label")
    return {row.pk: Place(row.start, row.kind, (row.text or row.label)[:_LONGEST]) for row in rows}


def is_common(query: Query | None) -> bool:
    """Whether every word that a query asks for stands in more than a twentieth of all moments, as far as PostgreSQL has
    counted. Phrases never count as common.
    """
    words = common_words()
    if not words or query is None:
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

"""Full text in PostgreSQL, Arabic and English in one configuration: what is indexed, and how a person's words ask.

The configuration `portal` and the functions `portal_…` come with this room's migrations.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchVectorField
from django.db import connection
from django.db.models import Func, TextField, Value

from mediaportal.core import arabic
from mediaportal.core.searchwords import Term, terms_of

CONFIGURATION = "portal"
# A vector holds a megabyte at most; nobody looks for the words behind it in one breath.
_MOST_LETTERS = 100_000
# As many words as a search has terms.
BORDER_WORDS = 16

Query = SearchQuery | CombinedSearchQuery


class _Begins(SearchQuery):
    """A query whose first word must stand in the first of two texts."""

    def as_sql(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:  # type: ignore[override]  # wraps what it inherits
        """Wrap the query."""
        sql, parameters = super().as_sql(compiler, connection, **more)
        return f"portal_begins({sql})", parameters


class _Bridges(SearchQuery):
    """One of the places at which a phrase may be cut in two."""

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> tuple[str, Any]:  # type: ignore[override]  # another function
        """Ask the function for them."""
        sql, parameters = compiler.compile(self.source_expressions[-1])
        return f"portal_bridges({sql})", parameters


# --- What is indexed ----------------------------------------------------------------------------------------------
def vector_of(text: str) -> Func:
    """The vector of a text, to be written to a `SearchVectorField`: all readings of a word stand at its place."""
    return Func(_readings(text), function="portal_vector", output_field=SearchVectorField())


def weighted(vector: Func, weight: str) -> Func:
    """The same vector with a weight from A, the heaviest, to D."""
    return Func(
        vector,
        Value(weight),
        function="setweight",
        template='%(function)s(%(expressions)s::"char")',
        output_field=SearchVectorField(),
    )


def joined(vectors: Sequence[Func]) -> Func:
    """Vectors one behind the other."""
    return Func(*vectors, template="(%(expressions)s)", arg_joiner=" || ", output_field=SearchVectorField())


def border_of(before: str, after: str) -> Func:
    """The vector of the border of two texts: the last words of the first one, and the first words of the second."""
    last, first = " ".join(before.split()[-BORDER_WORDS:]), " ".join(after.split()[:BORDER_WORDS])
    return Func(
        _readings(f"{last}\n{first}"),
        _readings(last),
        _readings(first),
        function="portal_border",
        output_field=SearchVectorField(),
    )


def _readings(text: str) -> Value:
    """The readings of a text as an array."""
    readings = list(arabic.readings(text[:_MOST_LETTERS].replace("\0", " ")))
    return Value(readings, output_field=ArrayField(TextField()))


# --- How it is asked ----------------------------------------------------------------------------------------------
def query_of(typed: str) -> Query | None:
    """What finds all of a person's words: each in any of its readings, phrases in their order, beginnings by a star.

    None where nothing is asked. Any text is safe.
    """
    return query_of_terms(terms_of(typed))


def query_of_terms(terms: Iterable[Term], *, every: bool = True) -> Query | None:
    """What finds all of these terms, or with `every=False` one of them; None for no terms."""
    parts = [reduce(or_, _alternatives(term)) for term in terms]
    return reduce(and_ if every else or_, parts) if parts else None


def border_query_of(terms: Sequence[Term]) -> Query | None:
    """What finds these terms across the borders of `border_of`: all words, one of them before the border at least,
    or a phrase that begins before it and ends behind it. None for a single word, which stands on one side.
    """
    if len(terms) > 1:
        begun = [part for term in terms for part in _alternatives(term, _Begins)]
        every = query_of_terms(terms)
        return None if every is None else every & reduce(or_, begun)
    if not terms or not terms[0].phrase:
        return None
    cut = [
        _Begins(reading, config=CONFIGURATION, search_type="phrase") & _Bridges(reading)
        for reading in arabic.asked(terms[0].text)
    ]
    return reduce(or_, cut)


def stems_of(terms: Sequence[Term]) -> list[str] | None:
    """The lexemes of a single word in all its readings; none for a word that is not indexed, as *the*. None for what is
    no single word: for several, phrases, beginnings, and what the parser takes apart. One query, if it is a word.
    """
    if (
        len(terms) != 1
        or terms[0].phrase
        or terms[0].prefix
        or not arabic.normalised(terms[0].text).isalnum()
    ):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector('portal', reading)) FROM unnest(%s::text[]) AS reading",
            [list(arabic.asked(terms[0].text))],
        )
        found = [row[0] for row in cursor.fetchall()]
    if any(len(stems) > 1 for stems in found):
        return None
    return sorted({stem for stems in found for stem in stems})


def _alternatives(term: Term, kind: type[SearchQuery] = SearchQuery) -> list[Any]:
    """The queries of which one must match."""
    readings = arabic.asked(term.text)
    if term.prefix:
        # Stemmed, because what is indexed is; and as it stands, because a beginning may look like a stop word.
        letters = ["".join(sign for sign in reading if sign.isalnum()) for reading in readings]
        configurations = [CONFIGURATION, "simple"]
        return [
            kind(f"{beginning}:*", config=configuration, search_type="raw")
            for beginning in letters
            if beginning
            for configuration in configurations
        ]
    form = "phrase" if term.phrase else "plain"
    return [kind(reading, config=CONFIGURATION, search_type=form) for reading in readings]

"""Full text in PostgreSQL, Arabic and English in one configuration: what is indexed, and how a person's words ask.

The configuration `portal` and the function `portal_vector` come with this room's migration.
"""

from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchVectorField
from django.db.models import Func, TextField, Value

from mediaportal.core import arabic
from mediaportal.core.searchwords import Term, terms_of

CONFIGURATION = "portal"
# A vector holds a megabyte at most; nobody looks for the words behind it in one breath.
_MOST_LETTERS = 100_000

Query = SearchQuery | CombinedSearchQuery


def vector_of(text: str) -> Func:
    """The vector of a text, to be written to a `SearchVectorField`: all readings of a word stand at its place."""
    readings = list(arabic.readings(text[:_MOST_LETTERS].replace("\0", " ")))
    return Func(
        Value(readings, output_field=ArrayField(TextField())),
        function="portal_vector",
        output_field=SearchVectorField(),
    )


def query_of(typed: str) -> Query | None:
    """What finds all of a person's words: each in any of its readings, phrases in their order, beginnings by a star.

    None where nothing is asked. Any text is safe.
    """
    parts = [reduce(or_, _alternatives(term)) for term in terms_of(typed)]
    return reduce(and_, parts) if parts else None


def _alternatives(term: Term) -> list[Any]:
    """The queries of which one must match."""
    readings = arabic.asked(term.text)
    if term.prefix:
        # Stemmed, because what is indexed is; and as it stands, because a beginning may look like a stop word.
        letters = ["".join(sign for sign in reading if sign.isalnum()) for reading in readings]
        configurations = [CONFIGURATION, "simple"]
        return [
            SearchQuery(f"{beginning}:*", config=configuration, search_type="raw")
            for beginning in letters
            if beginning
            for configuration in configurations
        ]
    kind = "phrase" if term.phrase else "plain"
    return [SearchQuery(reading, config=CONFIGURATION, search_type=kind) for reading in readings]

"""Finding assets by words: those of their titles, names, descriptions and tags, and those that occur inside of them.

All words must occur, wherever they do: some of them may be about an asset, and the others inside of it at one place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchRank
from django.db.models import (
    BooleanField,
    Case,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from assets import access, registry
from assets.models import Asset, AssetWords
from assets.registry import InsideSearch, Place
from assets.services.wording import parts_of
from mediaportal.core.fulltext import query_of_terms
from mediaportal.core.searchwords import Term, terms_of

# Of assets about which some of the words are said, so many are asked for the others, in so many ways of dividing them.
_MOST_DIVIDED, _MOST_DIVISIONS = 1_000, 4
_FINE = 1_000_000


@dataclass(frozen=True)
class Search:
    """What somebody asked for, and the assets inside of which it was found, or the rest of it: the best first, with
    their places.
    """

    typed: str = ""
    terms: tuple[Term, ...] = ()
    inside: dict[UUID, int] = field(default_factory=dict)

    def narrowed(self, rows: QuerySet[Asset]) -> QuerySet[Asset]:
        """Those of the assets that are found; all of them when nothing was typed."""
        if not self.terms:
            return rows.none() if self.typed else rows
        about = Q(pk__in=self._about.values("asset"))
        return rows.filter(about | Q(self._is_inside) if self.inside else about)

    @property
    def nearness(self) -> Coalesce | Value:
        """How well an asset fits: from 0 for one that is found by its title and the like, more in a title than in tags,
        and in these more than in a description; less than 0 for what is found inside, and the less the worse.
        """
        query = query_of_terms(self.terms)
        if query is None:
            return Value(0, output_field=IntegerField())
        rank = Cast(SearchRank(F("vector"), query) * _FINE, IntegerField())
        about = Subquery(self._about.filter(asset=OuterRef("pk")).values_list(rank))
        place = Func(self._ids, "pk", function="array_position", output_field=IntegerField())
        return Coalesce(about, -place, 0, output_field=IntegerField())

    @property
    def _is_inside(self) -> Func:
        """Whether an asset is among those; one array costs far less to send than a thousand values."""
        return Func(
            "pk", self._ids, template="(%(expressions)s))", arg_joiner=" = ANY(", output_field=BooleanField()
        )

    @property
    def _ids(self) -> Value:
        return Value(list(self.inside), output_field=ArrayField(UUIDField()))

    @property
    def _about(self) -> QuerySet[AssetWords]:
        """The words about assets that have all that is asked for."""
        return AssetWords.objects.filter(*map(_has, self.terms))


def search_of(*, user: access.Caller, typed: str) -> Search:
    """Look for words inside of what a person may see. Costs no query when nothing is asked."""
    typed = typed.strip()
    terms = tuple(terms_of(typed))
    searcher = registry.inside_search()
    if searcher is None or not terms:
        return Search(typed, terms)
    inside = searcher.find(terms, user, None)
    divided = _divided(searcher, terms, user) if len(terms) > 1 else {}
    # Where all of the words stand together is the better place.
    return Search(typed, terms, {pk: inside.get(pk, place) for pk, place in divided.items()} | inside)


def places_of(search: Search, assets: Iterable[Asset], *, user: access.Caller) -> dict[UUID, Place]:
    """Where inside of these assets it was found best, for those of them that the caller may play; one query at most."""
    searcher = registry.inside_search()
    numbers = {
        asset.pk: search.inside[asset.pk]
        for asset in assets
        if asset.pk in search.inside and access.can_play(user, asset)
    }
    if searcher is None or not numbers:
        return {}
    found = searcher.places(numbers.values())
    return {pk: found[number] for pk, number in numbers.items() if number in found}


def _divided(searcher: InsideSearch, terms: tuple[Term, ...], user: access.Caller) -> dict[UUID, int]:
    """Assets about which some of the words are said and inside of which the others are: those that lack the fewest
    first.
    """
    has = [_has(term) for term in terms]
    rows = AssetWords.objects.filter(reduce(or_, has), asset__in=Asset.objects.visible_to(user))
    told = {f"has_{place}": _whether(one) for place, one in enumerate(has)}
    rank = SearchRank(F("vector"), query_of_terms(terms, every=False) or Value(""))
    best = rows.annotate(**told).order_by(rank.desc(), "-asset").values_list("asset", *told)[:_MOST_DIVIDED]
    lacking: dict[tuple[Term, ...], list[UUID]] = {}
    for asset_id, *had in best:
        lacks = tuple(term for term, one in zip(terms, had, strict=True) if not one)
        if lacks:
            lacking.setdefault(lacks, []).append(asset_id)
    found: dict[UUID, int] = {}
    for lacks, asset_ids in sorted(lacking.items(), key=lambda one: (len(one[0]), -len(one[1])))[
        :_MOST_DIVISIONS
    ]:
        found |= searcher.find(lacks, user, asset_ids)
    return found


def _has(term: Term) -> Q:
    """Words about assets that have this term: as a word in any spelling, or as a part of one."""
    query, part = query_of_terms([term]), parts_of(term.text)
    return Q(vector=query) | Q(text__contains=part) if part else Q(vector=query)


def _whether(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())

"""Finding assets by words: those of their titles, names, descriptions and tags, and those that occur inside of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, Func, IntegerField, Q, QuerySet, UUIDField, Value, When
from django.db.models.functions import Coalesce

from assets import access, registry
from assets.models import Asset
from assets.registry import Place
from mediaportal.core.searchwords import Term, terms_of


@dataclass(frozen=True)
class Search:
    """What somebody asked for, and the assets inside of which it was found: the best first, with their places."""

    typed: str = ""
    terms: tuple[Term, ...] = ()
    inside: dict[UUID, int] = field(default_factory=dict)

    def narrowed(self, rows: QuerySet[Asset]) -> QuerySet[Asset]:
        """Those of the assets that are found; all of them when nothing was typed."""
        if not self.terms:
            return rows.none() if self.typed else rows
        return rows.filter(self._about | Q(pk__in=list(self.inside)) if self.inside else self._about)

    @property
    def nearness(self) -> Case:
        """How well an asset fits: 0 for one that is found by its title and the like, less for what is found inside,
        and the less the worse.
        """
        ids = Value(list(self.inside), output_field=ArrayField(UUIDField()))
        place = Func(ids, "pk", function="array_position", output_field=IntegerField())
        return Case(When(self._about, then=0), default=Coalesce(-place, 0), output_field=IntegerField())

    @property
    def _about(self) -> Q:
        """Assets that have all the words in their titles and the like."""
        about = Q()
        for term in self.terms:
            about &= _says(term.text)
        return about


def search_of(*, user: access.Caller, typed: str) -> Search:
    """Look for words inside of what a person may see. Costs no query when nothing is asked."""
    typed = typed.strip()
    terms = tuple(terms_of(typed))
    searcher = registry.inside_search()
    return Search(typed, terms, searcher.find(typed, user) if searcher and terms else {})


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


def _says(words: str) -> Q:
    """Assets whose title, description, file name or tags have these words in them."""
    tagged = Asset.tags.through.objects.filter(tag__name__icontains=words).values("asset")
    return (
        Q(title__icontains=words)
        | Q(description__icontains=words)
        | Q(original_filename__icontains=words)
        | Q(pk__in=tagged)
    )

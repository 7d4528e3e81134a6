"""What the collections in which an asset stands say of its analyses, each with those around it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from analysis.models import CollectionSetting, EngineChoice
from assets.models import Asset, Collection
from mediaportal.core.languages import as_tag


@dataclass(frozen=True)
class Said:
    """What is done with whatever comes into these collections: `types` and `languages` of all of them together, the
    `engine` of the first that names one. `only_here`: nothing is sent elsewhere. `bounds` are their monthly budgets in
    US dollars, `around` all of the collections.
    """

    types: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    engine: str = EngineChoice.AUTO
    only_here: bool = False
    bounds: tuple[tuple[UUID, Decimal], ...] = ()
    around: tuple[UUID, ...] = ()


def said_of(asset: Asset) -> Said:
    """What an asset's collections say; two queries.

    Of each collection, types with their languages and the engine are those of the nearest one around it that names any;
    a budget holds for everything below, and so does that nothing is sent elsewhere.
    """
    standing: Any = asset.collections.with_path().order_by("created_at")
    paths = [[UUID(place["id"]) for place in reversed(found.path)] for found in standing]
    around = tuple(dict.fromkeys(pk for path in paths for pk in path))
    rows = CollectionSetting.objects.in_bulk(around)
    typed = list(_nearest(paths, rows, "types"))
    languages = [tag for row in typed for one in row.languages if (tag := as_tag(one))]
    named = [row.engine for row in _nearest(paths, rows, "engine") if row.engine != EngineChoice.AUTO]
    return Said(
        types=frozenset(name for row in typed for name in row.types),
        languages=tuple(dict.fromkeys(languages)),
        engine=named[0] if named else EngineChoice.AUTO,
        only_here=any(row.only_here for row in rows.values()),
        bounds=tuple((pk, row.monthly_budget) for pk, row in rows.items() if row.monthly_budget is not None),
        around=around,
    )


def wanting(types: Iterable[str]) -> set[UUID]:
    """The collections in which somebody wants one of these types of whatever comes in, and all inside them."""
    found = set(CollectionSetting.objects.filter(types__overlap=list(types)).values_list("pk", flat=True))
    inside = set(found)
    while inside:
        inside = set(Collection.objects.filter(parent__in=inside).values_list("pk", flat=True)) - found
        found |= inside
    return found


def _nearest(
    paths: list[list[UUID]], rows: dict[UUID, CollectionSetting], name: str
) -> Iterator[CollectionSetting]:
    """For each path, the innermost setting that says something of this; each once."""
    nothing: tuple[Any, ...] = ([], EngineChoice.AUTO)
    saying = (
        next((rows[pk] for pk in path if pk in rows and getattr(rows[pk], name) not in nothing), None)
        for path in paths
    )
    yield from dict.fromkeys(row for row in saying if row is not None)

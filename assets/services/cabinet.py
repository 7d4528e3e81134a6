"""Collections as the pages show them: each as a card with its newest pictures and what is in it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce, Lower

from assets import access
from assets.models import Asset, Collection, Tag
from assets.services.cards import Card, card_of

PAGE_SIZE = 60
_PICTURES = 3
_MOST_TAGS = 100


@dataclass(frozen=True)
class Shelf:
    """A collection with the cards of its newest assets, the number of those that may be seen, and of those inside."""

    collection: Collection
    newest: list[Card]
    files: int
    inside: int


def shelves_in(*, user: access.Caller, parent_id: UUID | None, page: Any = 1) -> Page[Shelf]:
    """One page of the collections right inside another one, or of those at the top; four queries, however many.

    `page` is a number or what a query string says of it.
    """
    visible = Asset.objects.visible_to(user)
    inside = Collection.objects.filter(parent=OuterRef("pk")).order_by().values("parent")
    newest = visible.filter(collections=OuterRef("pk")).order_by("-created_at", "-id").values("pk")
    rows: Any = (
        Collection.objects.visible_to(user)
        .filter(parent=parent_id)
        .with_count(user)
        .annotate(
            inside_count=Coalesce(
                Subquery(inside.annotate(number=Count("pk")).values("number")), 0, output_field=IntegerField()
            ),
            newest=ArraySubquery(newest[:_PICTURES]),
        )
        .order_by(Lower("name"), "pk")
    )
    found = Paginator(rows, PAGE_SIZE).get_page(page)
    shown = list(found.object_list)
    wanted = {pk for row in shown for pk in row.newest}
    cards = {asset.pk: card_of(asset, user=user) for asset in visible.filter(pk__in=wanted).with_poster()}
    found.object_list = [
        Shelf(row, [cards[pk] for pk in row.newest if pk in cards], row.asset_count, row.inside_count)
        for row in shown
    ]
    return found


def tags_of(*, user: access.Caller) -> list[Tag]:
    """The tags that a person sees most often, at most a hundred, by name; each with its `asset_count`. One query."""
    rows: Any = Tag.objects.visible_to(user)
    seen = rows.filter(asset_count__gt=0).order_by("-asset_count", Lower("name"))
    return sorted(seen[:_MOST_TAGS], key=lambda tag: tag.name.casefold())


def opened(*, user: access.Caller, collection_id: UUID) -> Collection | None:
    """A collection with its `path` and the number of assets in it, or None when there is no such one."""
    return Collection.objects.visible_to(user).with_path().with_count(user).filter(pk=collection_id).first()


def holds_unseen(*, user: access.Caller, collection: Collection) -> bool:
    """Whether files stand right in a collection that this person does not see there: others' own, or in the trash."""
    seen = Asset.objects.visible_to(user).filter(collections=collection)
    return collection.assets.exclude(pk__in=seen.values("pk")).exists()


def places_of(asset: Asset) -> list[Collection]:
    """The collections that an asset stands in, each with its `path`."""
    return list(Collection.objects.with_path().filter(assets=asset).order_by(Lower("name"), "pk"))

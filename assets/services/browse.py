"""Looking through the library: filters, orders, and pages that stay in place while files are added."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Lower

from assets import access
from assets.models import Asset, Kind, ScanVerdict, UploadStatus
from assets.registry import Place
from assets.services.finding import Search, places_of, search_of
from mediaportal.accounts.models import User

PAGE_SIZE = 48


def _moment(text: str) -> datetime:
    """A moment as `isoformat` wrote it; raises `ValueError` for one without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment


def _id(text: str) -> UUID | None:
    """An id, or nothing for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


# name -> (what is compared, largest first, how its value is read back)
ORDERS: dict[str, tuple[Any, bool, Callable[[Any], Any]]] = {
    "newest": (F("created_at"), True, _moment),
    "oldest": (F("created_at"), False, _moment),
    "title": (Lower("title"), False, lambda text: str(text).replace("\0", "")),
    "longest": (Coalesce(F("duration"), 0.0), True, float),
    "largest": (F("file_size"), True, int),
}
# How well each fits what is looked for; there is no such order of what nothing was asked of.
MATCH = "match"
# As `state` names them: what could not be scanned waits for a decision, though its job has failed.
_UNSCANNED = Q(scan_verdict=ScanVerdict.UNSCANNABLE, scan_released_at=None) & ~Q(publication="blocked")
STATUSES: dict[str, Q] = {
    "ready": Q(publication="published"),
    "working": Q(upload_status__in=["pending", "uploading", "processing"]),
    "held": Q(publication="held", upload_status="completed") | _UNSCANNED,
    "failed": (Q(upload_status="failed") & ~_UNSCANNED) | Q(publication="blocked"),
}


@dataclass(frozen=True)
class Filters:
    """What a person asked the library for; anything unknown counts as not asked."""

    q: str = ""
    kind: str = ""
    status: str = ""
    mine: bool = False
    sort: str = "newest"
    tag: str = ""
    collection: UUID | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Filters":
        """Read the filters out of a query string."""
        kind, status, sort = query.get("kind", ""), query.get("status", ""), query.get("sort", "")
        asked = query.get("q", "").replace("\0", "").strip()[:200]
        return cls(
            q=asked,
            kind=kind if kind in Kind.values else "",
            status=status if status in STATUSES else "",
            mine=query.get("mine", "") == "1",
            sort=sort if sort in ORDERS else MATCH if asked else "newest",
            tag=query.get("tag", "").replace("\0", "").strip()[:60],
            collection=_id(query.get("collection", "")),
        )

    @property
    def narrowing(self) -> bool:
        """Whether any filter hides something of the place that is shown."""
        return bool(self.q or self.kind or self.status or self.mine or self.tag)


@dataclass(frozen=True)
class Page:
    """One page of the library; `after` leads to the next one and is empty on the last. `places` tells where inside of
    assets the words were found.
    """

    assets: list[Asset]
    after: str
    places: dict[UUID, Place] = field(default_factory=dict)


def browse(*, user: access.Caller, filters: Filters, after: str = "", size: int = PAGE_SIZE) -> Page:
    """One page of what a person may see, with the pictures for its cards; two queries, however many files, and four at
    most for the words that are looked for.

    `after` comes from the page before; one that cannot be read starts at the beginning.
    """
    search = search_of(user=user, typed=filters.q)
    expression, largest_first, read = ORDERS.get(filters.sort) or (search.nearness, True, int)
    rows = narrowed(user=user, filters=filters, search=search).annotate(place=expression)
    rows = rows.order_by("-place" if largest_first else "place", "-id" if largest_first else "id")
    if (mark := _read_mark(after, read)) is not None:
        value, last = mark
        beyond = "lt" if largest_first else "gt"
        rows = rows.filter(Q(**{f"place__{beyond}": value}) | Q(place=value, **{f"id__{beyond}": last}))
    found = list(rows.select_related("uploaded_by").with_poster()[: size + 1])  # type: ignore[attr-defined]  # of our queryset
    shown = found[:size]
    after = _mark(shown[-1]) if len(found) > size else ""
    return Page(shown, after, places_of(search, shown, user=user))


def narrowed(*, user: access.Caller, filters: Filters, search: Search) -> QuerySet[Asset]:
    """The files that a person may see, that the filters let through, and that a search for their words has found; in no
    order.
    """
    seen = Asset.objects.visible_to(user)
    if filters.status:
        seen = seen.standing(STATUSES[filters.status], held=filters.status == "held")
    rows = search.narrowed(seen)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.tag:
        rows = rows.filter(tags__name__iexact=filters.tag)
    if filters.collection:
        rows = rows.filter(collections=filters.collection)
    if filters.mine and isinstance(user, User):
        rows = rows.filter(uploaded_by=user)
    return rows


def count_working(*, user: access.Caller) -> int:
    """The number of files in work that a person may see."""
    return Asset.objects.visible_to(user).filter(upload_status=UploadStatus.PROCESSING).count()


def _mark(asset: Asset) -> str:
    """Where a page ended, as text that fits a query string."""
    place: Any = asset.place  # type: ignore[attr-defined]  # annotated by `browse`
    value = place.isoformat() if isinstance(place, datetime) else place
    return base64.urlsafe_b64encode(json.dumps([value, str(asset.pk)]).encode()).decode()


def _read_mark(text: str, read: Callable[[Any], Any]) -> tuple[Any, UUID] | None:
    """The value and the id that a page ended with, or nothing for what is no mark."""
    if not text or len(text) > 1000:  # noqa: PLR2004 - far longer than any mark
        return None
    try:
        value, last = json.loads(base64.urlsafe_b64decode(text.encode()))
        return read(value), UUID(last)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None

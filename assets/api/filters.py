"""Filters and orders of the list of assets."""

from typing import Any

import django_filters
from django.db.models import FloatField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.views import APIView

from assets.models import Asset, Kind, Publication, UploadStatus, Visibility
from assets.querysets import AssetQuerySet

# How well each fits the words of `q`.
MATCH = "match"


class AssetFilter(django_filters.FilterSet):
    """Kind, status, owner, visibility, publication, collection, tag, time of adding, duration."""

    kind = django_filters.MultipleChoiceFilter(choices=Kind.choices)
    status = django_filters.MultipleChoiceFilter(field_name="upload_status", choices=UploadStatus.choices)
    owner = django_filters.UUIDFilter(field_name="uploaded_by_id")
    visibility = django_filters.MultipleChoiceFilter(choices=Visibility.choices)
    publication = django_filters.MultipleChoiceFilter(choices=Publication.choices, method="standing_as")
    collection = django_filters.UUIDFilter(field_name="collections", label="Those right in a collection")
    tag = django_filters.CharFilter(
        field_name="tags__name", lookup_expr="iexact", label="Those with this tag"
    )
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    duration_gte = django_filters.NumberFilter(field_name="duration", lookup_expr="gte", label="Seconds")
    duration_lte = django_filters.NumberFilter(field_name="duration", lookup_expr="lte", label="Seconds")

    class Meta:
        model = Asset
        fields: list[str] = []

    def standing_as(self, found: AssetQuerySet, name: str, values: list[str]) -> QuerySet[Asset]:
        """Those that the caller may know to stand so."""
        if not values:
            return found
        return found.standing(Q(publication__in=values), held=Publication.HELD in values)


class AssetOrdering(OrderingFilter):
    """`ordering` by created_at, title, duration or file_size, with a minus sign for the other direction; by match, the
    best first, where words are looked for.
    """

    ordering_fields = ["created_at", "title", "duration", "file_size", MATCH]
    # A cursor cannot stand on nothing, so what has no duration counts as zero seconds long.
    columns = {"duration": "duration_or_zero"}

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> tuple[str, ...]:
        """The columns to order by; the id makes the order total."""
        asked = list(super().get_ordering(request, queryset, view) or ())
        if not asked:
            return ("-created_at", "-id")
        first = asked[0]
        if first.removeprefix("-") == MATCH:
            if not request.query_params.get("q", "").strip():
                return ("-created_at", "-id")
            return ("nearness", "id") if first.startswith("-") else ("-nearness", "-id")
        sign, name = ("-", first[1:]) if first.startswith("-") else ("", first)
        return (f"{sign}{self.columns.get(name, name)}", f"{sign}id")

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """Add the column; the order itself is the paginator's business."""
        filled = Coalesce("duration", Value(0.0), output_field=FloatField())
        found: QuerySet[Any] = queryset.annotate(duration_or_zero=filled)
        return found

"""Collections and tags over HTTP."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assets.api.serializers import (
    CollectionEditSerializer,
    CollectionSerializer,
    TagEditSerializer,
    TagSerializer,
)
from assets.models import Collection, Tag
from assets.services import collections, shelves
from mediaportal.core.paging import PortalCursorPagination


class ByName(PortalCursorPagination):
    """By name, and by id where names are the same."""

    ordering = ("name", "id")


class CollectionFilter(django_filters.FilterSet):
    """`q`, parent, and those at the top."""

    q = django_filters.CharFilter(method="filter_words", label="Words in the name")
    parent = django_filters.UUIDFilter(field_name="parent_id", label="Those right inside another one")
    top = django_filters.BooleanFilter(field_name="parent", lookup_expr="isnull", label="Those at the top")

    class Meta:
        model = Collection
        fields: list[str] = []

    def filter_words(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those in whose name every word occurs."""
        for word in value[:200].replace("\0", "").split():
            queryset = queryset.filter(name__icontains=word)
        return queryset


class TagFilter(django_filters.FilterSet):
    """`q`: the beginning or a part of the name."""

    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label="A part of the name")

    class Meta:
        model = Tag
        fields: list[str] = []


class _Collections(GenericAPIView[Collection]):
    """Collections that the caller may see."""

    serializer_class = CollectionSerializer
    lookup_url_kwarg = "collection_id"

    def get_queryset(self) -> QuerySet[Collection]:
        """With everything that is shown of each, in one query."""
        visible = Collection.objects.visible_to(self.request.user).select_related("created_by")
        return visible.with_path().with_count(self.request.user)

    def shown(self, collection_id: UUID, *, code: int = status.HTTP_200_OK) -> Response:
        """The collection as it stands now."""
        return Response(self.get_serializer(self.get_queryset().get(pk=collection_id)).data, status=code)


class CollectionListView(_Collections, ListAPIView[Collection]):
    """All collections by name, and the making of new ones."""

    pagination_class = ByName
    filterset_class = CollectionFilter
    filter_backends = [DjangoFilterBackend]

    @extend_schema(
        request=CollectionEditSerializer,
        responses={201: CollectionSerializer},
        operation_id="collection_make",
    )
    def post(self, request: Request) -> Response:
        """Make a collection, at the top unless a parent is named."""
        form = CollectionEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = collections.create(
            user=request.user,
            name=form.validated_data["name"],
            parent_id=form.validated_data.get("parent"),
            encryption=form.validated_data.get("encryption", ""),
        )
        return self.shown(made.pk, code=status.HTTP_201_CREATED)


class CollectionView(_Collections):
    """One collection. What stands in it: `GET /api/v1/assets/?collection=`."""

    @extend_schema(operation_id="collection_retrieve")
    def get(self, _request: Request, collection_id: UUID) -> Response:
        """A collection, what leads to it, and how many assets are in it."""
        return self.shown(self.get_object().pk)

    @extend_schema(
        request=CollectionEditSerializer(partial=True),
        responses=CollectionSerializer,
        operation_id="collection_change",
    )
    def patch(self, request: Request, collection_id: UUID) -> Response:
        """Rename it, move it, or say how its files are encrypted; a parent of null is the top."""
        found = self.get_object()
        form = CollectionEditSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        sent = form.validated_data
        collections.change(
            user=request.user,
            collection=found,
            name=sent.get("name"),
            parent_id=sent.get("parent", collections.UNCHANGED),
            encryption=sent.get("encryption"),
        )
        return self.shown(found.pk)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "keep_assets", bool, description="Delete it though assets stand in it: they stay."
            )
        ],
        responses={204: None},
        operation_id="collection_delete",
    )
    def delete(self, request: Request, collection_id: UUID) -> Response:
        """Delete it. Assets are never deleted with it."""
        keep = request.query_params.get("keep_assets", "").lower() in {"1", "true"}
        collections.delete(user=request.user, collection=self.get_object(), keep_assets=keep)
        return Response(status=status.HTTP_204_NO_CONTENT)


class _Tags(GenericAPIView[Tag]):
    """Tags that the caller may know of."""

    serializer_class = TagSerializer
    lookup_url_kwarg = "tag_id"

    def get_queryset(self) -> QuerySet[Tag]:
        """Those of assets that the caller may see, with their number."""
        return Tag.objects.visible_to(self.request.user)


class TagListView(_Tags, ListAPIView[Tag]):
    """The tags by name. New ones are made by giving them to an asset."""

    pagination_class = ByName
    filterset_class = TagFilter
    filter_backends = [DjangoFilterBackend]


class TagView(_Tags):
    """One tag, for those who keep the tags."""

    @extend_schema(request=TagEditSerializer, responses=TagSerializer, operation_id="tag_rename")
    def patch(self, request: Request, tag_id: UUID) -> Response:
        """Rename it on every asset."""
        found = self.get_object()
        form = TagEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        shelves.rename_tag(user=request.user, tag=found, name=form.validated_data["name"])
        return Response(self.get_serializer(found).data)

    @extend_schema(responses={204: None}, operation_id="tag_delete")
    def delete(self, request: Request, tag_id: UUID) -> Response:
        """Take it from every asset."""
        shelves.delete_tag(user=request.user, tag=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

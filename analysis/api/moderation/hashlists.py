"""The hash lists over HTTP; for those who manage them, and nobody else."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.models import HashEntry, HashKind, HashList, HashLoad
from analysis.services.moderation import hashfiles, hashlists, hashloads
from analysis.services.moderation.hashlists import Entry
from mediaportal.core.paging import PortalCursorPagination
from mediaportal.core.problems import FieldProblem, InvalidInput


class HashListSerializer(serializers.ModelSerializer[HashList]):
    """A hash list. Load it with its size."""

    size = serializers.IntegerField(read_only=True, help_text="how many hashes it has")

    class Meta:
        model = HashList
        fields = ["id", "name", "source", "is_active", "size", "created_at"]
        read_only_fields = fields


class NewHashListSerializer(serializers.Serializer[Any]):
    """A list to be made."""

    name = serializers.CharField(max_length=120)
    source = serializers.CharField(max_length=300, required=False, allow_blank=True)  # type: ignore[assignment]  # a field's name


class HashListEditSerializer(serializers.Serializer[Any]):
    """What may be changed of a list."""

    name = serializers.CharField(max_length=120, required=False)
    source = serializers.CharField(max_length=300, required=False, allow_blank=True)  # type: ignore[assignment]  # a field's name
    is_active = serializers.BooleanField(required=False, help_text="whether it is matched")


class HashEntrySerializer(serializers.ModelSerializer[HashEntry]):
    """A hash of a list."""

    class Meta:
        model = HashEntry
        fields = ["id", "kind", "value", "note", "created_at"]
        read_only_fields = fields


class NewHashSerializer(serializers.Serializer[Any]):
    """A hash to be added."""

    kind = serializers.ChoiceField(choices=HashKind.choices)
    value = serializers.CharField(
        max_length=64, help_text="64 hexadecimal digits of a SHA-256, 16 of a picture"
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class HashFileSerializer(serializers.Serializer[Any]):
    """A file of hashes."""

    file = serializers.FileField(
        help_text="CSV (kind,value,note) or JSON; at most 64 MiB and 1,000,000 hashes"
    )
    form = serializers.ChoiceField(
        choices=list(hashfiles.FORMS), required=False, help_text="else by its name"
    )


class HashFaultSerializer(serializers.Serializer[Any]):
    """Something that is wrong with a file."""

    field = serializers.CharField(help_text="the line, as `line 3`")
    code = serializers.CharField()
    detail = serializers.CharField(help_text="in the language of who sent it")


class HashLoadSerializer(serializers.ModelSerializer[HashLoad]):
    """A file of hashes, as far as it was read."""

    read = serializers.SerializerMethodField(help_text="bytes of `size` that were read")
    added = serializers.IntegerField(allow_null=True, help_text="hashes that were not on the list before")
    faults = HashFaultSerializer(many=True)

    class Meta:
        model = HashLoad
        fields = ["id", "status", "form", "size", "read", "added", "faults", "created_at", "ended_at"]
        read_only_fields = fields

    def get_read(self, load: HashLoad) -> int:
        """How many of its bytes were read."""
        return hashloads.read_of(load)


class _HashLists(generics.GenericAPIView[HashList]):
    """Hash lists; others are refused before anything is told."""

    serializer_class = HashListSerializer
    filter_backends: list[Any] = []
    queryset = HashList.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let nobody else in."""
        super().initial(request, *args, **kwargs)
        hashlists.require_manager(request.user)

    def shown(self, list_id: UUID, *, code: int = status.HTTP_200_OK) -> Response:
        """A list as it stands now."""
        found = hashlists.one(user=self.request.user, list_id=list_id)
        return Response(HashListSerializer(found).data, status=code)


class HashListsView(_HashLists):
    """All hash lists."""

    class Paging(PortalCursorPagination):
        """By name."""

        ordering = ("name", "id")

    pagination_class = Paging

    @extend_schema(responses=HashListSerializer(many=True), operation_id="hash_lists_list")
    def get(self, request: Request) -> Response:
        """A page of them, by name."""
        page = self.paginate_queryset(hashlists.listed(user=request.user)) or []
        return self.get_paginated_response(HashListSerializer(page, many=True).data)

    @extend_schema(
        request=NewHashListSerializer, responses={201: HashListSerializer}, operation_id="hash_lists_create"
    )
    def post(self, request: Request) -> Response:
        """Make an empty list."""
        form = NewHashListSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = hashlists.make(user=request.user, **form.validated_data)
        return self.shown(made.pk, code=status.HTTP_201_CREATED)


class HashListView(_HashLists):
    """One hash list."""

    @extend_schema(responses=HashListSerializer, operation_id="hash_lists_retrieve")
    def get(self, request: Request, list_id: UUID) -> Response:
        """How a list stands."""
        return self.shown(list_id)

    @extend_schema(
        request=HashListEditSerializer, responses=HashListSerializer, operation_id="hash_lists_change"
    )
    def patch(self, request: Request, list_id: UUID) -> Response:
        """Rename a list, or take it in or out of use."""
        form = HashListEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        hashlists.change(user=request.user, list_id=list_id, **form.validated_data)
        return self.shown(list_id)

    @extend_schema(responses={204: None}, operation_id="hash_lists_destroy")
    def delete(self, request: Request, list_id: UUID) -> Response:
        """Delete a list with its hashes."""
        hashlists.delete(user=request.user, list_id=list_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class HashEntriesView(_HashLists):
    """The hashes of a list."""

    class Paging(PortalCursorPagination):
        """The newest first."""

        ordering = ("-id", "-created_at")  # those of one file were made at the same moment

    pagination_class = Paging

    def get_queryset(self) -> QuerySet[Any]:
        """Those that begin with what is looked for."""
        return hashlists.entries(
            user=self.request.user,
            list_id=self.kwargs["list_id"],
            value=self.request.query_params.get("value", ""),
        )

    @extend_schema(
        parameters=[OpenApiParameter("value", str, description="the first digits")],
        responses=HashEntrySerializer(many=True),
        operation_id="hash_list_entries",
    )
    def get(self, request: Request, list_id: UUID) -> Response:
        """A page of them, the newest first."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(HashEntrySerializer(page, many=True).data)

    @extend_schema(
        request=NewHashSerializer, responses={201: HashEntrySerializer}, operation_id="hash_list_entries_add"
    )
    def post(self, request: Request, list_id: UUID) -> Response:
        """Add one."""
        form = NewHashSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = hashlists.add(user=request.user, list_id=list_id, entry=Entry(**form.validated_data))
        return Response(HashEntrySerializer(made).data, status=status.HTTP_201_CREATED)


class HashEntryView(_HashLists):
    """One hash of a list."""

    @extend_schema(responses={204: None}, operation_id="hash_list_entries_remove")
    def delete(self, request: Request, list_id: UUID, entry_id: int) -> Response:
        """Take it off the list."""
        hashlists.remove(user=request.user, list_id=list_id, entry_id=entry_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class HashListImportView(_HashLists):
    """Many hashes at once."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": HashFileSerializer},
        responses={202: HashLoadSerializer},
        operation_id="hash_list_import",
    )
    def post(self, request: Request, list_id: UUID) -> Response:
        """Have all hashes of a file added, or none when something is wrong with it: the faults are told by line."""
        sent: Any = request.data
        file = sent.get("file")
        if not isinstance(file, UploadedFile) or file.file is None:
            said = _("Send a file.")
            raise InvalidInput(said, errors=[FieldProblem("file", "required", said)])
        form = hashfiles.form_of(str(file.name), sent.get("form"))
        load = hashloads.send(user=request.user, list_id=list_id, file=file.file, form=form)
        return Response(HashLoadSerializer(load).data, status=status.HTTP_202_ACCEPTED)


class HashLoadsView(_HashLists):
    """Files that were sent for a list."""

    pagination_class = None

    @extend_schema(responses=HashLoadSerializer(many=True), operation_id="hash_list_imports")
    def get(self, request: Request, list_id: UUID) -> Response:
        """The last twenty, the newest first."""
        found = hashloads.of_list(user=request.user, list_id=list_id)
        return Response(HashLoadSerializer(found, many=True).data)


class HashLoadView(_HashLists):
    """One of them."""

    @extend_schema(responses=HashLoadSerializer, operation_id="hash_list_import_retrieve")
    def get(self, request: Request, list_id: UUID, load_id: UUID) -> Response:
        """How far it is, and what came of it."""
        found = hashloads.one(user=request.user, list_id=list_id, load_id=load_id)
        return Response(HashLoadSerializer(found).data)


class HashListExportView(_HashLists):
    """A list as a file."""

    @extend_schema(
        parameters=[OpenApiParameter("form", str, enum=list(hashfiles.FORMS), description="csv, or json")],
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR),
            (200, "application/json"): OpenApiResponse(OpenApiTypes.STR),
        },
        operation_id="hash_list_export",
    )
    def get(self, request: Request, list_id: UUID) -> StreamingHttpResponse:
        """All its hashes, oldest first."""
        found = hashlists.one(user=request.user, list_id=list_id)
        form = hashfiles.form_of("list.csv", request.query_params.get("form"))
        return StreamingHttpResponse(
            hashfiles.written(hashlists.exported(user=request.user, hash_list=found), form=form),
            content_type=hashfiles.FORMS[form],
            headers={
                "Content-Disposition": f'attachment; filename="hashes-{found.pk}.{form}"',
                "Cache-Control": "private, no-store",
            },
        )


urlpatterns = [
    path("hash-lists/", HashListsView.as_view(), name="api-hash-lists"),
    path("hash-lists/<uuid:list_id>/", HashListView.as_view(), name="api-hash-list"),
    path("hash-lists/<uuid:list_id>/entries/", HashEntriesView.as_view(), name="api-hash-list-entries"),
    path(
        "hash-lists/<uuid:list_id>/entries/<int:entry_id>/",
        HashEntryView.as_view(),
        name="api-hash-list-entry",
    ),
    path("hash-lists/<uuid:list_id>/import", HashListImportView.as_view(), name="api-hash-list-import"),
    path("hash-lists/<uuid:list_id>/imports/", HashLoadsView.as_view(), name="api-hash-list-imports"),
    path(
        "hash-lists/<uuid:list_id>/imports/<uuid:load_id>/",
        HashLoadView.as_view(),
        name="api-hash-list-load",
    ),
    path("hash-lists/<uuid:list_id>/export", HashListExportView.as_view(), name="api-hash-list-export"),
]

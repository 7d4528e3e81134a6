"""Guest links over HTTP, for those who make them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assets.api.serializers import PersonSerializer
from assets.models import GuestLink, Kind
from assets.services import guestlinks, guests


class GuestLinkSerializer(serializers.ModelSerializer[GuestLink]):
    """A guest link. Load it with its maker and `with_use()`."""

    state = serializers.SerializerMethodField(help_text="open, used_up, expired or ended")
    url = serializers.SerializerMethodField(help_text="What guests are sent: whoever has it may send files.")
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=Kind.choices), help_text="Those that are taken; none: all."
    )
    files = serializers.IntegerField(help_text="That arrived.")
    bytes = serializers.IntegerField(source="size", help_text="That arrived.")
    created_by = serializers.SerializerMethodField()

    class Meta:
        model = GuestLink
        fields = [
            "id",
            "title",
            "message",
            "state",
            "url",
            "kinds",
            "most_files",
            "most_bytes",
            "files",
            "bytes",
            "collection",
            "expires_at",
            "ended_at",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=list(guestlinks.ICONS)))
    def get_state(self, link: GuestLink) -> str:
        """How it stands."""
        return guestlinks.standing_of(link).code

    def get_url(self, link: GuestLink) -> str:
        """The whole address."""
        return str(self.context["request"].build_absolute_uri(guests.path_of(link)))

    @extend_schema_field(PersonSerializer)
    def get_created_by(self, link: GuestLink) -> dict[str, Any]:
        """Whoever made it, to whom the files belong."""
        return {"id": str(link.created_by_id), "name": link.created_by.name}


class GuestLinkEditSerializer(serializers.Serializer[Any]):
    """What is said of a link. The service judges it."""

    title = serializers.CharField(max_length=120)
    message = serializers.CharField(max_length=2_000, required=False, allow_blank=True)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=Kind.choices), required=False, max_length=3
    )
    most_files = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    most_bytes = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    collection = serializers.UUIDField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField()


class _GuestLinks(GenericAPIView[GuestLink]):
    """Links, for those who may make them: others hear 403."""

    serializer_class = GuestLinkSerializer
    lookup_url_kwarg = "link_id"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse everybody else before anything is looked for."""
        super().initial(request, *args, **kwargs)
        guestlinks.require_manager(request.user)

    def get_queryset(self) -> QuerySet[GuestLink]:
        """With everything that is shown of each, in one query."""
        return GuestLink.objects.visible_to(self.request.user).select_related("created_by").with_use()

    def shown(self, link_id: UUID, *, code: int = status.HTTP_200_OK) -> Response:
        """The link as it stands now."""
        return Response(self.get_serializer(self.get_queryset().get(pk=link_id)).data, status=code)


class GuestLinkListView(_GuestLinks, ListAPIView[GuestLink]):
    """All guest links, and the making of new ones."""

    filter_backends: list[Any] = []

    @extend_schema(
        request=GuestLinkEditSerializer, responses={201: GuestLinkSerializer}, operation_id="guest_link_make"
    )
    def post(self, request: Request) -> Response:
        """Make a guest link."""
        form = GuestLinkEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = guestlinks.make(user=request.user, **form.validated_data)
        return self.shown(made.pk, code=status.HTTP_201_CREATED)


class GuestLinkView(_GuestLinks):
    """One guest link."""

    @extend_schema(operation_id="guest_link_retrieve")
    def get(self, _request: Request, link_id: UUID) -> Response:
        """A guest link, and what it has brought."""
        return self.shown(self.get_object().pk)

    @extend_schema(
        request=GuestLinkEditSerializer(partial=True),
        responses=GuestLinkSerializer,
        operation_id="guest_link_change",
    )
    def patch(self, request: Request, link_id: UUID) -> Response:
        """Change a link that was not ended."""
        found = self.get_object()
        form = GuestLinkEditSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        guestlinks.change(user=request.user, link=found, **form.validated_data)
        return self.shown(found.pk)


class GuestLinkEndView(_GuestLinks):
    """The end of a link."""

    @extend_schema(request=None, responses=GuestLinkSerializer, operation_id="guest_link_end")
    def post(self, request: Request, link_id: UUID) -> Response:
        """End a link for good. Doing it again changes nothing."""
        found = self.get_object()
        guestlinks.end(user=request.user, link=found)
        return self.shown(found.pk)

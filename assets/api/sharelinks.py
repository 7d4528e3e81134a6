"""Share links over HTTP, for those who make them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from assets.api.serializers import AssetPlaybackSerializer, PersonSerializer
from assets.models import Asset, ShareLink, Watermark
from assets.services import links, sharing, visiting


class RenditionSerializer(serializers.Serializer[Any]):
    """The pictures that bear the name of one link, and the work on them."""

    state = serializers.ChoiceField(choices=["pending", "ready", "failed"])
    progress = serializers.IntegerField(help_text="In percent.")
    job_id = serializers.UUIDField(
        allow_null=True, help_text="The work on it, which can be tried again when it failed."
    )
    error = serializers.CharField(help_text="Why it failed; empty otherwise.")


class ShareLinkSerializer(serializers.ModelSerializer[ShareLink]):
    """A share link. Load it `with_standing()`."""

    state = serializers.SerializerMethodField(help_text="open, waiting (not published), expired or revoked")
    url = serializers.SerializerMethodField(help_text="What visitors are sent: whoever has it may watch.")
    has_password = serializers.SerializerMethodField()
    rendition = serializers.SerializerMethodField(
        help_text="How far the pictures are that bear the name; null where none is burnt in."
    )
    created_by = serializers.SerializerMethodField()

    class Meta:
        model = ShareLink
        fields = [
            "id",
            "asset",
            "title",
            "state",
            "url",
            "has_password",
            "allow_download",
            "watermark",
            "watermark_text",
            "rendition",
            "expires_at",
            "revoked_at",
            "uses",
            "last_used_at",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=list(sharing.ICONS)))
    def get_state(self, link: ShareLink) -> str:
        """How it stands."""
        return sharing.standing_of(link).code

    def get_url(self, link: ShareLink) -> str:
        """The whole address."""
        return str(self.context["request"].build_absolute_uri(sharing.path_of(link)))

    def get_has_password(self, link: ShareLink) -> bool:
        """Whether visitors are asked for one."""
        return bool(link.password)

    @extend_schema_field(RenditionSerializer(allow_null=True))
    def get_rendition(self, link: ShareLink) -> dict[str, Any] | None:
        """As the view has asked for all links at once."""
        found = self.context["renditions"].get(link.pk)
        return dict(RenditionSerializer(found).data) if found else None

    @extend_schema_field(PersonSerializer)
    def get_created_by(self, link: ShareLink) -> dict[str, Any]:
        """Whoever made it."""
        return {"id": str(link.created_by_id), "name": link.created_by.name}


class ShareLinkEditSerializer(serializers.Serializer[Any]):
    """What is said of a link. The service judges it."""

    title = serializers.CharField(max_length=120, required=False, allow_blank=True, help_text="For whom.")
    password = serializers.CharField(
        max_length=sharing.LONGEST_PASSWORD,
        required=False,
        allow_blank=True,
        allow_null=True,
        trim_whitespace=False,
        write_only=True,
        help_text="Empty or null: none. It is never shown again.",
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, help_text="null: never.")
    allow_download = serializers.BooleanField(required=False)
    watermark = serializers.ChoiceField(choices=Watermark.choices, required=False)
    watermark_text = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="Empty: the title."
    )


class ShareLinkMakeSerializer(ShareLinkEditSerializer):
    """What a link is made from."""

    asset = serializers.UUIDField()


class ShareVisitSerializer(serializers.Serializer[Any]):
    """What a visitor says."""

    password = serializers.CharField(
        max_length=sharing.LONGEST_PASSWORD,
        required=False,
        allow_blank=True,
        default="",
        trim_whitespace=False,
        write_only=True,
        help_text="Where the link has one.",
    )


class ShareLinkFilter(django_filters.FilterSet):
    """Those of one asset."""

    asset = django_filters.UUIDFilter(field_name="asset_id")


class _ShareLinks(GenericAPIView[ShareLink]):
    """Links to assets that the caller may share; for others there are none."""

    serializer_class = ShareLinkSerializer
    lookup_url_kwarg = "link_id"
    on_show: Sequence[ShareLink] = ()

    def get_queryset(self) -> QuerySet[ShareLink]:
        """With everything that is shown of each, in one query."""
        return ShareLink.objects.visible_to(self.request.user).with_standing()

    def get_serializer_context(self) -> dict[str, Any]:
        """With how far the pictures of the links are that are shown."""
        return {**super().get_serializer_context(), "renditions": sharing.renditions_of(self.on_show)}

    def shown(self, link_id: UUID, *, code: int = status.HTTP_200_OK) -> Response:
        """The link as it stands now."""
        self.on_show = [self.get_queryset().get(pk=link_id)]
        return Response(self.get_serializer(self.on_show[0]).data, status=code)


class ShareLinkListView(_ShareLinks, ListAPIView[ShareLink]):
    """The caller's own share links, or with `?asset=` all those of an asset; and the making of new ones."""

    filter_backends = [DjangoFilterBackend]
    filterset_class = ShareLinkFilter

    def get_queryset(self) -> QuerySet[ShareLink]:
        """Those that the caller made, unless an asset is named."""
        found = super().get_queryset()
        if self.request.query_params.get("asset"):
            return found
        return found.filter(created_by_id=self.request.user.pk)

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """One page, which is asked for its pictures as a whole."""
        page = super().paginate_queryset(queryset)
        self.on_show = page or ()
        return page

    @extend_schema(
        request=ShareLinkMakeSerializer, responses={201: ShareLinkSerializer}, operation_id="share_link_make"
    )
    def post(self, request: Request) -> Response:
        """Make a share link."""
        form = ShareLinkMakeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=wanted.pop("asset"))
        made = sharing.make(user=request.user, asset=asset, **wanted)
        return self.shown(made.pk, code=status.HTTP_201_CREATED)


class ShareLinkView(_ShareLinks):
    """One share link."""

    @extend_schema(operation_id="share_link_retrieve")
    def get(self, _request: Request, link_id: UUID) -> Response:
        """A share link, and how often it was opened."""
        return self.shown(self.get_object().pk)

    @extend_schema(
        request=ShareLinkEditSerializer(partial=True),
        responses=ShareLinkSerializer,
        operation_id="share_link_change",
    )
    def patch(self, request: Request, link_id: UUID) -> Response:
        """Change a link that was not revoked."""
        found = self.get_object()
        form = ShareLinkEditSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        sharing.change(user=request.user, link=found, **form.validated_data)
        return self.shown(found.pk)

    @extend_schema(responses={204: None}, operation_id="share_link_revoke")
    def delete(self, request: Request, link_id: UUID) -> Response:
        """Revoke a link: what it gave out stops within seconds. It stays in the list; again changes nothing."""
        sharing.revoke(user=request.user, link=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ShareLinkPlaybackView(GenericAPIView[ShareLink]):
    """What a visitor's program needs to play. Whoever calls is the link's visitor, whatever else they are."""

    serializer_class = ShareVisitSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        request=ShareVisitSerializer,
        responses=AssetPlaybackSerializer,
        operation_id="share_link_playback",
        auth=[],
    )
    def post(self, request: Request, link_id: UUID) -> Response:
        """Give the link's password, where it has one, for signed links to its asset."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        address = request.META.get("REMOTE_ADDR", "")
        visitor = visiting.let_in(link_id=link_id, address=address, **form.validated_data)
        document = links.playback(asset=visitor.link.asset, user=visitor)
        return Response(
            AssetPlaybackSerializer(document).data, headers={"Cache-Control": "private, no-store"}
        )

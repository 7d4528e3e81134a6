"""What somebody who uploads wants to know before: the room that is left, and whether a file is here already."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets import access
from assets.models import Asset
from assets.services import known, links, room
from mediaportal.accounts.models import User

_NO_STORE = {"Cache-Control": "no-store"}


class RoomSerializer(serializers.Serializer[Any]):
    """Room in bytes."""

    quota = serializers.IntegerField(allow_null=True, help_text="Null where nothing bounds it.")
    used = serializers.IntegerField(help_text="By the originals that are kept; those in the trash count.")
    reserved = serializers.IntegerField(help_text="Announced by uploads that are on their way.")
    left = serializers.IntegerField(allow_null=True)


class RoomView(APIView):
    """The caller's room."""

    @extend_schema(responses=RoomSerializer, operation_id="my_room")
    def get(self, request: Request) -> Response:
        """How much room the caller's files take, and how much there is."""
        user = request.user
        assert isinstance(user, User)  # noqa: S101 - the default permission has refused everybody else
        return Response(RoomSerializer(room.of_person(user)).data, headers=_NO_STORE)


class KnownQuerySerializer(serializers.Serializer[Any]):
    """The file that somebody holds."""

    sha256 = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)
    filename = serializers.CharField(required=False, allow_blank=True, default="", max_length=255)
    collection = serializers.UUIDField(required=False, allow_null=True, default=None)


class KnownAssetSerializer(serializers.ModelSerializer[Asset]):
    """An asset that is like it."""

    url = serializers.SerializerMethodField(help_text="The page of the asset.")
    thumbnail_url = serializers.SerializerMethodField()

    class Meta:
        model = Asset
        fields = ["id", "title", "kind", "url", "created_at", "thumbnail_url"]
        read_only_fields = fields

    def get_url(self, asset: Asset) -> str:
        """Where it is looked at."""
        return reverse("asset", args=[asset.pk])

    def get_thumbnail_url(self, asset: Asset) -> str | None:
        """A link to the picture that stands for it."""
        user: access.Caller = self.context["request"].user
        return links.poster_url(asset=asset, user=user)


class KnownSerializer(serializers.Serializer[Any]):
    """What is here already."""

    same = KnownAssetSerializer(many=True, help_text="The same bytes.")
    same_name = KnownAssetSerializer(many=True, help_text="Other bytes under the same name.")


class KnownView(APIView):
    """Whether a file is here already."""

    @extend_schema(
        parameters=[
            OpenApiParameter("sha256", str, description="The file's hash in hex."),
            OpenApiParameter("filename", str),
            OpenApiParameter(
                "collection", str, description="Where a like name would matter; else one's own files."
            ),
        ],
        responses=KnownSerializer,
        operation_id="upload_known",
    )
    def get(self, request: Request) -> Response:
        """Assets that the caller may see with the same bytes or the same name, at most five of each."""
        query = KnownQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = known.known(user=request.user, **query.validated_data)
        return Response(KnownSerializer(found, context={"request": request}).data, headers=_NO_STORE)

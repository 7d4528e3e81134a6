"""The streaming sets of an asset over HTTP; their keys never."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.models import Asset
from mediaportal.core.problems import NotFound
from processing.services import listing


class PackageSerializer(serializers.Serializer[listing.Listed]):
    """A streaming set. Its links are null while it is not what is played."""

    id = serializers.UUIDField()
    job_id = serializers.UUIDField(allow_null=True)
    scheme = serializers.CharField(help_text="clear, cbcs or cenc")
    tracks = serializers.CharField(help_text="which tracks are encrypted: all or video")
    encrypted_tracks = serializers.ListField(
        child=serializers.IntegerField(), help_text="their numbers in the order of the manifests, from 1"
    )
    formats = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True, help_text="when another one took its place")
    hls_url = serializers.CharField(allow_null=True)
    dash_url = serializers.CharField(allow_null=True)


class PackageListView(APIView):
    """All streaming sets that were made or are being made of an asset."""

    @extend_schema(responses=PackageSerializer(many=True), operation_id="asset_packages")
    def get(self, request: Request, asset_id: UUID) -> Response:
        """The newest first."""
        asset = Asset.objects.visible_to(request.user).filter(pk=asset_id).first()
        if asset is None:
            raise NotFound
        found: Any = listing.listed(asset=asset, user=request.user)
        return Response(PackageSerializer(found, many=True).data)

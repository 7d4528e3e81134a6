"""Keys for players over HTTP: ClearKey licences, and the bytes of one key for HLS."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from processing.api.serializers import LicenseRequestSerializer, LicenseSerializer
from processing.services import licences

_NOT_KEPT = {"Cache-Control": "no-store"}


def _caller(request: Request) -> str:
    """Who asks, as far as requests are counted."""
    return f"{request.user.pk}@{request.META.get('REMOTE_ADDR', '')}"


class _WhateverIsAccepted(DefaultContentNegotiation):
    """Players name types that they do not mean: each address has one form of answer."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first."""
        return renderers[0], renderers[0].media_type


class LicenseView(APIView):
    """ClearKey licences, for whoever may play the package's asset: what is public may be played by anybody."""

    permission_classes = [AllowAny]
    content_negotiation_class = _WhateverIsAccepted

    @extend_schema(
        request=LicenseRequestSerializer, responses=LicenseSerializer, operation_id="package_license"
    )
    def post(self, request: Request, package_id: UUID) -> Response:
        """Give those of the keys that were asked for which the package has (W3C, Encrypted Media Extensions, 9.1)."""
        asset = licences.require_playable(package_id=package_id, user=request.user)
        # Players name no content type, or any.
        document = licences.clear_key_license(
            asset_id=asset.pk, package_id=package_id, body=request.body, caller=_caller(request)
        )
        return Response(document, headers=_NOT_KEPT)


class KeyView(APIView):
    """One key for HLS, for whoever may play the package's asset."""

    permission_classes = [AllowAny]
    content_negotiation_class = _WhateverIsAccepted

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="package_key"
    )
    def get(self, request: Request, package_id: UUID, kid: UUID) -> HttpResponse:
        """The sixteen bytes."""
        asset = licences.require_playable(package_id=package_id, user=request.user)
        key = licences.key_bytes(asset_id=asset.pk, package_id=package_id, kid=kid, caller=_caller(request))
        return HttpResponse(key, content_type="application/octet-stream", headers=_NOT_KEPT)

"""Presets over HTTP: anybody signed in reads them, managers make and change them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from processing.api.serializers import PresetChangeSerializer, PresetMakeSerializer, PresetSerializer
from processing.models import Preset
from processing.services import presets


class _Presets(GenericAPIView[Preset]):
    """All presets are seen by everybody; the service says who may change them."""

    serializer_class = PresetSerializer
    queryset = Preset.objects.all()
    lookup_field = "slug"

    def shown(self, preset: Preset, *, code: int = status.HTTP_200_OK) -> Response:
        """The preset as it stands now."""
        return Response(self.get_serializer(preset).data, status=code)


class PresetListView(_Presets, ListAPIView[Preset]):
    """The recipes that an upload may ask for."""

    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(
        request=PresetMakeSerializer, responses={201: PresetSerializer}, operation_id="preset_make"
    )
    def post(self, request: Request) -> Response:
        """Make a preset."""
        form = PresetMakeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = presets.create(user=request.user, **form.validated_data)
        return self.shown(made, code=status.HTTP_201_CREATED)


class PresetView(_Presets):
    """One preset."""

    @extend_schema(operation_id="preset_retrieve")
    def get(self, _request: Request, slug: str) -> Response:
        """A preset with its recipe."""
        return self.shown(self.get_object())

    @extend_schema(request=PresetChangeSerializer, responses=PresetSerializer, operation_id="preset_change")
    def patch(self, request: Request, slug: str) -> Response:
        """Change a preset; jobs that have begun keep what they began with."""
        found = self.get_object()
        form = PresetChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.shown(presets.change(user=request.user, preset=found, changes=form.validated_data))

    @extend_schema(operation_id="preset_delete")
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a preset that is not the default."""
        presets.delete(user=request.user, preset=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class PresetDefaultView(_Presets):
    """Which preset is followed when none is named."""

    @extend_schema(request=None, responses=PresetSerializer, operation_id="preset_make_default")
    def post(self, request: Request, slug: str) -> Response:
        """Let new jobs follow this preset when they name none."""
        found = self.get_object()
        presets.make_default(user=request.user, preset=found)
        found.refresh_from_db()
        return self.shown(found)

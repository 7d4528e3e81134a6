"""Watching: where somebody left off, what players report, and what is known of it."""

import math
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Asset
from assets.services import visiting
from assets.services.viewing import figures, positions, reports
from assets.services.viewing.pieces import Span
from mediaportal.core import tries
from mediaportal.core.problems import NotFound

_MOST_SPANS = 60
_LONGEST = 1_000_000


class _Seconds(serializers.FloatField):
    """A second of an asset; what is no number is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=_LONGEST, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        """Parse, after which infinity and its kind are refused."""
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class PositionSerializer(serializers.Serializer[Any]):
    """How far somebody has come."""

    seconds = _Seconds(help_text="From the beginning.")


class ReportSerializer(serializers.Serializer[Any]):
    """What a player says since its last report."""

    asset_id = serializers.UUIDField()
    share = serializers.UUIDField(
        required=False, allow_null=True, help_text="The share link by which the viewer came."
    )
    session = serializers.RegexField(
        r"^[A-Za-z0-9_-]{16,64}$", help_text="Made at random by the page; kept for some hours to count once."
    )
    seq = serializers.IntegerField(
        min_value=1, max_value=1_000_000, help_text="The number of the report in it."
    )
    rate = serializers.FloatField(
        min_value=0.1, max_value=16, default=1.0, help_text="The fastest speed since."
    )
    played = serializers.ListField(
        child=serializers.ListField(child=_Seconds(), min_length=2, max_length=2),
        max_length=_MOST_SPANS,
        default=list,
        help_text="From second to second of the asset, in the order of playing.",
    )
    quality_changes = serializers.IntegerField(min_value=0, max_value=10_000, default=0)
    errors = serializers.IntegerField(  # type: ignore[assignment]  # a field's name
        min_value=0, max_value=10_000, default=0
    )
    consent = serializers.BooleanField(default=False, help_text="The viewer has agreed to be counted.")


class DaySerializer(serializers.Serializer[Any]):
    """What was watched on one day (UTC)."""

    day = serializers.DateField()
    plays = serializers.IntegerField()
    seconds = serializers.FloatField()
    quality_changes = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]  # a field's name


class PieceSerializer(serializers.Serializer[Any]):
    """How often five seconds of an asset were played."""

    second = serializers.IntegerField(help_text="Where the piece begins.")
    views = serializers.IntegerField()
    share = serializers.FloatField(help_text="Of all plays; above 1 where it is played more than once.")


class ViewsSerializer(serializers.Serializer[Any]):
    """What is known of the viewing of an asset, all viewers together."""

    plays = serializers.IntegerField()
    seconds = serializers.FloatField(help_text="Watched in all.")
    mean_seconds = serializers.FloatField(help_text="Watched in the mean of all plays.")
    errors = serializers.IntegerField()  # type: ignore[assignment]  # a field's name
    days = DaySerializer(many=True, help_text="The last thirty, the oldest first.")
    retention = PieceSerializer(many=True)


class _OneAsset(GenericAPIView[Asset]):
    """An asset that the caller may see; for others there is none."""

    lookup_url_kwarg = "asset_id"

    def get_queryset(self) -> Any:
        """Those that the caller may see."""
        return Asset.objects.visible_to(self.request.user)


class AssetPositionView(_OneAsset):
    """Where somebody left off."""

    serializer_class = PositionSerializer

    @extend_schema(
        request=PositionSerializer, responses={204: None}, operation_id="asset_position", methods=["PUT"]
    )
    def put(self, request: Request, asset_id: UUID) -> Response:
        """Remember how far the caller has come; near the beginning or the end it is forgotten."""
        form = PositionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        positions.keep(user=request.user, asset=self.get_object(), seconds=form.validated_data["seconds"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssetViewsView(_OneAsset):
    """What is known of the viewing of an asset."""

    serializer_class = ViewsSerializer

    @extend_schema(responses=ViewsSerializer, operation_id="asset_views")
    def get(self, request: Request, asset_id: UUID) -> Response:
        """The days and the retention curve, for those who may change the asset."""
        found = figures.figures_of(user=request.user, asset=self.get_object())
        return Response(ViewsSerializer(found).data)


class BeaconView(GenericAPIView[Asset]):
    """Where players report. Open to everybody who may play the asset."""

    serializer_class = ReportSerializer
    permission_classes = (AllowAny,)

    @extend_schema(request=ReportSerializer, responses={204: None}, operation_id="beacon")
    def post(self, request: Request) -> Response:
        """Count what was watched. The answer is the same whether it was counted or not."""
        tries.count("beacon", ("address", request.META.get("REMOTE_ADDR", ""), settings.VIEW_BEACONS))
        form = ReportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        declined = "1" in {request.headers.get("DNT"), request.headers.get("Sec-GPC")}
        if reports.wanted(declined=declined, consent=said["consent"]):
            asset = Asset.objects.filter(pk=said["asset_id"]).first()
            if asset is None:
                raise NotFound
            share = said.get("share")
            viewer = visiting.visitor_of(share) if share else request.user
            reports.take(user=viewer, asset=asset, report=_report(said))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _report(said: dict[str, Any]) -> reports.Report:
    """A report as the service takes it."""
    return reports.Report(
        session=said["session"],
        seq=said["seq"],
        rate=said["rate"],
        played=tuple(Span(start, end) for start, end in said["played"]),
        quality_changes=said["quality_changes"],
        errors=said["errors"],
    )

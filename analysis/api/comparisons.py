"""Two analyses of one type beside each other, over HTTP."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.api.serializers import TypeStandingSerializer
from analysis.services import comparing, current, results
from analysis.services.comparing import Row, Side


class SideSerializer(serializers.Serializer[Side]):
    """What one of the two found."""

    text = serializers.CharField()
    start = serializers.FloatField(help_text="seconds")
    end = serializers.FloatField(help_text="seconds")
    count = serializers.IntegerField(help_text="how many moments this is")
    confidence = serializers.FloatField(help_text="the surest of them, 0 to 1")


class RowSerializer(serializers.Serializer[Row]):
    """What both found, or one alone."""

    first = SideSerializer(allow_null=True)
    second = SideSerializer(allow_null=True)
    agreement = serializers.FloatField(help_text="0 to 1")


class ComparisonSerializer(serializers.Serializer[Any]):
    """How far two analyses agree."""

    first = TypeStandingSerializer()
    second = TypeStandingSerializer()
    agreement = serializers.FloatField(allow_null=True, help_text="0 to 1; null where neither found anything")
    rows = RowSerializer(many=True)
    more = serializers.BooleanField(help_text="whether there are rows beyond the first 500")


class ComparisonView(APIView):
    """Comparing two analyses."""

    @extend_schema(responses=ComparisonSerializer, operation_id="asset_analysis_compare")
    def get(self, request: Request, asset_id: UUID, analysis_id: UUID, other_id: UUID) -> Response:
        """What both found and what only one did, in the order of time; who may play the asset may read it."""
        first, second = current.two_of(
            user=request.user, asset_id=asset_id, analysis_id=analysis_id, other_id=other_id
        )
        found = comparing.compare(first, second)
        told = {"first": results.standing_of(first), "second": results.standing_of(second)}
        rows = [RowSerializer(row).data for row in found.rows]
        return Response({**told, "agreement": found.agreement, "rows": rows, "more": found.more})

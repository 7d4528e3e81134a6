"""Ordering analyses over HTTP, and reading what they found."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.api.filters import MomentFilter
from analysis.api.serializers import (
    AnalyzedSerializer,
    AnalyzeSerializer,
    MomentSerializer,
    ResultsSerializer,
    TypeStandingSerializer,
)
from analysis.models import Analysis, Moment, Order
from analysis.services import current, orders, results
from analysis.services.orders import Wish
from assets import access
from assets.exceptions import InvalidOptions
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core import idempotency
from mediaportal.core.paging import PortalCursorPagination
from mediaportal.core.problems import FieldProblem, NotFound

ROUTE = "media.analyze"


class AnalyzeView(APIView):
    """Where analyses are ordered."""

    @extend_schema(
        request=AnalyzeSerializer,
        responses={202: AnalyzedSerializer},
        operation_id="media_analyze",
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> Response:
        """Order analyses of an asset or of an address."""
        form = AnalyzeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        if ("asset_id" in asked) == ("media_url" in asked):
            said = _("Name one of the two: asset_id or media_url.")
            raise InvalidOptions(said, errors=[FieldProblem("asset_id", "invalid", said)])
        wish = orders.wish_of(
            types=asked["analysis_types"], languages=asked.get("languages", []), engine=asked["engine"]
        )
        user, key = request.user, request.headers.get("Idempotency-Key")

        def act() -> tuple[int, dict[str, Any]]:
            return status.HTTP_202_ACCEPTED, _carry_out(request, asked, wish)

        claim = idempotency.Claim(user.pk, ROUTE, key) if key and isinstance(user, User) else None
        code, document = idempotency.once(claim, content=asked, act=act)
        return Response(document, status=code)


class ResultsView(APIView):
    """What was found of an order."""

    @extend_schema(responses=ResultsSerializer, operation_id="media_analysis_results")
    def get(self, request: Request, analysis_id: UUID) -> Response:
        """What there is so far; who may play the asset may read it."""
        order = Order.objects.visible_to(request.user).select_related("asset").filter(pk=analysis_id).first()
        if order is None or (order.asset is not None and not access.can_play(request.user, order.asset)):
            raise NotFound
        return Response(results.document_of(order=order))


class MomentPaging(PortalCursorPagination):
    """By time. The first page tells how many there are of each kind and label."""

    ordering = ("start", "id")
    facets: dict[str, Any] | None = None

    def get_paginated_response(self, data: Any) -> Response:
        """The page, and what it is a part of."""
        answer = super().get_paginated_response(data)
        answer.data["facets"] = self.facets
        return answer

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The form of a page."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        properties = {"kind": {"type": "string"}, "count": {"type": "integer"}}
        kind = {"type": "object", "properties": properties}
        label = {"type": "object", "properties": {**properties, "label": {"type": "string"}}}
        page["properties"]["facets"] = {
            "type": ["object", "null"],
            "description": "On the first page only.",
            "properties": {
                "kinds": {"type": "array", "items": kind},
                "labels": {"type": "array", "items": label},
            },
        }
        return page


class MomentListView(generics.ListAPIView[Moment]):
    """The moments of an asset that are shown, in the order of time."""

    serializer_class = MomentSerializer
    filterset_class = MomentFilter
    pagination_class = MomentPaging
    queryset = Moment.objects.none()

    def get_queryset(self) -> QuerySet[Moment]:
        """Those of an asset that the caller may play."""
        if getattr(self, "swagger_fake_view", False):
            return Moment.objects.none()
        asset = Asset.objects.visible_to(self.request.user).filter(pk=self.kwargs["asset_id"]).first()
        if asset is None or not access.can_play(self.request.user, asset):
            raise NotFound
        return Moment.objects.filter(asset=asset).shown().defer("vector")

    def paginate_queryset(self, queryset: Any) -> Any:
        """One page; with the first one the facets."""
        page = super().paginate_queryset(queryset)
        if isinstance(self.paginator, MomentPaging) and "cursor" not in self.request.query_params:
            self.paginator.facets = queryset.facets()
        return page


class ShowView(APIView):
    """Choosing among several analyses of one type."""

    @extend_schema(request=None, responses={200: TypeStandingSerializer}, operation_id="asset_analysis_show")
    def post(self, request: Request, asset_id: UUID, analysis_id: UUID) -> Response:
        """Show this one from now on."""
        seen = Analysis.objects.filter(asset__in=Asset.objects.visible_to(request.user), asset=asset_id)
        analysis = seen.select_related("asset").filter(pk=analysis_id).first()
        if analysis is None:
            raise NotFound
        current.show(user=request.user, analysis=analysis)
        analysis.refresh_from_db()
        return Response(results.standing_of(analysis))


def _carry_out(request: Request, asked: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """Place the order; returns the answer."""
    if "media_url" in asked:
        order = orders.fetch(user=request.user, url=asked["media_url"], wish=wish)
        return results.answer_to(order=order, cost=None)
    asset = Asset.objects.visible_to(request.user).filter(pk=asked["asset_id"]).first()
    if asset is None:
        raise NotFound
    order = orders.place(user=request.user, asset=asset, wish=wish)
    return results.answer_to(order=order, cost=orders.estimated_cost(order))

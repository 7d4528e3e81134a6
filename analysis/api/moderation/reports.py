"""What people are told of moderation over HTTP: what they have reported, decisions against what is theirs, strikes."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.models import Appeal, Reason, Report, Ruling, Strike
from analysis.services.moderation import owning, reports, strikes
from mediaportal.accounts.models import User
from mediaportal.core.paging import PortalCursorPagination
from mediaportal.core.problems import NotSignedIn


class MyReportSerializer(serializers.ModelSerializer[Report]):
    """What somebody has reported, and what came of it. Who decided is not told."""

    title = serializers.CharField(source="asset.title", read_only=True)
    reason = serializers.ChoiceField(choices=Reason.choices, read_only=True)
    outcome = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields = (
            "id",
            "asset_id",
            "title",
            "reason",
            "note",
            "second",
            "outcome",
            "created_at",
            "answered_at",
        )
        read_only_fields = fields

    def get_outcome(self, report: Report) -> str | None:
        """What holds for the asset since: approved, rejected or restricted; null while nobody has decided."""
        return report.outcome or None


class OwnAppealSerializer(serializers.ModelSerializer[Appeal]):
    """What an owner said against a decision."""

    class Meta:
        model = Appeal
        fields = ("text", "made_at", "status", "decided_at")
        read_only_fields = fields


class OwnMomentSerializer(serializers.Serializer[Any]):
    """A part of the asset that mattered, in seconds."""

    start = serializers.FloatField()
    end = serializers.FloatField()
    text = serializers.CharField(help_text="what was seen or said there, where it is told")


class OwnDecisionSerializer(serializers.Serializer[Any]):
    """A decision against what is the caller's own."""

    id = serializers.UUIDField()
    case_id = serializers.UUIDField()
    asset_id = serializers.UUIDField(source="asset.pk")
    title = serializers.CharField(source="asset.title")
    ruling = serializers.SerializerMethodField()
    policy = serializers.CharField()
    statement = serializers.CharField()
    reason = serializers.CharField(help_text="in the caller's language")
    meaning = serializers.ListField(child=serializers.CharField())
    moments = OwnMomentSerializer(many=True)
    made_at = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="the last moment of an appeal")
    holds = serializers.BooleanField()
    appealable = serializers.BooleanField()
    appeal = OwnAppealSerializer(allow_null=True)
    strike_until = serializers.DateTimeField(allow_null=True)

    def get_ruling(self, told: owning.OwnDecision) -> str:
        """rejected or restricted."""
        return str(Ruling.REJECTED if told.rejected else Ruling.RESTRICTED)


class StrikeSerializer(serializers.ModelSerializer[Strike]):
    """A decision that counts against somebody."""

    user = serializers.SerializerMethodField()
    title = serializers.CharField(source="decision.case.asset.title", read_only=True)
    asset_id = serializers.UUIDField(source="decision.case.asset_id", read_only=True)

    class Meta:
        model = Strike
        fields = ("id", "user", "decision_id", "asset_id", "title", "made_at", "expires_at", "lifted_at")
        read_only_fields = fields

    def get_user(self, strike: Strike) -> dict[str, str]:
        """Against whom: `id` and `name`."""
        return {"id": str(strike.user_id), "name": str(strike.user)}


def _person(request: Request) -> User:
    """Who asks; raises `NotSignedIn`."""
    if not isinstance(request.user, User):
        raise NotSignedIn
    return request.user


class MyReportsView(generics.ListAPIView[Report]):
    """What the caller has reported."""

    serializer_class = MyReportSerializer
    filter_backends: list[Any] = []
    queryset = Report.objects.none()

    def get_queryset(self) -> QuerySet[Report]:
        """The caller's own."""
        if getattr(self, "swagger_fake_view", False):
            return Report.objects.none()
        return reports.mine(user=_person(self.request))

    @extend_schema(operation_id="moderation_reports_mine")
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """A page of them, the newest first."""
        return super().get(request, *args, **kwargs)


class OwnDecisionView(APIView):
    """One decision against what is the caller's own."""

    @extend_schema(responses=OwnDecisionSerializer, operation_id="moderation_decisions_retrieve")
    def get(self, request: Request, decision_id: UUID) -> Response:
        """A decision as its owner reads it."""
        told = owning.decision_of(user=_person(request), decision_id=decision_id)
        return Response(OwnDecisionSerializer(told).data)


class StrikeListView(generics.ListAPIView[Strike]):
    """What counts against people now."""

    class Paging(PortalCursorPagination):
        """The newest first."""

        ordering = ("-made_at", "-id")

    serializer_class = StrikeSerializer
    pagination_class = Paging
    filter_backends: list[Any] = []
    queryset = Strike.objects.none()

    def get_queryset(self) -> QuerySet[Strike]:
        """Those that the caller may see; raises `NotPermitted` for who may not review."""
        if getattr(self, "swagger_fake_view", False):
            return Strike.objects.none()
        return strikes.listed(user=self.request.user)

    @extend_schema(operation_id="moderation_strikes_list")
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """A page of them."""
        return super().get(request, *args, **kwargs)


class StrikeLiftView(APIView):
    """Taking a strike back."""

    @extend_schema(request=None, responses=StrikeSerializer, operation_id="moderation_strikes_lift")
    def post(self, request: Request, strike_id: UUID) -> Response:
        """Take it back before its time."""
        lifted = strikes.lift(user=request.user, strike_id=strike_id)
        return Response(StrikeSerializer(lifted).data)


urlpatterns = [
    path("reports/mine", MyReportsView.as_view(), name="api-reports-mine"),
    path("decisions/<uuid:decision_id>/", OwnDecisionView.as_view(), name="api-own-decision"),
    path("strikes/", StrikeListView.as_view(), name="api-strikes"),
    path("strikes/<uuid:strike_id>/lift", StrikeLiftView.as_view(), name="api-strike-lift"),
]

"""Cases over HTTP: listed, claimed, decided on, talked about; for those who moderate."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.api.moderation import casetalk
from analysis.api.moderation.filters import CaseFilter
from analysis.api.moderation.forms import (
    AppealTakenSerializer,
    CaseSerializer,
    DecidedSerializer,
    LeaseSerializer,
    NewAppealSerializer,
    NewCaseSerializer,
    NextSerializer,
    ReportTakenSerializer,
    VerdictSerializer,
)
from analysis.api.moderation.paging import UrgencyPaging
from analysis.models import Case, Report
from analysis.services.moderation import appeals, byhand, casebook, claiming, deciding, reports, rights
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.models import Asset
from mediaportal.core.problems import NotFound


class CaseListView(generics.GenericAPIView[Case]):
    """The cases that the caller may read."""

    serializer_class = CaseSerializer
    filterset_class = CaseFilter
    pagination_class = UrgencyPaging
    queryset = Case.objects.none()

    def get_queryset(self) -> QuerySet[Case]:
        """Those with all that is told of them."""
        if getattr(self, "swagger_fake_view", False):
            return Case.objects.none()
        return casebook.listed(user=self.request.user)

    @extend_schema(responses=CaseSerializer(many=True), operation_id="moderation_cases_list")
    def get(self, request: Request) -> Response:
        """A page of them, the most urgent first."""
        user = rights.require_reviewer(request.user)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([casebook.document_of(one, user=user) for one in page])

    @extend_schema(
        request=NewCaseSerializer,
        responses={201: CaseSerializer, 202: ReportTakenSerializer},
        operation_id="moderation_cases_create",
    )
    def post(self, request: Request) -> Response:
        """Report an asset, or open a case of it under a policy."""
        form = NewCaseSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        if not asked["policy"]:
            taken = _reported(request, asked)
            return Response(ReportTakenSerializer(taken).data, status=status.HTTP_202_ACCEPTED)
        made = byhand.open_by_hand(
            user=request.user,
            asset_id=asked["asset_id"],
            policy=asked["policy"],
            note=asked["note"],
            match_id=asked["match_id"],
            second=asked["second"],
        )
        return _shown(request, made.pk, code=status.HTTP_201_CREATED)


class CaseNextView(APIView):
    """The case to look at next."""

    @extend_schema(request=NextSerializer, responses=CaseSerializer, operation_id="moderation_cases_next")
    def post(self, request: Request) -> Response:
        """Claim the most urgent case that the caller may take."""
        form = NextSerializer(data=request.data or {})
        form.is_valid(raise_exception=True)
        taken = claiming.take_next(user=request.user, after=form.validated_data["after"])
        return _shown(request, taken.pk)


class CaseView(APIView):
    """One case."""

    @extend_schema(responses=CaseSerializer, operation_id="moderation_cases_retrieve")
    def get(self, request: Request, case_id: UUID) -> Response:
        """A case as it stands."""
        return _shown(request, case_id)


class CaseClaimView(APIView):
    """Claiming one case."""

    @extend_schema(request=None, responses=CaseSerializer, operation_id="moderation_cases_claim")
    def post(self, request: Request, case_id: UUID) -> Response:
        """Claim this case."""
        claiming.claim(user=request.user, case_id=case_id)
        return _shown(request, case_id)


class CaseRenewView(APIView):
    """Keeping one case."""

    @extend_schema(request=None, responses=LeaseSerializer, operation_id="moderation_cases_renew")
    def post(self, request: Request, case_id: UUID) -> Response:
        """Keep a case that was claimed."""
        return Response({"lease_until": claiming.renew(user=request.user, case_id=case_id).lease_until})


class CaseReleaseView(APIView):
    """Putting one case back."""

    @extend_schema(request=None, responses={204: None}, operation_id="moderation_cases_release")
    def post(self, request: Request, case_id: UUID) -> Response:
        """Put a case back."""
        claiming.release(user=request.user, case_id=case_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CaseDecideView(APIView):
    """Deciding on one case."""

    @extend_schema(
        request=VerdictSerializer, responses=DecidedSerializer, operation_id="moderation_cases_decide"
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Decide on a case that was claimed."""
        form = VerdictSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        decision = deciding.decide(user=request.user, case_id=case_id, verdict=_verdict(form.validated_data))
        user = rights.require_reviewer(request.user)
        case = casebook.find(user=user, case_id=case_id)
        return Response(
            {
                "decision_id": decision.pk,
                "undo_until": decision.made_at + timedelta(seconds=settings.MODERATION_UNDO),
                "case": casebook.document_of(case, user=user),
            }
        )


class CaseAppealView(APIView):
    """Appealing against what was decided."""

    @extend_schema(
        request=NewAppealSerializer,
        responses={201: AppealTakenSerializer},
        operation_id="moderation_cases_appeal",
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Say why a decision on what is one's own is wrong."""
        form = NewAppealSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = appeals.appeal(user=request.user, case_id=case_id, text=form.validated_data["text"])
        return Response(AppealTakenSerializer(made).data, status=status.HTTP_201_CREATED)


class DecisionUndoView(APIView):
    """Taking back one decision."""

    @extend_schema(request=None, responses=CaseSerializer, operation_id="moderation_decisions_undo")
    def post(self, request: Request, decision_id: UUID) -> Response:
        """Take back what was just decided; the case is the caller's again."""
        case = deciding.undo(user=request.user, decision_id=decision_id)
        return _shown(request, case.pk)


def _shown(request: Request, case_id: UUID, *, code: int = status.HTTP_200_OK) -> Response:
    """A case as it stands now."""
    user = rights.require_reviewer(request.user)
    case = casebook.find(user=user, case_id=case_id)
    return Response(casebook.document_of(case, user=user), status=code)


def _reported(request: Request, asked: dict[str, Any]) -> Report:
    """Take a report in. Raises `NotFound`, and what `reports.report` raises."""
    asset = Asset.objects.visible_to(request.user).filter(pk=asked["asset_id"]).first()
    if asset is None:
        raise NotFound
    said = {name: asked[name] for name in ("reason", "note", "second")}
    return reports.report(user=request.user, asset=asset, **said)


def _verdict(told: dict[str, Any]) -> Verdict:
    """What was sent, in the service's form."""
    said = told["restriction"]
    restriction = Restriction()
    if said is not None:
        cut = tuple((start, end) for start, end in said["cut"])
        restriction = Restriction(said["rating"], said["cap"], tuple(said["regions"]), cut)
    plain = {name: told[name] for name in ("action", "reason", "policy", "note", "seen", "seconds")}
    return Verdict(**plain, restriction=restriction)


urlpatterns = [
    path("cases/", CaseListView.as_view(), name="api-cases"),
    path("cases/next", CaseNextView.as_view(), name="api-cases-next"),
    path("cases/<uuid:case_id>/", CaseView.as_view(), name="api-case"),
    path("cases/<uuid:case_id>/claim", CaseClaimView.as_view(), name="api-case-claim"),
    path("cases/<uuid:case_id>/renew", CaseRenewView.as_view(), name="api-case-renew"),
    path("cases/<uuid:case_id>/release", CaseReleaseView.as_view(), name="api-case-release"),
    path("cases/<uuid:case_id>/appeal", CaseAppealView.as_view(), name="api-case-appeal"),
    path("cases/<uuid:case_id>/decide", CaseDecideView.as_view(), name="api-case-decide"),
    path("decisions/<uuid:decision_id>/undo", DecisionUndoView.as_view(), name="api-decision-undo"),
    *casetalk.urlpatterns,
]

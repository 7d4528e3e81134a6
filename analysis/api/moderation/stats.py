"""The numbers of moderation over HTTP, and the log of decisions."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis import access
from analysis.api.moderation import statsforms as forms
from analysis.models import Action, CaseQueue, Decision, Reason
from analysis.rules.agreement import Share
from analysis.rules.thresholds import Suggestion
from analysis.services.moderation import log, statistics
from analysis.services.moderation.agreement import Agreement
from analysis.services.moderation.periods import Period
from analysis.services.moderation.precision import RulePrecision
from analysis.services.moderation.statistics import Statistics, Workload
from mediaportal.accounts.models import User
from mediaportal.core.paging import PortalCursorPagination
from mediaportal.core.problems import FieldProblem, InvalidInput, NotPermitted

_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_PERIOD = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="The first day by UTC; thirty days ago."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="The last day by UTC, counted in; today."),
]


class StatsView(APIView):
    """The numbers of the dashboard."""

    @extend_schema(
        parameters=_PERIOD, responses=forms.ModerationStatsSerializer, operation_id="moderation_stats"
    )
    def get(self, request: Request) -> Response:
        """All of them over a period."""
        if not access.can_see_stats(request.user):
            raise NotPermitted
        found = statistics.gather(user=request.user, period=_period(request))
        return Response(forms.ModerationStatsSerializer(_document(found)).data)


class DecisionFilter(django_filters.FilterSet):
    """By policy, act, reason, queue, person, case, batch, time, and whether it was undone."""

    policy = django_filters.CharFilter(field_name="policy__slug", label="Its short name")
    action = django_filters.MultipleChoiceFilter(choices=Action.choices)
    reason = django_filters.MultipleChoiceFilter(choices=Reason.choices)
    stage = django_filters.MultipleChoiceFilter(choices=CaseQueue.choices)
    made_by = django_filters.UUIDFilter(field_name="made_by_id")
    case = django_filters.UUIDFilter(field_name="case_id")
    batch = django_filters.UUIDFilter(field_name="batch_id")
    made_after = django_filters.IsoDateTimeFilter(field_name="made_at", lookup_expr="gte")
    made_before = django_filters.IsoDateTimeFilter(field_name="made_at", lookup_expr="lt")
    undone = django_filters.BooleanFilter(field_name="undone_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Decision
        fields: list[str] = []


class DecisionListView(ListAPIView[Decision]):
    """The log of decisions, the newest first."""

    class Paging(PortalCursorPagination):
        """By when they were made."""

        ordering = ("-made_at", "-id")

    serializer_class = forms.LoggedDecisionSerializer
    pagination_class = Paging
    filter_backends = [DjangoFilterBackend]
    filterset_class = DecisionFilter
    queryset = Decision.objects.none()

    def get_queryset(self) -> QuerySet[Decision]:
        """Those that the caller may know of."""
        if getattr(self, "swagger_fake_view", False):
            return Decision.objects.none()
        return log.decisions(user=self.request.user)


class _AsItComes(DefaultContentNegotiation):
    """What is answered is a file, whatever the caller accepts; `format` is this address's own."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        """The first renderer there is."""
        return (renderers[0], renderers[0].media_type)


class DecisionExportView(APIView):
    """The log of decisions as a file."""

    content_negotiation_class = _AsItComes

    @extend_schema(
        parameters=[
            *_PERIOD,
            OpenApiParameter("format", OpenApiTypes.STR, enum=list(log.FORMATS), description="csv"),
        ],
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="The log."),
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="As a list of JSON."
            ),
        },
        operation_id="moderation_decisions_export",
    )
    def get(self, request: Request) -> HttpResponseBase:
        """The decisions of a period, however many there are."""
        form = request.query_params.get("format", "csv")
        if form not in log.FORMATS:
            said = _("Must be one of: %s.") % ", ".join(log.FORMATS)
            raise InvalidInput(said, errors=[FieldProblem("format", "invalid", said)])
        period = _period(request)
        pieces: Iterator[str] = log.exported(user=request.user, period=period, form=form)
        name = f"decisions-{period.since:%Y-%m-%d}.{form}"
        answer = StreamingHttpResponse(pieces, content_type=_TYPES[form])
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "private, no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


def _period(request: Request) -> Period:
    """The period that the address tells; raises `ValidationError`, and `InvalidInput`."""
    told = {"first": request.query_params.get("from"), "last": request.query_params.get("to")}
    form = forms.PeriodSerializer(data={name: value for name, value in told.items() if value})
    if not form.is_valid():
        names = {"first": "from", "last": "to"}
        raise InvalidInput(
            errors=[
                FieldProblem(names[name], "invalid", str(wrong[0])) for name, wrong in form.errors.items()
            ]
        )
    return Period.between(form.validated_data.get("first"), form.validated_data.get("last"))


# --- The numbers as JSON ------------------------------------------------------------------------------------------
def _document(found: Statistics) -> dict[str, Any]:
    return {
        "since": found.period.since,
        "until": found.period.until,
        "at": found.at,
        "waiting": [
            {"severity": one.severity, "by_age": one.by_age, "overdue": one.overdue} for one in found.waiting
        ],
        "pace": asdict(found.pace),
        "days": [asdict(one) for one in found.days],
        "overturned": asdict(found.overturned),
        "volumes": [
            {
                "policy": one.policy.slug,
                "weeks": [{"week": week, **numbers} for week, numbers in sorted(one.weeks.items())],
            }
            for one in found.volumes
        ],
        "workload": [_workload(one) for one in found.workload],
        "agreement": _agreement(found.agreement),
        "agreement_by_policy": [{"policy": policy.slug, **_agreement(one)} for policy, one in found.policies],
        "agreement_by_person": [
            {"person": _person(person), **_agreement(one)} for person, one in found.people
        ],
        "rules": [_rule(one) for one in found.rules],
    }


def _person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": str(user)}


def _workload(one: Workload) -> dict[str, Any]:
    names = ("decisions", "at_once", "undone", "median", "exposure", "uncovered")
    return {"person": _person(one.person), **{name: getattr(one, name) for name in names}}


def _agreement(found: Agreement) -> dict[str, Any]:
    told = asdict(found)
    told.pop("subject")
    return told


def _rule(one: RulePrecision) -> dict[str, Any]:
    return {
        "policy": one.policy.slug,
        "rule": one.rule,
        "kind": one.kind,
        "review": one.review,
        "block": one.block,
        "precision": asdict(one.precision),
        "bands": [
            {"start": start, "end": end, "precision": _share(found)} for start, end, found in one.bands
        ],
        "labels": [{"label": label, "precision": asdict(found)} for label, found in one.labels],
        "suggested_review": _suggestion(one.suggested_review),
        "suggested_block": _suggestion(one.suggested_block),
    }


def _share(found: Share | None) -> dict[str, Any] | None:
    return None if found is None else asdict(found)


def _suggestion(found: Suggestion | None) -> dict[str, Any] | None:
    return None if found is None else asdict(found)


urlpatterns: list[URLPattern] = [
    path("stats", StatsView.as_view(), name="api-moderation-stats"),
    path("decisions/", DecisionListView.as_view(), name="api-moderation-decisions"),
    path("decisions/export", DecisionExportView.as_view(), name="api-moderation-export"),
]

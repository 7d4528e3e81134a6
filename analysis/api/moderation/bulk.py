"""Decisions on many cases at once over HTTP."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.models import Action, Batch, CaseQueue, CaseSource, Reason, Severity
from analysis.services.moderation import bulk
from analysis.services.moderation.bulk import Line, Wish
from analysis.services.moderation.effects import EFFECTS, Effect
from analysis.services.moderation.queue import ASSIGNEES, STATUSES, Filters
from analysis.services.moderation.rights import require_reviewer
from mediaportal.accounts.ages import AgeRating
from mediaportal.core.problems import FieldProblem, InvalidInput


class CaseFilterSerializer(serializers.Serializer[Any]):
    """Cases as the list of them is filtered; each may be left out."""

    queue = serializers.ChoiceField(choices=CaseQueue.values, required=False)
    policy = serializers.CharField(max_length=60, required=False, help_text="its short name")
    severity = serializers.ChoiceField(choices=Severity.values, required=False)
    status = serializers.ChoiceField(choices=list(STATUSES), required=False)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field's name
        choices=CaseSource.values, required=False
    )
    assignee = serializers.ChoiceField(choices=list(ASSIGNEES), required=False)
    overdue = serializers.BooleanField(required=False)


class BulkSerializer(serializers.Serializer[Any]):
    """One decision on many cases: on those of `ids`, or on those that match `filter`."""

    ids = serializers.ListField(child=serializers.UUIDField(), max_length=bulk.MOST, required=False)
    filter = CaseFilterSerializer(required=False)
    action = serializers.ChoiceField(choices=Action.values)
    reason = serializers.ChoiceField(choices=Reason.values)
    policy = serializers.CharField(
        max_length=60, required=False, allow_null=True, help_text="one for all; without it that of each case"
    )
    note = serializers.CharField(max_length=4_000, required=False, allow_blank=True, default="")
    rating = serializers.ChoiceField(
        choices=AgeRating.values, required=False, default=AgeRating.ALL, help_text="for restrict"
    )
    preview = serializers.BooleanField(required=False, default=True, help_text="only tell what would happen")


class BulkLineSerializer(serializers.Serializer[Any]):
    """What would become of a case."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    code = serializers.ChoiceField(choices=list(bulk.CODES))
    code_label = serializers.CharField(help_text="in the caller's language")
    effect = serializers.ChoiceField(choices=["", *EFFECTS], help_text="empty where nothing is decided")
    effect_label = serializers.CharField()


class BulkPreviewSerializer(serializers.Serializer[Any]):
    """What would happen; nothing has."""

    total = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="cases by code")
    effects = serializers.DictField(child=serializers.IntegerField(), help_text="cases by effect")
    cases = BulkLineSerializer(many=True)


class BatchLineSerializer(serializers.Serializer[Any]):
    """What became of a case; codes are empty until its turn has come."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    decision = serializers.UUIDField(allow_null=True)
    undone = serializers.CharField()


class BatchSerializer(serializers.Serializer[Any]):
    """Many decisions, as far as they are made, or taken back."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Batch.Status.values)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    undo_until = serializers.DateTimeField(allow_null=True)
    report = BatchLineSerializer(many=True)


class BulkView(APIView):
    """One decision on at most a thousand cases."""

    @extend_schema(
        request=BulkSerializer,
        responses={
            200: OpenApiResponse(BulkPreviewSerializer, description="The preview."),
            202: OpenApiResponse(BatchSerializer, description="It has begun; ask for it until it is done."),
        },
        operation_id="moderation_bulk",
    )
    def post(self, request: Request) -> Response:
        """Tell what would happen, or have a worker do it."""
        require_reviewer(request.user)
        form = BulkSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        case_ids = _cases(request, told)
        names = ("action", "reason", "policy", "note", "rating")
        wish = Wish(**{name: told[name] for name in names if name in told})
        if told["preview"]:
            lines = bulk.preview(user=request.user, case_ids=case_ids, wish=wish)
            return Response(_preview(lines))
        batch = bulk.run(user=request.user, case_ids=case_ids, wish=wish)
        return Response(_document(batch), status=status.HTTP_202_ACCEPTED)


class BatchView(APIView):
    """A batch of one's own."""

    @extend_schema(responses=BatchSerializer, operation_id="moderation_batch")
    def get(self, request: Request, batch_id: UUID) -> Response:
        """How far it is."""
        return Response(_document(bulk.find(user=request.user, batch_id=batch_id)))


class BatchUndoView(APIView):
    """Taking back a batch of one's own."""

    @extend_schema(request=None, responses={202: BatchSerializer}, operation_id="moderation_batch_undo")
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Have a worker take back all of it that can be."""
        batch = bulk.undo(user=request.user, batch_id=batch_id)
        return Response(_document(batch), status=status.HTTP_202_ACCEPTED)


def _cases(request: Request, told: dict[str, Any]) -> list[UUID]:
    """The cases that are meant; raises `InvalidInput` when both ways of telling are used, or none."""
    if ("ids" in told) == ("filter" in told):
        said = _("Tell either ids or a filter.")
        raise InvalidInput(said, errors=[FieldProblem("ids", "invalid", said)])
    if "ids" in told:
        return list(told["ids"])
    return bulk.chosen(user=request.user, filters=Filters(**told["filter"]))


def _preview(lines: list[Line]) -> dict[str, Any]:
    labels = _code_labels()
    return {
        "total": len(lines),
        "counts": Counter(line.code for line in lines),
        "effects": Counter(line.effect for line in lines if line.effect),
        "cases": [
            {
                "id": line.case_id,
                "title": line.title,
                "code": line.code,
                "code_label": labels[line.code],
                "effect": line.effect,
                "effect_label": str(Effect(line.effect).label) if line.effect else "",
            }
            for line in lines
        ],
    }


def _code_labels() -> dict[str, str]:
    """Why a case cannot be decided, in words."""
    return {
        "ok": _("can be decided"),
        "not_found": _("is not there any more"),
        "own_upload": _("is your own upload"),
        "case_decided": _("has been decided already"),
        "looked_before": _("waits for somebody else's look"),
        "other_queue": _("stands in a queue of others"),
        "nobody_above": _("cannot be escalated further"),
        "case_taken": _("is with somebody else"),
    }


def _document(batch: Batch) -> dict[str, Any]:
    until = None
    if batch.status == Batch.Status.DONE and batch.ended_at is not None:
        until = batch.ended_at + timedelta(seconds=settings.MODERATION_UNDO)
    return {
        "id": batch.pk,
        "status": batch.status,
        "total": len(batch.report),
        "done": bulk.done_of(batch),
        "made_at": batch.made_at,
        "undo_until": until,
        "report": batch.report,
    }


urlpatterns: list[URLPattern] = [
    path("bulk", BulkView.as_view(), name="api-moderation-bulk"),
    path("bulk/<uuid:batch_id>/", BatchView.as_view(), name="api-moderation-batch"),
    path("bulk/<uuid:batch_id>/undo", BatchUndoView.as_view(), name="api-moderation-batch-undo"),
]

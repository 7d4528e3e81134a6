"""What is known and said around a case over HTTP: comments, whom to name in them, precedents and history."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.api.moderation.forms import CaseDecisionSerializer, CasePolicySerializer, ReviewerSerializer
from analysis.models import CaseComment, CaseSource, CaseStatus, Reason, Ruling
from analysis.services.moderation import background, casebook, comments, precedents
from assets.models import Kind
from mediaportal.core.paging import PortalCursorPagination


class CaseCommentSerializer(serializers.Serializer[Any]):
    """A comment."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    author = ReviewerSerializer()
    mentions = ReviewerSerializer(many=True)
    created_at = serializers.DateTimeField()


class NewCommentSerializer(serializers.Serializer[Any]):
    """What somebody says. The service judges it."""

    text = serializers.CharField(max_length=4_000)
    mentions = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        default=list,
        max_length=20,
        help_text="people who hear of it",
    )


class PeopleAskedSerializer(serializers.Serializer[Any]):
    """Whom to look for."""

    q = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    case = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="only those who may read it"
    )


class PrecedentSerializer(serializers.Serializer[Any]):
    """A decision on the like of a case."""

    case_id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    title = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name
    score = serializers.FloatField(help_text="with which the label was found there")
    distance = serializers.FloatField(help_text="from the score of the case")
    decision = CaseDecisionSerializer()


class CaseLineSerializer(serializers.Serializer[Any]):
    """An earlier case in a line."""

    id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    title = serializers.CharField()
    policy = CasePolicySerializer()
    source = serializers.ChoiceField(choices=CaseSource.values)  # type: ignore[assignment]  # a field's name
    severity = serializers.IntegerField()
    status = serializers.ChoiceField(choices=CaseStatus.values)
    ruling = serializers.ChoiceField(choices=Ruling.values, allow_null=True)
    opened_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class CaseStrikeSerializer(serializers.Serializer[Any]):
    """A strike against the owner."""

    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)
    policy = CasePolicySerializer()
    reason = serializers.ChoiceField(choices=Reason.values)


class CaseStrikesSerializer(serializers.Serializer[Any]):
    """How many count now, and the newest of all."""

    standing = serializers.IntegerField()
    list = CaseStrikeSerializer(many=True)


class CaseUploadSerializer(serializers.Serializer[Any]):
    """Something else that the owner has brought."""

    asset_id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.values)
    publication = serializers.CharField()
    created_at = serializers.DateTimeField()


class CaseUploadsSerializer(serializers.Serializer[Any]):
    """How much the owner has brought, how much of it is blocked, and the newest."""

    count = serializers.IntegerField()
    blocked = serializers.IntegerField()
    newest = CaseUploadSerializer(many=True)


class CaseHistorySerializer(serializers.Serializer[Any]):
    """What was with the asset and with its owner before."""

    asset_cases = CaseLineSerializer(many=True)
    owner_cases = CaseLineSerializer(many=True)
    strikes = CaseStrikesSerializer()
    uploads = CaseUploadsSerializer()


class CaseCommentsView(generics.GenericAPIView[CaseComment]):
    """What those who moderate say about a case."""

    class Paging(PortalCursorPagination):
        """The oldest first."""

        ordering = ("created_at", "id")

    serializer_class = CaseCommentSerializer
    pagination_class = Paging
    filter_backends: list[Any] = []
    queryset = CaseComment.objects.none()

    def get_queryset(self) -> QuerySet[CaseComment]:
        """Those that the caller may read."""
        return comments.listed(user=self.request.user, case_id=self.kwargs["case_id"])

    @extend_schema(responses=CaseCommentSerializer(many=True), operation_id="moderation_comments_list")
    def get(self, request: Request, case_id: UUID) -> Response:
        """A page of them."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([_comment(one) for one in page])

    @extend_schema(
        request=NewCommentSerializer,
        responses={201: CaseCommentSerializer},
        operation_id="moderation_comments_create",
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Say something."""
        form = NewCommentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = comments.add(user=request.user, case_id=case_id, **form.validated_data)
        return Response(_comment(made), status=status.HTTP_201_CREATED)


class ReviewersView(APIView):
    """Those who moderate."""

    @extend_schema(
        parameters=[PeopleAskedSerializer],
        responses=ReviewerSerializer(many=True),
        operation_id="moderation_people",
    )
    def get(self, request: Request) -> Response:
        """Whom to name in a comment; ten at most, a plain list."""
        form = PeopleAskedSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        found = comments.mentionable(user=request.user, words=asked["q"], case_id=asked["case"])
        return Response([casebook.person(one) for one in found])


class CasePrecedentsView(APIView):
    """Decisions on the like of a case."""

    @extend_schema(responses=PrecedentSerializer(many=True), operation_id="moderation_precedents")
    def get(self, request: Request, case_id: UUID) -> Response:
        """Those that come nearest, ten at most; a plain list."""
        return Response(precedents.precedents(user=request.user, case_id=case_id))


class CaseHistoryView(APIView):
    """What was before a case."""

    @extend_schema(responses=CaseHistorySerializer, operation_id="moderation_history")
    def get(self, request: Request, case_id: UUID) -> Response:
        """With its asset, and with who brought it."""
        return Response(background.history(user=request.user, case_id=case_id))


def _comment(comment: CaseComment) -> dict[str, Any]:
    return {
        "id": comment.pk,
        "text": comment.text,
        "author": casebook.person(comment.author),
        "mentions": [casebook.person(one) for one in comment.mentioned.all()],
        "created_at": comment.created_at,
    }


urlpatterns = [
    path("cases/<uuid:case_id>/comments", CaseCommentsView.as_view(), name="api-case-comments"),
    path("cases/<uuid:case_id>/precedents", CasePrecedentsView.as_view(), name="api-case-precedents"),
    path("cases/<uuid:case_id>/history", CaseHistoryView.as_view(), name="api-case-history"),
    path("people", ReviewersView.as_view(), name="api-reviewers"),
]

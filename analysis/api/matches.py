"""Near-duplicates and known works over HTTP: what an asset is alike to, and the list of protected works."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.models import Match, MatchKind, ReferenceWork
from analysis.services import alike, references
from assets import access
from assets.models import Asset
from mediaportal.core.paging import PortalCursorPagination
from mediaportal.core.problems import NotFound, NotPermitted


class SpanSerializer(serializers.Serializer[Any]):
    """A part that matches, in seconds here and there."""

    start = serializers.FloatField()
    end = serializers.FloatField()
    other_start = serializers.FloatField()
    other_end = serializers.FloatField()


class MatchSerializer(serializers.ModelSerializer[Match]):
    """Something that an asset is alike to, as it is seen from this asset."""

    kind = serializers.ChoiceField(choices=MatchKind.values)
    other = serializers.UUIDField(allow_null=True, help_text="null where the caller may not play it")
    title = serializers.CharField(help_text="of the other one, or of the protected work")
    work_id = serializers.UUIDField(allow_null=True, help_text="the protected work")
    offset = serializers.FloatField(help_text="what is here at t is there at offset + speed × t")
    speed = serializers.FloatField()
    score = serializers.FloatField(help_text="how alike the parts are, from 0 to 1")
    spans = SpanSerializer(many=True)

    class Meta:
        model = Match
        fields = [
            "id",
            "kind",
            "other",
            "title",
            "work_id",
            "offset",
            "speed",
            "score",
            "spans",
            "created_at",
        ]
        read_only_fields = fields

    def to_representation(self, instance: Match) -> dict[str, Any]:
        """The match from the side of the asset that was asked for."""
        seen = alike.side(instance, asset=self.context["asset"], user=self.context["request"].user)
        return {
            "id": str(instance.pk),
            "kind": instance.kind,
            "other": str(seen.other.pk) if seen.other else None,
            "title": seen.title,
            "work_id": str(instance.work_id) if instance.work_id else None,
            "offset": seen.offset,
            "speed": seen.speed,
            "score": instance.score,
            "spans": [
                dict(zip(("start", "end", "other_start", "other_end"), span, strict=True))
                for span in seen.spans
            ],
            "created_at": instance.created_at,
        }


class ReferenceSerializer(serializers.ModelSerializer[ReferenceWork]):
    """A protected work."""

    asset_id = serializers.UUIDField()
    title = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="empty: the asset's"
    )
    holder = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="of the rights"
    )

    fingerprint = serializers.CharField(
        read_only=True, help_text="completed once everything is compared with it; otherwise where it stands"
    )

    class Meta:
        model = ReferenceWork
        fields = ["id", "asset_id", "title", "holder", "fingerprint", "created_at"]
        read_only_fields = ["id", "created_at"]


class MatchListView(generics.ListAPIView[Match]):
    """What an asset is alike to, the most alike first."""

    class Paging(PortalCursorPagination):
        """By score."""

        ordering = ("-score", "-id")

    serializer_class = MatchSerializer
    pagination_class = Paging
    queryset = Match.objects.none()

    def get_queryset(self) -> QuerySet[Match]:
        """Those that the caller may know of."""
        if getattr(self, "swagger_fake_view", False):
            return Match.objects.none()
        return alike.of(asset=self._asset(), user=self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        """With the asset from which matches are seen."""
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["asset"] = self._asset()
        return context

    def _asset(self) -> Asset:
        """The asset, if the caller may play it."""
        asset = Asset.objects.visible_to(self.request.user).filter(pk=self.kwargs["asset_id"]).first()
        if asset is None or not access.can_play(self.request.user, asset):
            raise NotFound
        return asset


class ReferenceListView(generics.ListAPIView[ReferenceWork]):
    """The list of protected works, for managers."""

    class Paging(PortalCursorPagination):
        """The newest first."""

        ordering = ("-created_at", "-id")

    serializer_class = ReferenceSerializer
    pagination_class = Paging
    queryset = ReferenceWork.objects.none()

    def get_queryset(self) -> QuerySet[ReferenceWork]:
        """All of them."""
        if getattr(self, "swagger_fake_view", False):
            return ReferenceWork.objects.none()
        if not references.may_keep(self.request.user):
            raise NotPermitted
        return references.listed()

    @extend_schema(
        request=ReferenceSerializer,
        responses={201: ReferenceSerializer},
        operation_id="reference_works_create",
    )
    def post(self, request: Request) -> Response:
        """Put an asset on the list."""
        form = ReferenceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        if not references.may_keep(request.user):
            raise NotPermitted
        asset = Asset.objects.visible_to(request.user).filter(pk=asked["asset_id"]).first()
        if asset is None:
            raise NotFound
        work = references.add(
            user=request.user, asset=asset, title=asked.get("title", ""), holder=asked.get("holder", "")
        )
        told = ReferenceSerializer(references.listed().get(pk=work.pk)).data
        return Response(told, status=status.HTTP_201_CREATED)


class TakeOffSerializer(serializers.Serializer[Any]):
    """How a work is taken off the list."""

    give_back = serializers.BooleanField(
        default=False, help_text="let those see its asset again who could before it was put on the list"
    )


class ReferenceView(APIView):
    """One protected work."""

    @extend_schema(
        parameters=[TakeOffSerializer],
        request=None,
        responses={204: None},
        operation_id="reference_works_destroy",
    )
    def delete(self, request: Request, work_id: UUID) -> Response:
        """Take it off the list."""
        if not references.may_keep(request.user):
            raise NotPermitted
        form = TakeOffSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        work = ReferenceWork.objects.select_related("asset").filter(pk=work_id).first()
        if work is None:
            raise NotFound
        references.remove(user=request.user, work=work, give_back=form.validated_data["give_back"])
        return Response(status=status.HTTP_204_NO_CONTENT)

"""Choosing a poster and taking frames, over HTTP."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.models import Asset, Variant
from assets.services import links
from mediaportal.accounts.models import User
from mediaportal.core import idempotency
from mediaportal.core.paging import PortalCursorPagination
from mediaportal.core.problems import FieldProblem, InvalidInput
from processing.services import captures, posters, stilljobs
from processing.services.captures import Wish

_KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
_PICTURE_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary", "description": "A picture."}},
}


class PictureJobSerializer(serializers.Serializer[Any]):
    """A job that has been made."""

    job_id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    status = serializers.CharField()
    status_url = serializers.CharField()


class PosterSerializer(serializers.Serializer[Any]):
    """Which frame is to be the poster; one of the two."""

    timestamp = serializers.FloatField(required=False, help_text="seconds from the beginning")
    thumbnail = serializers.UUIDField(
        required=False, help_text="the id of a thumbnail or of a captured frame"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if len(attrs) != 1:
            said = _("Say timestamp or thumbnail.")
            raise InvalidInput(said, errors=[FieldProblem("timestamp", "one_of", said)])
        return attrs


class CaptureWishSerializer(serializers.Serializer[Any]):
    """Which frames are to be taken: one of `timestamps`, `every` and `keyframes`."""

    timestamps = serializers.ListField(
        child=serializers.FloatField(), max_length=captures.MOST, required=False, help_text="seconds"
    )
    every = serializers.FloatField(
        max_value=captures.LONGEST_SECONDS,
        required=False,
        help_text="one frame for each so many seconds",
    )
    keyframes = serializers.BooleanField(required=False, help_text="the key frames, 200 at most")
    format = serializers.ChoiceField(choices=["webp", "png"], default="webp")
    width = serializers.IntegerField(
        min_value=captures.LEAST_WIDTH, required=False, help_text="pixels; that of the film at most"
    )

    def wish(self) -> Wish:
        """What was asked for."""
        said = self.validated_data
        return Wish(**{**said, "timestamps": tuple(said.get("timestamps", ()))})


class CaptureSerializer(serializers.ModelSerializer[Variant]):
    """A captured frame. Load it with its asset."""

    job_id = serializers.CharField(source="detail.capture", read_only=True)
    url = serializers.SerializerMethodField()
    download_url = serializers.SerializerMethodField()

    class Meta:
        model = Variant
        fields = [
            "id",
            "job_id",
            "timestamp",
            "format",
            "width",
            "height",
            "file_size",
            "filename",
            "url",
            "download_url",
            "created_at",
        ]
        read_only_fields = fields

    def get_url(self, capture: Variant) -> str | None:
        """A link to the picture."""
        return links.variant_url(variant=capture, user=self.context["request"].user)

    def get_download_url(self, capture: Variant) -> str | None:
        """A link under which a browser saves it."""
        return links.variant_url(variant=capture, user=self.context["request"].user, download=True)


def _asset(request: Request, asset_id: UUID) -> Asset:
    """An asset that the caller may see; for others there is none."""
    found: Asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=asset_id)
    return found


def _once(request: Request, route: str, content: Any, act: Any) -> Response:
    """Do it, or give the answer of the first time."""
    user, key = request.user, request.headers.get("Idempotency-Key")
    claim = idempotency.Claim(user.pk, route, key) if key and isinstance(user, User) else None
    code, document = idempotency.once(claim, content=content, act=act)
    return Response(document, status=code)


class PosterView(APIView):
    """The picture that stands for an asset."""

    @extend_schema(
        request={"application/json": PosterSerializer, "multipart/form-data": _PICTURE_FORM},
        responses={202: PictureJobSerializer},
        operation_id="asset_poster_choose",
        parameters=[_KEY],
    )
    def post(self, request: Request, asset_id: UUID) -> Response:
        """Choose a frame of the film, or send a picture in a form."""
        asset = _asset(request, asset_id)
        form = PosterSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data

        def act() -> tuple[int, dict[str, Any]]:
            if "thumbnail" in said:
                job = posters.choose_thumbnail(user=request.user, asset=asset, variant_id=said["thumbnail"])
            else:
                job = posters.choose_frame(user=request.user, asset=asset, seconds=said["timestamp"])
            return 202, stilljobs.document_of(job)

        return _once(request, "assets.poster", [str(asset_id), said], act)

    @extend_schema(responses={204: None}, operation_id="asset_poster_reset")
    def delete(self, request: Request, asset_id: UUID) -> Response:
        """Let the automatic poster stand for it again."""
        posters.reset(user=request.user, asset=_asset(request, asset_id))
        return Response(status=204)


class FilmOrder(PortalCursorPagination):
    """Pages in the order of the film."""

    ordering = ("timestamp", "id")


class CapturesView(generics.ListAPIView[Variant]):
    """Captured frames of a film."""

    serializer_class = CaptureSerializer
    pagination_class = FilmOrder
    filter_backends: list[Any] = []
    queryset = Variant.objects.none()

    def get_queryset(self) -> QuerySet[Variant]:
        """Those of an asset that the caller may play; `?job=` only those of one job."""
        found = captures.seen(user=self.request.user, asset=_asset(self.request, self.kwargs["asset_id"]))
        job = self.request.query_params.get("job")
        return found.filter(detail__capture=job) if job else found

    @extend_schema(
        operation_id="asset_captures_list",
        parameters=[OpenApiParameter("job", str, description="Only those of this job")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All of them in the order of the film."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=CaptureWishSerializer,
        responses={202: PictureJobSerializer},
        operation_id="asset_captures_ask",
        parameters=[_KEY],
    )
    def post(self, request: Request, asset_id: UUID) -> Response:
        """Have frames taken, exactly where they are shown."""
        asset = _asset(request, asset_id)
        form = CaptureWishSerializer(data=request.data)
        form.is_valid(raise_exception=True)

        def act() -> tuple[int, dict[str, Any]]:
            job = captures.ask(user=request.user, asset=asset, wish=form.wish())
            return 202, stilljobs.document_of(job)

        return _once(request, "assets.captures", [str(asset_id), form.validated_data], act)


class CaptureView(APIView):
    """One captured frame."""

    @extend_schema(responses={204: None}, operation_id="asset_capture_delete")
    def delete(self, request: Request, asset_id: UUID, capture_id: UUID) -> Response:
        """Delete it."""
        captures.delete(user=request.user, asset=_asset(request, asset_id), capture_id=capture_id)
        return Response(status=204)

"""Labelled key frames over HTTP: how they stand, and ordering them."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.models import EngineChoice
from analysis.services import keyframes, keyframeview
from assets import access
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core import idempotency
from mediaportal.core.problems import NotFound
from processing.ffmpeg.keyframes import FORMS, Keyframes
from processing.services import stilljobs


class KeyframeLabelSerializer(serializers.Serializer[Any]):
    """Something that is seen in a picture."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field, as in the contract
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # likewise
    confidence = serializers.FloatField()
    box = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="left, top, width, height in shares"
    )


class KeyframeErrorSerializer(serializers.Serializer[Any]):
    """Why there is none."""

    code = serializers.CharField()
    detail = serializers.CharField()
    missing = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="what to install, or to set"
    )


class KeyframePartSerializer(serializers.Serializer[Any]):
    """Where a part stands."""

    status = serializers.CharField(help_text="pending, processing, completed, failed or cancelled")
    error = KeyframeErrorSerializer(allow_null=True)


class KeyframePartsSerializer(serializers.Serializer[Any]):
    """The parts: none of them stops the others."""

    preview = KeyframePartSerializer()
    captures = KeyframePartSerializer()
    labels = KeyframePartSerializer()


class KeyframeCaptureSerializer(serializers.Serializer[Any]):
    """A captured key frame with its labels, the surest first."""

    id = serializers.UUIDField()
    timestamp = serializers.FloatField(help_text="seconds from the beginning")
    format = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    file_size = serializers.IntegerField()
    sha256 = serializers.CharField()
    labels = KeyframeLabelSerializer(many=True)
    error = KeyframeErrorSerializer(allow_null=True)
    url = serializers.CharField(allow_null=True)
    download_url = serializers.CharField(allow_null=True)


class KeyframeSummarySerializer(serializers.Serializer[Any]):
    """A label of the whole film: on how many captures it is seen, and how surely at most."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field, as in the contract
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # likewise
    captures = serializers.IntegerField()
    confidence = serializers.FloatField()


class KeyframesSerializer(serializers.Serializer[Any]):
    """What there is of an asset's labelled key frames."""

    job_id = serializers.UUIDField(allow_null=True)
    status = serializers.CharField(allow_null=True)
    engine = serializers.CharField(allow_null=True)
    parts = KeyframePartsSerializer(allow_null=True)
    preview_url = serializers.CharField(allow_null=True)
    captures = KeyframeCaptureSerializer(many=True)
    labels = KeyframeSummarySerializer(many=True)
    metadata_url = serializers.CharField(allow_null=True)


class KeyframeWishSerializer(serializers.Serializer[Any]):
    """What is to be captured; what is not said is as it was the last time, or as the preset says."""

    count = serializers.IntegerField(required=False, help_text="so many, spread evenly")
    every = serializers.FloatField(required=False, help_text="or one for each so many seconds")
    format = serializers.ChoiceField(choices=list(FORMS), required=False)
    width = serializers.IntegerField(required=False, help_text="pixels; 0: as wide as the film")
    engine = serializers.ChoiceField(choices=EngineChoice.values, default=EngineChoice.AUTO.value)


class KeyframeJobSerializer(serializers.Serializer[Any]):
    """A job that has been made."""

    job_id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    status = serializers.CharField()
    status_url = serializers.CharField()


def _asset(request: Request, asset_id: UUID) -> Asset:
    """An asset that the caller may see; for others there is none."""
    found: Asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=asset_id)
    return found


class KeyframesView(APIView):
    """The labelled key frames of a film."""

    @extend_schema(responses=KeyframesSerializer, operation_id="asset_keyframes")
    def get(self, request: Request, asset_id: UUID) -> Response:
        """How they stand, part by part, and each with its labels; for who may play the asset."""
        asset = _asset(request, asset_id)
        if not access.can_play(request.user, asset):
            raise NotFound
        document = keyframeview.answer_of(asset, user=request.user)
        return Response(document, headers={"Cache-Control": "private, no-store"})

    @extend_schema(
        request=KeyframeWishSerializer,
        responses={202: KeyframeJobSerializer},
        operation_id="asset_keyframes_ask",
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request, asset_id: UUID) -> Response:
        """Have them captured and labelled; what there is before is replaced."""
        asset = _asset(request, asset_id)
        form = KeyframeWishSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        user, key = request.user, request.headers.get("Idempotency-Key")

        def act() -> tuple[int, dict[str, Any]]:
            job = keyframes.ask(
                user=user, asset=asset, wish=_wish(asset, said), engine=said.get("engine", EngineChoice.AUTO)
            )
            return 202, stilljobs.document_of(job)

        claim = (
            idempotency.Claim(user.pk, "assets.keyframes", key) if key and isinstance(user, User) else None
        )
        code, document = idempotency.once(claim, content=[str(asset_id), said], act=act)
        return Response(document, status=code)


def _wish(asset: Asset, said: dict[str, Any]) -> Keyframes:
    """What was asked for; a number takes the place of an interval, and the other way round."""
    facts: dict[str, Any] = {
        name: said[name] for name in ("count", "every", "format", "width") if name in said
    }
    if "count" in facts and "every" not in facts:
        facts["every"] = 0.0
    if "every" in facts and "count" not in facts:
        facts["count"] = 0
    return keyframes.changed(asset, facts)

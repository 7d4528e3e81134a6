"""The transcript of an asset over HTTP: read, corrected in versions, taken away as a file, made captions of."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.services import speech, transcriptcaptions, transcriptfiles, transcripts
from analysis.services.transcripts import Saved, Transcript
from analysis.services.transcriptwords import segments_from
from assets import access
from assets.api.captions import CaptionSerializer
from assets.api.serializers import PersonSerializer
from assets.models import Asset
from mediaportal.core.problems import NotFound, NotPermitted

_NOT_KEPT = {"Cache-Control": "private, no-store"}


class SentSegmentSerializer(serializers.Serializer[Any]):
    """A segment as it is sent; times in seconds."""

    start = serializers.FloatField(min_value=0)
    end = serializers.FloatField(min_value=0)
    text = serializers.CharField()
    speaker = serializers.CharField(required=False, allow_blank=True)


class SegmentSerializer(SentSegmentSerializer):
    """A segment as it stands."""

    language = serializers.CharField()
    confidence = serializers.FloatField(help_text="from 0 to 1; 1 where a person wrote it")
    words = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField()),
        help_text="each [start, end, text, confidence]; none where the engine told no times of words",
    )


class NewerSerializer(serializers.Serializer[Any]):
    """A transcription that has come since."""

    analysis = serializers.UUIDField()
    completed_at = serializers.DateTimeField()


class TranscriptSerializer(serializers.Serializer[Any]):
    """A transcript as it stands."""

    analysis = serializers.UUIDField(allow_null=True, help_text="null while nothing has been written down")
    version = serializers.IntegerField()
    status = serializers.CharField(
        help_text="none, or where the work stands: pending, processing, completed, failed, cancelled"
    )
    language = serializers.CharField()
    newer = NewerSerializer(allow_null=True, help_text="one that waits to be chosen")
    segments = SegmentSerializer(many=True)


class SeenSerializer(serializers.Serializer[Any]):
    """What the caller saw."""

    analysis = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1)


class TranscriptEditSerializer(SeenSerializer):
    """What is to be said. The service judges its segments, which may be thousands."""

    segments = SentSegmentSerializer(many=True)


class SavedSerializer(serializers.Serializer[Any]):
    """One version."""

    version = serializers.IntegerField()
    segments = serializers.IntegerField(help_text="how many there are")
    author = PersonSerializer(allow_null=True, help_text="null: the engine")
    created_at = serializers.DateTimeField(allow_null=True)
    restored = serializers.IntegerField(allow_null=True, help_text="the version that was gone back to")


class VersionWordsSerializer(serializers.Serializer[Any]):
    """What a version said."""

    version = serializers.IntegerField()
    segments = SegmentSerializer(many=True)


class CaptionsWishSerializer(serializers.Serializer[Any]):
    """What the captions are to be called."""

    language = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    label = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)  # type: ignore[assignment]  # a field's name
    over = serializers.BooleanField(
        required=False, default=False, help_text="also over what somebody has changed in them since"
    )


class _AsAsked(BaseContentNegotiation):
    """`?format=` names a file's form here, and not one of the framework's."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The first one; nothing is sent."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The first one, for what is refused."""
        return renderers[0], renderers[0].media_type


class _Transcript(APIView):
    """The transcript of an asset that the caller may see; for others there is none."""

    def asset(self) -> Asset:
        """The asset, if the caller may know of it."""
        visible = Asset.objects.visible_to(self.request.user)
        asset = visible.filter(pk=self.kwargs["asset_id"]).first()
        if asset is None:
            raise NotFound
        return asset

    def seen(self, request: Request) -> dict[str, Any]:
        """What the caller saw, as the services want it."""
        form = SeenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return {"analysis_id": form.validated_data["analysis"], "seen": form.validated_data["version"]}


class TranscriptView(_Transcript):
    """The transcript as it stands."""

    @extend_schema(responses=TranscriptSerializer, operation_id="transcript_retrieve")
    def get(self, request: Request, asset_id: UUID) -> Response:
        """What is said, for who may play the asset."""
        found = transcripts.read(user=request.user, asset=self.asset())
        return Response(_document(found), headers=_NOT_KEPT)

    @extend_schema(
        request=TranscriptEditSerializer, responses=TranscriptSerializer, operation_id="transcript_save"
    )
    def put(self, request: Request, asset_id: UUID) -> Response:
        """Write it anew, if nobody has done so since `version`."""
        sent: Any = request.data
        seen = self.seen(request)
        found = transcripts.save(
            user=request.user, asset=self.asset(), segments=segments_from(sent.get("segments")), **seen
        )
        return Response(_document(found), headers=_NOT_KEPT)


class TranscriptVersionsView(_Transcript):
    """The versions of a transcript."""

    @extend_schema(responses=SavedSerializer(many=True), operation_id="transcript_versions")
    def get(self, request: Request, asset_id: UUID) -> Response:
        """All of them, the newest first, in one plain list."""
        found = transcripts.versions(user=request.user, asset=self.asset())
        return Response([_saved(one) for one in found], headers=_NOT_KEPT)


class TranscriptVersionView(_Transcript):
    """One version."""

    @extend_schema(responses=VersionWordsSerializer, operation_id="transcript_version")
    def get(self, request: Request, asset_id: UUID, number: int) -> Response:
        """What it said."""
        found = transcripts.version(user=request.user, asset=self.asset(), number=number)
        return Response({"version": number, "segments": speech.as_data(found)}, headers=_NOT_KEPT)


class TranscriptRestoreView(_Transcript):
    """Going back to a version."""

    @extend_schema(request=SeenSerializer, responses=TranscriptSerializer, operation_id="transcript_restore")
    def post(self, request: Request, asset_id: UUID, number: int) -> Response:
        """Say again what that version said, if nobody has saved since."""
        found = transcripts.restore(
            user=request.user, asset=self.asset(), number=number, **self.seen(request)
        )
        return Response(_document(found), headers=_NOT_KEPT)


class TranscriptCaptionsView(_Transcript):
    """Captions of a transcript."""

    @extend_schema(
        request=CaptionsWishSerializer, responses=CaptionSerializer, operation_id="transcript_captions"
    )
    def post(self, request: Request, asset_id: UUID) -> Response:
        """Make them, or write them anew."""
        form = CaptionsWishSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = transcriptcaptions.make(user=request.user, asset=self.asset(), **form.validated_data)
        return Response(CaptionSerializer(made, context={"request": request}).data)


class TranscriptFileView(_Transcript):
    """The transcript as a file."""

    content_negotiation_class = _AsAsked

    @extend_schema(
        parameters=[OpenApiParameter("format", str, enum=list(transcriptfiles.FORMS), default="vtt")],
        responses={(status.HTTP_200_OK, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)},
        operation_id="transcript_download",
    )
    def get(self, request: Request, asset_id: UUID) -> HttpResponse:
        """The transcript as vtt, srt, txt or docx, for who may keep a copy of the asset."""
        asset = self.asset()
        found = transcripts.read(user=request.user, asset=asset)
        if not access.can_download(request.user, asset):
            raise NotPermitted
        name = request.query_params.get("format", "vtt")
        form = transcriptfiles.FORMS.get(name)
        if form is None or found.analysis is None:
            raise NotFound
        return HttpResponse(
            form.write(found.segments),
            content_type=form.mime_type,
            headers={
                **_NOT_KEPT,
                "Content-Disposition": f'attachment; filename="transcript.{name}"',
                "X-Content-Type-Options": "nosniff",
            },
        )


def _document(found: Transcript) -> dict[str, Any]:
    """A transcript as JSON."""
    analysis, newer = found.analysis, found.newer
    return {
        "analysis": str(analysis.pk) if analysis else None,
        "version": found.version,
        "status": found.status,
        "language": analysis.language if analysis else "",
        "newer": {"analysis": str(newer.pk), "completed_at": newer.completed_at} if newer else None,
        "segments": speech.as_data(found.segments),
    }


def _saved(one: Saved) -> dict[str, Any]:
    """A version as JSON."""
    return {
        "version": one.number,
        "segments": one.count,
        "author": {"id": str(one.author.pk), "name": one.author.name} if one.author else None,
        "created_at": one.created_at,
        "restored": one.restored,
    }

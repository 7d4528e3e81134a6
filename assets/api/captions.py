"""The text tracks of an asset over HTTP."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assets import access, delivery
from assets.api.serializers import PersonSerializer
from assets.models import Asset, Caption, CaptionKind
from assets.services import captions
from assets.services.captionwords import cues_from
from mediaportal.core.captions import MOST_BYTES, Cue
from mediaportal.core.parsers import BoundedJSONParser
from mediaportal.core.problems import FieldProblem, InvalidInput

# A file of the largest size, and what a form has around it.
MOST_BODY_BYTES = MOST_BYTES + 256 * 1024
_MILLI = 1000


class CaptionSerializer(serializers.ModelSerializer[Caption]):
    """A text track. Load it with its asset and whoever brought it."""

    default = serializers.BooleanField(source="is_default", help_text="Whether players show it unasked.")
    url = serializers.SerializerMethodField(help_text="The track as WebVTT.")
    download_url = serializers.SerializerMethodField()
    original_url = serializers.SerializerMethodField(
        help_text="The file that it was made of, for those who may change the asset."
    )
    created_by = serializers.SerializerMethodField()

    class Meta:
        model = Caption
        fields = [
            "id",
            "kind",
            "language",
            "label",
            "default",
            "cues",
            "version",
            "file_size",
            "url",
            "download_url",
            "original_filename",
            "original_format",
            "original_encoding",
            "original_url",
            "created_by",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def _user(self) -> access.Caller:
        """Who asks."""
        user: access.Caller = self.context["request"].user
        return user

    def get_url(self, caption: Caption) -> str | None:
        """A link, for those who may play the asset (yet)."""
        playable = access.can_play(self._user(), caption.asset)
        return delivery.caption_url(caption, user=self._user()) if playable else None

    def get_download_url(self, caption: Caption) -> str | None:
        """A link under which a browser saves it, for those who may keep a copy."""
        kept = access.can_download(self._user(), caption.asset)
        return delivery.caption_url(caption, user=self._user(), download=True) if kept else None

    def get_original_url(self, caption: Caption) -> str | None:
        """A link under which a browser saves the file as it came."""
        user, asset = self._user(), caption.asset
        if not access.can_change(user, asset) or not access.can_play(user, asset):
            return None
        return delivery.caption_original_url(caption, user=user)

    @extend_schema_field(PersonSerializer(allow_null=True))
    def get_created_by(self, caption: Caption) -> dict[str, Any] | None:
        """Whoever brought it."""
        by = caption.created_by
        return {"id": str(by.pk), "name": by.name} if by is not None else None


class CueSerializer(serializers.Serializer[Any]):
    """One cue; times in seconds."""

    start = serializers.FloatField(min_value=0)
    end = serializers.FloatField(min_value=0)
    text = serializers.CharField(
        help_text="May have <i>, <b>, <u> and <v Name>; &lt; &gt; &amp; where these signs are meant."
    )
    settings = serializers.CharField(required=False, help_text="WebVTT's cue settings, such as line:0.")
    id = serializers.CharField(required=False)


class TrackWordsSerializer(serializers.Serializer[Any]):
    """What is said of a track. The service judges it."""

    language = serializers.CharField(max_length=100, help_text="BCP 47")
    kind = serializers.ChoiceField(choices=CaptionKind.choices, default=CaptionKind.SUBTITLES)
    label = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)  # type: ignore[assignment]  # a field's name
    default = serializers.BooleanField(required=False, default=False)


class CaptionFileSerializer(TrackWordsSerializer):
    """A track as a file."""

    file = serializers.FileField(allow_empty_file=True, help_text="srt, vtt, ass, ssa, sbv or ttml")


class CaptionCuesSerializer(TrackWordsSerializer):
    """A track as cues; none for one that is to be written."""

    cues = CueSerializer(many=True)


class VersionSerializer(serializers.Serializer[Any]):
    """The version of a track that the caller saw."""

    version = serializers.IntegerField(min_value=1)


class CuesEditSerializer(VersionSerializer):
    """What a track is to say. The service judges its cues, which may be thousands."""

    cues = CueSerializer(many=True)


class CuesSerializer(CuesEditSerializer):
    """What a track says."""


class CaptionEditSerializer(serializers.Serializer[Any]):
    """What may be changed of a track without its cues."""

    version = serializers.IntegerField(min_value=1, required=False)
    language = serializers.CharField(max_length=100, required=False)
    kind = serializers.ChoiceField(choices=CaptionKind.choices, required=False)
    label = serializers.CharField(max_length=400, required=False, allow_blank=True)  # type: ignore[assignment]  # a field's name
    default = serializers.BooleanField(required=False)


def cue_document(cue: Cue) -> dict[str, Any]:
    """A cue as JSON."""
    document: dict[str, Any] = {"start": cue.start / _MILLI, "end": cue.end / _MILLI, "text": cue.text}
    if cue.settings:
        document["settings"] = cue.settings
    if cue.name:
        document["id"] = cue.name
    return document


class _Captions(GenericAPIView[Caption]):
    """Text tracks of an asset that the caller may see; for others there is none."""

    serializer_class = CaptionSerializer
    lookup_url_kwarg = "caption_id"
    filter_backends: list[Any] = []
    pagination_class = None

    def asset(self) -> Asset:
        """The asset, if the caller may know of it."""
        visible = Asset.objects.visible_to(self.request.user)
        return get_object_or_404(visible, pk=self.kwargs["asset_id"])

    def get_queryset(self) -> QuerySet[Caption]:
        """Those that the caller may read."""
        return captions.tracks_of(user=self.request.user, asset=self.asset())

    def shown(self, caption_id: UUID, *, code: int = status.HTTP_200_OK) -> Response:
        """A track as it stands now."""
        return Response(self.get_serializer(self.get_queryset().get(pk=caption_id)).data, status=code)


class CaptionListView(_Captions):
    """The tracks of an asset, and the making of new ones."""

    parser_classes = [BoundedJSONParser, MultiPartParser]

    @extend_schema(responses=CaptionSerializer(many=True), operation_id="caption_list")
    def get(self, _request: Request, asset_id: UUID) -> Response:
        """All tracks of an asset, by kind and language, in one plain list."""
        return Response(self.get_serializer(self.get_queryset(), many=True).data)

    @extend_schema(
        request={
            "multipart/form-data": CaptionFileSerializer,
            "application/json": CaptionCuesSerializer,
        },
        responses={201: CaptionSerializer},
        operation_id="caption_make",
    )
    def post(self, request: Request, asset_id: UUID) -> Response:
        """Make a track of a file (a form) or of cues (JSON)."""
        asset = self.asset()
        form = TrackWordsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        sent: Any = request.data
        if "cues" in sent:
            made = captions.write(
                user=request.user, asset=asset, cues=cues_from(sent["cues"]), **form.validated_data
            )
            return self.shown(made.pk, code=status.HTTP_201_CREATED)
        file = sent.get("file")
        if not isinstance(file, UploadedFile):
            detail = _("Send a file, or a list of cues.")
            raise InvalidInput(detail, errors=[FieldProblem("file", "required", detail)])
        made = captions.add(
            user=request.user,
            asset=asset,
            data=file.read(MOST_BYTES + 1),  # one byte more than is taken, so that too many are seen
            filename=file.name or "",
            **form.validated_data,
        )
        return self.shown(made.pk, code=status.HTTP_201_CREATED)


class CaptionView(_Captions):
    """One track."""

    @extend_schema(operation_id="caption_retrieve")
    def get(self, _request: Request, **_kwargs: Any) -> Response:
        """What is known of a track."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=CaptionEditSerializer, responses=CaptionSerializer, operation_id="caption_change")
    def patch(self, request: Request, **_kwargs: Any) -> Response:
        """Change the kind, the language, the name, or whether it is shown unasked."""
        caption = self.get_object()
        form = CaptionEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        captions.change(user=request.user, caption=caption, **form.validated_data)
        return self.shown(caption.pk)

    @extend_schema(
        request=CuesEditSerializer, responses=CaptionSerializer, operation_id="caption_replace_cues"
    )
    def put(self, request: Request, **_kwargs: Any) -> Response:
        """Replace what it says, if nobody has done so since `version`."""
        caption = self.get_object()
        sent: Any = request.data
        form = VersionSerializer(data=sent)
        form.is_valid(raise_exception=True)
        captions.replace(
            user=request.user, caption=caption, cues=cues_from(sent.get("cues")), **form.validated_data
        )
        return self.shown(caption.pk)

    @extend_schema(responses={204: None}, operation_id="caption_delete")
    def delete(self, request: Request, **_kwargs: Any) -> Response:
        """Delete it with its files."""
        captions.delete(user=request.user, caption=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class CuesView(_Captions):
    """What a track says."""

    @extend_schema(responses=CuesSerializer, operation_id="caption_cues")
    def get(self, request: Request, **_kwargs: Any) -> Response:
        """Its cues in the order of time."""
        caption = self.get_object()
        cues = captions.cues_of(user=request.user, caption=caption)
        return Response(
            {"version": caption.version, "cues": [cue_document(cue) for cue in cues]},
            headers={"Cache-Control": "private, no-store"},
        )

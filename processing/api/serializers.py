"""The job documents of the contract, for the schema and for lists."""

from typing import Any

from rest_framework import serializers

from mediaportal.core.serializers import ErrorSerializer, VmafSerializer
from processing.models import Job, Preset
from processing.services import priorities, status
from processing.services.graph import Behind, GraphStep

_PRIORITY = "0 is the usual one; higher goes first"


class StepSerializer(serializers.Serializer[dict[str, Any]]):
    """One step of a job."""

    name = serializers.CharField()
    status = serializers.CharField()
    progress = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    error = ErrorSerializer(allow_null=True)


class ResultVariantSerializer(serializers.Serializer[dict[str, Any]]):
    """One file that was made."""

    id = serializers.UUIDField()
    variant_type = serializers.CharField()
    quality = serializers.CharField()
    format = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    bitrate = serializers.IntegerField(allow_null=True, help_text="bit/s")
    duration = serializers.FloatField(allow_null=True, help_text="seconds")
    file_size = serializers.IntegerField(help_text="bytes")
    vmaf = VmafSerializer(allow_null=True)
    url = serializers.CharField(allow_null=True, help_text="null where it may not be downloaded")


class ResultThumbnailSerializer(serializers.Serializer[dict[str, Any]]):
    """A still and the second it was taken at."""

    timestamp = serializers.FloatField(allow_null=True)
    url = serializers.CharField()


class PlaybackSerializer(serializers.Serializer[dict[str, Any]]):
    """What a player needs."""

    hls_url = serializers.CharField(allow_null=True)
    dash_url = serializers.CharField(allow_null=True)
    license_url = serializers.CharField(allow_null=True)
    poster_url = serializers.CharField(allow_null=True)
    storyboard_url = serializers.CharField(allow_null=True)
    preview_url = serializers.CharField(allow_null=True)
    captions = serializers.ListField(child=serializers.DictField())


class ResultPackageSerializer(serializers.Serializer[dict[str, Any]]):
    """The streaming set that a job makes."""

    id = serializers.UUIDField()
    scheme = serializers.CharField(help_text="clear, cbcs or cenc")
    tracks = serializers.CharField(help_text="which tracks are encrypted: all or video")
    encrypted_tracks = serializers.ListField(child=serializers.IntegerField())
    ready_at = serializers.DateTimeField(allow_null=True)
    hls_url = serializers.CharField(allow_null=True)
    dash_url = serializers.CharField(allow_null=True)


class ResultsSerializer(serializers.Serializer[dict[str, Any]]):
    """What a job has made so far."""

    original_url = serializers.CharField(allow_null=True)
    variants = ResultVariantSerializer(many=True)
    thumbnails = ResultThumbnailSerializer(many=True)
    playback = PlaybackSerializer()
    metadata_url = serializers.CharField(allow_null=True)
    package = ResultPackageSerializer(allow_null=True)


class _JobHeadSerializer(serializers.Serializer[Any]):
    """What every document of one job begins with."""

    job_id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    job_type = serializers.CharField()
    status = serializers.CharField()
    progress = serializers.IntegerField()
    current_step = serializers.CharField(allow_null=True)
    estimated_completion = serializers.DateTimeField(allow_null=True)


class JobStatusSerializer(_JobHeadSerializer):
    """The answer of `GET /api/v1/media/job/{job_id}/status`."""

    error = ErrorSerializer(allow_null=True)
    steps = StepSerializer(many=True)
    results = ResultsSerializer()


class PrioritySerializer(serializers.Serializer[dict[str, Any]]):
    """The body of `POST /api/v1/media/job/{job_id}/priority`."""

    priority = serializers.IntegerField(
        min_value=priorities.LOWEST,
        max_value=priorities.HIGHEST,
        help_text=_PRIORITY,
    )


class BehindSerializer(serializers.Serializer[Behind]):
    """What managers see of a step."""

    queue = serializers.CharField()
    worker = serializers.CharField(help_text="machine, process and thread; empty before it was begun")
    attempt = serializers.IntegerField()
    cpu_seconds = serializers.FloatField(allow_null=True)
    log = serializers.CharField(help_text="the end of what its program said, when it failed")


class GraphStepSerializer(serializers.Serializer[GraphStep]):
    """One step of a job with what it waits for and how long it took."""

    name = serializers.CharField()
    label = serializers.CharField(help_text="in the caller's language")  # type: ignore[assignment]  # DRF's own
    status = serializers.CharField()
    progress = serializers.IntegerField()
    column = serializers.IntegerField(help_text="how many steps stand before it on the longest way")
    depends_on = serializers.ListField(child=serializers.CharField())
    piece_of = serializers.CharField(
        allow_null=True, help_text="the step that a piece of a long file belongs to"
    )
    ready_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    waited_seconds = serializers.FloatField(allow_null=True)
    ran_seconds = serializers.FloatField(allow_null=True)
    error = ErrorSerializer(allow_null=True)
    behind = BehindSerializer(allow_null=True, help_text="null unless the caller manages everybody's assets")


class JobGraphSerializer(_JobHeadSerializer):
    """The answer of `GET /api/v1/media/job/{job_id}/graph`."""

    priority = serializers.IntegerField(help_text=_PRIORITY)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    error = ErrorSerializer(allow_null=True)
    steps = GraphStepSerializer(many=True)


class JobSerializer(serializers.ModelSerializer[Job]):
    """One job in a list."""

    job_id = serializers.UUIDField(source="id")
    asset_id = serializers.UUIDField()
    title = serializers.CharField(source="asset.title")
    error = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "job_id",
            "asset_id",
            "title",
            "job_type",
            "status",
            "progress",
            "priority",
            "error",
            "created_at",
            "started_at",
            "completed_at",
        ]

    def get_error(self, job: Job) -> dict[str, str] | None:
        """The reason, when it failed."""
        return status.error_of(job)


class LicenseRequestSerializer(serializers.Serializer[Any]):
    """What a player with ClearKey sends."""

    kids = serializers.ListField(child=serializers.CharField(), help_text="ids of keys, base64url")
    type = serializers.CharField(required=False, help_text="temporary")


class LicenseKeySerializer(serializers.Serializer[Any]):
    """A key as JSON Web Keys are written."""

    kty = serializers.CharField(help_text="oct")
    kid = serializers.CharField(help_text="base64url")
    k = serializers.CharField(help_text="The key itself, base64url.")


class LicenseSerializer(serializers.Serializer[Any]):
    """A ClearKey licence."""

    keys = LicenseKeySerializer(many=True)
    type = serializers.CharField(help_text="temporary")


class PresetSerializer(serializers.ModelSerializer[Preset]):
    """A recipe that an upload may name in its `processing_options`."""

    class Meta:
        model = Preset
        fields = ["slug", "title", "description", "recipe", "is_default"]


class PresetMakeSerializer(serializers.Serializer[Any]):
    """A new preset. The service judges the recipe, whose form is that of the shipped ones."""

    slug = serializers.CharField(max_length=50)
    title = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)
    recipe = serializers.DictField()


class PresetChangeSerializer(serializers.Serializer[Any]):
    """What may be changed of a preset; jobs name it by its slug, so that stays."""

    title = serializers.CharField(max_length=100, required=False)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)
    recipe = serializers.DictField(required=False)

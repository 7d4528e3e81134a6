"""The forms of the assets API."""

from typing import Any

from rest_framework import serializers


class ErrorSerializer(serializers.Serializer[Any]):
    """Why something failed."""

    code = serializers.CharField()
    detail = serializers.CharField()


class UploadProgressSerializer(serializers.Serializer[Any]):
    """How far an upload is."""

    upload_id = serializers.UUIDField()
    status = serializers.ChoiceField(
        choices=["pending", "uploading", "scanning", "processing", "completed", "failed"]
    )
    bytes_received = serializers.IntegerField()
    bytes_total = serializers.IntegerField(allow_null=True)
    progress = serializers.IntegerField(
        help_text="Percent: of the bytes while they come, of the processing afterwards."
    )
    asset_id = serializers.UUIDField(allow_null=True)
    job_id = serializers.UUIDField(allow_null=True)
    error = ErrorSerializer(allow_null=True)


class UploadAcceptedSerializer(serializers.Serializer[Any]):
    """The answer to an upload."""

    upload_id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    job_id = serializers.UUIDField()
    status = serializers.CharField(help_text="As in the upload's progress.")
    progress_url = serializers.CharField()
    status_url = serializers.CharField()
    estimated_completion = serializers.DateTimeField(
        allow_null=True, help_text="Null while there is no history to estimate from."
    )

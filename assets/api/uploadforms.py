"""What every door for uploads that speaks JSON shares: the wishes beside a file, and the answer to it."""

from typing import Any

from rest_framework import serializers

from assets.models import Kind
from assets.services import wishes


class WishesSerializer(serializers.Serializer[Any]):
    """The fields beside a form's file, as JSON."""

    filename = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    content_type = serializers.ChoiceField(required=False, allow_blank=True, choices=Kind.choices)
    metadata = serializers.DictField(required=False)
    processing_options = serializers.DictField(required=False)

    def wishes(self) -> wishes.Wishes:
        """The checked wishes of a valid form. Raises `InvalidOptions`."""
        data = self.validated_data
        return wishes.of_values(
            filename=data.get("filename", ""),
            kind=data.get("content_type", ""),
            metadata=data.get("metadata", {}),
            options=data.get("processing_options", {}),
        )


class UploadAcceptedSerializer(serializers.Serializer[Any]):
    """The answer to an upload that was accepted."""

    upload_id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    job_id = serializers.UUIDField()
    status = serializers.CharField(help_text="As in the upload's progress.")
    progress_url = serializers.CharField()
    status_url = serializers.CharField()
    estimated_completion = serializers.DateTimeField(
        allow_null=True, help_text="Null while there is no history to estimate from."
    )


class UploadExpectedSerializer(UploadAcceptedSerializer):
    """The answer to an upload whose bytes are yet to come; its job will begin when they have."""

    asset_id = serializers.UUIDField(allow_null=True, help_text="Null: it comes with the upload's progress.")

"""The forms of uploads straight into the bucket."""

from typing import Any

from rest_framework import serializers

from assets.api.uploadforms import WishesSerializer
from assets.services.direct.multipart import MOST_PART_BYTES, MOST_PARTS, PartWish

_MOST_SIGNED = 100


def _sha256() -> serializers.RegexField:
    """A SHA-256 in hex, if it is known."""
    return serializers.RegexField(r"^[0-9a-f]{64}$", required=False, help_text="In hex.")


class DirectUploadSerializer(WishesSerializer):
    """What is to be sent. `metadata` and `processing_options` as beside a form's file."""

    filename = serializers.CharField(max_length=1000)
    size = serializers.IntegerField(min_value=0, help_text="bytes")
    type = serializers.CharField(required=False, allow_blank=True, help_text="Not used: the bytes tell.")
    sha256 = _sha256()


class MultipartUploadSerializer(DirectUploadSerializer):
    """The same, for a file in parts."""

    part_checksums = serializers.BooleanField(
        required=False, help_text="Every part will name its SHA-256, and the bucket compares."
    )


class MultipartBegunSerializer(serializers.Serializer[Any]):
    """A file in parts, begun. `uploadId` is `upload_id` again, under the name that browser libraries know."""

    upload_id = serializers.UUIDField()
    uploadId = serializers.UUIDField()
    key = serializers.CharField()
    part_size = serializers.IntegerField(help_text="A good size for all parts but the last, in bytes.")
    expires_at = serializers.DateTimeField(help_text="When it is swept away unless it is gone on with.")


class PartWishSerializer(serializers.Serializer[Any]):
    """A part that is to be sent."""

    part_number = serializers.IntegerField(min_value=1, max_value=MOST_PARTS)
    size = serializers.IntegerField(min_value=1, max_value=MOST_PART_BYTES, required=False, help_text="bytes")
    sha256 = _sha256()
    md5 = serializers.RegexField(regex=r"^[0-9a-f]{32}$", required=False, help_text="In hex.")

    def wish(self, data: dict[str, Any]) -> PartWish:
        """The part in the words of the service."""
        return PartWish(data["part_number"], data.get("size"), data.get("sha256", ""), data.get("md5", ""))


class SignPartsSerializer(serializers.Serializer[Any]):
    """Which parts of an upload are to be signed."""

    upload_id = serializers.UUIDField()
    parts = serializers.ListField(child=PartWishSerializer(), min_length=1, max_length=_MOST_SIGNED)


class SignedSerializer(serializers.Serializer[Any]):
    """An address of the bucket that takes one request."""

    url = serializers.CharField()
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField(), help_text="Send exactly these.")
    expires_at = serializers.DateTimeField()


class SignedPartSerializer(SignedSerializer):
    """The address of one part."""

    part_number = serializers.IntegerField()


class SignedPartsSerializer(serializers.Serializer[Any]):
    """Addresses in the order in which they were asked for."""

    parts = SignedPartSerializer(many=True)


class BucketPartSerializer(serializers.Serializer[Any]):
    """A part that the bucket has, in the bucket's own words."""

    PartNumber = serializers.IntegerField()
    ETag = serializers.CharField()
    Size = serializers.IntegerField(required=False, help_text="bytes")


class CompleteSerializer(serializers.Serializer[Any]):
    """Every part that was sent, with what the bucket answered for it."""

    parts = serializers.ListField(child=BucketPartSerializer(), max_length=MOST_PARTS)


class CompleteNamedSerializer(CompleteSerializer):
    """The same, with the upload's id."""

    upload_id = serializers.UUIDField()


class NamedUploadSerializer(serializers.Serializer[Any]):
    """One upload."""

    upload_id = serializers.UUIDField()


class SignedUploadSerializer(serializers.Serializer[Any]):
    """An upload by one PUT, begun: send the bytes there, then ask the portal to look."""

    upload_id = serializers.UUIDField()
    url = serializers.CharField()
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField(), help_text="Send exactly these.")
    expires_at = serializers.DateTimeField()

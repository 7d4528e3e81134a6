"""The forms of the assets API."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from assets import access
from assets.models import (
    Asset,
    Collection,
    DeletionHold,
    PolicyVerdict,
    Publication,
    Tag,
    Variant,
    VariantType,
    Visibility,
)
from assets.services import links
from assets.services.reasons import said
from assets.services.state import state_of
from mediaportal.accounts.ages import AgeRating
from mediaportal.core.serializers import ErrorSerializer, VmafSerializer


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


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody, as others see them."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class StateSerializer(serializers.Serializer[Any]):
    """The condition of an asset in the words of the pages."""

    code = serializers.ChoiceField(
        choices=["uploading", "checking", "processing", "ready", "held", "blocked", "failed"]
    )
    label = serializers.CharField(help_text="In the caller's language.")  # type: ignore[assignment]  # a field's name
    progress = serializers.IntegerField(allow_null=True, help_text="Percent, while it moves.")


class PlaceSerializer(serializers.Serializer[Any]):
    """A collection by its id and name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


# What stands in the place of what a decision could have changed, where that is not to be known.
_VEILED: dict[str, Any] = {
    "publication": Publication.HELD,
    "policy_verdict": PolicyVerdict.REVIEW,
    "error": None,
    "imposed_rating": AgeRating.ALL,
    "visibility_cap": "",
    "blocked_regions": [],
}


class AssetListSerializer(serializers.ModelSerializer[Asset]):
    """An asset in a list. Load it with its owner and `with_poster()`."""

    uploaded_by = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    poster_url = serializers.SerializerMethodField()
    preview_url = serializers.SerializerMethodField()

    class Meta:
        model = Asset
        fields = [
            "id",
            "kind",
            "title",
            "original_filename",
            "mime_type",
            "file_size",
            "duration",
            "width",
            "height",
            "upload_status",
            "upload_progress",
            "publication",
            "visibility",
            "state",
            "error",
            "uploaded_by",
            "job_id",
            "poster_url",
            "preview_url",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def to_representation(self, instance: Asset) -> dict[str, Any]:
        """As the caller may know it: what was decided is kept from who is to look at it without knowing."""
        told: dict[str, Any] = super().to_representation(instance)
        if instance.veiled:
            told |= {name: value for name, value in _VEILED.items() if name in told}
        return told

    def _user(self) -> access.Caller:
        """Who asks."""
        user: access.Caller = self.context["request"].user
        return user

    @extend_schema_field(PersonSerializer)
    def get_uploaded_by(self, asset: Asset) -> dict[str, Any]:
        """The owner."""
        return {"id": str(asset.uploaded_by_id), "name": asset.uploaded_by.name}

    @extend_schema_field(StateSerializer)
    def get_state(self, asset: Asset) -> dict[str, Any]:
        """Its condition."""
        state = state_of(asset)
        return {"code": state.code, "label": state.label, "progress": state.progress}

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, asset: Asset) -> dict[str, str] | None:
        """Why it failed."""
        return {"code": asset.error_code, "detail": said(asset.error_detail)} if asset.error_code else None

    def get_poster_url(self, asset: Asset) -> str | None:
        """A link to the picture that stands for it."""
        return links.poster_url(asset=asset, user=self._user())

    def get_preview_url(self, asset: Asset) -> str | None:
        """A link to its moving preview (WebP)."""
        return links.preview_url(asset=asset, user=self._user())


class FoundAtSerializer(serializers.Serializer[Any]):
    """Where inside of an asset words were found."""

    second = serializers.FloatField()
    kind = serializers.CharField(help_text="What it is of: speech, text, label, face, moderation or sound.")
    text = serializers.CharField()


class AssetFoundSerializer(AssetListSerializer):
    """An asset in a list that may have been looked for by words."""

    found_at = FoundAtSerializer(
        allow_null=True,
        read_only=True,
        default=None,
        help_text="Where inside of it the words of q are found best.",
    )

    class Meta(AssetListSerializer.Meta):
        fields = [*AssetListSerializer.Meta.fields, "found_at"]
        read_only_fields = fields


class AssetSerializer(AssetListSerializer):
    """One asset with everything that is known of it."""

    tags = serializers.SlugRelatedField[Tag](slug_field="name", many=True, read_only=True)
    collections = PlaceSerializer(many=True, read_only=True)
    may_change = serializers.SerializerMethodField(help_text="Whether the caller may edit or remove it.")

    class Meta(AssetListSerializer.Meta):
        fields = [
            *AssetListSerializer.Meta.fields,
            "description",
            "tags",
            "collections",
            "sha256",
            "metadata",
            "scan_verdict",
            "processing_verdict",
            "policy_verdict",
            "allow_download",
            "age_rating",
            "imposed_rating",
            "visibility_cap",
            "blocked_regions",
            "may_change",
        ]
        read_only_fields = fields

    def get_may_change(self, asset: Asset) -> bool:
        """Whether the caller may change it."""
        return access.can_change(self._user(), asset)


class AssetEditSerializer(serializers.Serializer[Any]):
    """What may be changed of an asset. Other fields are refused, so that nobody believes that they were changed."""

    title = serializers.CharField(max_length=255, required=False)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    allow_download = serializers.BooleanField(required=False)
    age_rating = serializers.ChoiceField(
        choices=AgeRating.choices, required=False, help_text="From what age on; never below imposed_rating."
    )
    tags = serializers.ListField(child=serializers.CharField(max_length=60), max_length=50, required=False)
    collections = serializers.ListField(child=serializers.UUIDField(), max_length=100, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Parse, after refusing what is not known."""
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(
                {
                    name: [ErrorDetail(_("This cannot be changed."), code="read_only")]
                    for name in sorted(unknown)
                }
            )
        return super().to_internal_value(data)


class DeletionHoldReasonSerializer(serializers.Serializer[Any]):
    """Why an asset has to be kept."""

    reason = serializers.CharField(max_length=500)


class DeletionHoldSerializer(serializers.ModelSerializer[DeletionHold]):
    """What keeps an asset from being deleted. Load it with who placed it."""

    placed_by = PersonSerializer(read_only=True)

    class Meta:
        model = DeletionHold
        fields = ["id", "reason", "placed_by", "placed_at"]
        read_only_fields = fields


class CollectionSerializer(serializers.ModelSerializer[Collection]):
    """A collection. Load it with its maker, `with_path()` and `with_count()`."""

    parent = serializers.UUIDField(source="parent_id", allow_null=True)  # type: ignore[assignment]  # a field's name
    path = PlaceSerializer(many=True, help_text="What leads to it: the outermost first, itself last.")
    asset_count = serializers.IntegerField(help_text="Assets right in it that the caller may see.")
    created_by = serializers.SerializerMethodField()
    may_change = serializers.SerializerMethodField(help_text="Whether the caller may rename or delete it.")

    class Meta:
        model = Collection
        fields = [
            "id",
            "name",
            "parent",
            "path",
            "encryption",
            "asset_count",
            "created_by",
            "may_change",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(PersonSerializer)
    def get_created_by(self, collection: Collection) -> dict[str, Any]:
        """Who made it."""
        return {"id": str(collection.created_by_id), "name": collection.created_by.name}

    def get_may_change(self, collection: Collection) -> bool:
        """Whether the caller may change it."""
        return access.can_change_collection(self.context["request"].user, collection)


class CollectionEditSerializer(serializers.Serializer[Any]):
    """A collection's name and the collection that it stands in; null is the top."""

    name = serializers.CharField(max_length=120)
    parent = serializers.UUIDField(required=False, allow_null=True)  # type: ignore[assignment]  # a field's name
    encryption = serializers.ChoiceField(
        choices=["", "cbcs", "cenc"],
        required=False,
        help_text="How streaming sets of what is uploaded into it are encrypted; empty: as what is around it says.",
    )


class TagSerializer(serializers.ModelSerializer[Tag]):
    """A tag. Load it with `visible_to()`."""

    asset_count = serializers.IntegerField(
        read_only=True, help_text="Assets with this tag that the caller may see."
    )

    class Meta:
        model = Tag
        fields = ["id", "name", "asset_count"]
        read_only_fields = fields


class TagEditSerializer(serializers.Serializer[Any]):
    """A tag's new name."""

    name = serializers.CharField(max_length=60)


class VariantSerializer(serializers.ModelSerializer[Variant]):
    """A file that was made of an asset's original. Links are null for those who may not play it (yet)."""

    url = serializers.SerializerMethodField()
    download_url = serializers.SerializerMethodField()
    vmaf = VmafSerializer(source="detail.vmaf", default=None, allow_null=True, read_only=True)

    class Meta:
        model = Variant
        fields = [
            "id",
            "variant_type",
            "quality",
            "format",
            "width",
            "height",
            "bitrate",
            "duration",
            "timestamp",
            "filename",
            "mime_type",
            "file_size",
            "checksum",
            "processing_status",
            "processing_progress",
            "vmaf",
            "url",
            "download_url",
            "created_at",
        ]
        read_only_fields = fields

    def get_url(self, variant: Variant) -> str | None:
        """A link to the file, or to the manifest of a package."""
        return links.variant_url(variant=variant, user=self.context["request"].user)

    def get_download_url(self, variant: Variant) -> str | None:
        """A link under which a browser saves the file; packages and storyboards have none."""
        if variant.variant_type in {VariantType.MANIFEST, VariantType.STORYBOARD}:
            return None
        return links.variant_url(variant=variant, user=self.context["request"].user, download=True)


class DrmSystemSerializer(serializers.Serializer[Any]):
    """Where a player gets its licence of one DRM system."""

    license_url = serializers.CharField()
    certificate_url = serializers.CharField(required=False)


class WatermarkSerializer(serializers.Serializer[Any]):
    """What a player draws over the pictures."""

    kind = serializers.ChoiceField(choices=["text", "image"])
    text = serializers.CharField()
    image_url = serializers.CharField(allow_null=True)
    position = serializers.CharField(help_text="One of the nine places, or moving.")
    opacity = serializers.FloatField(help_text="0 to 1")


class AssetPlaybackSerializer(serializers.Serializer[Any]):
    """What a player needs; links that cannot be had (yet) are null."""

    asset_id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    duration = serializers.FloatField(allow_null=True, help_text="seconds")
    hls_url = serializers.CharField(allow_null=True)
    dash_url = serializers.CharField(allow_null=True)
    growing = serializers.BooleanField()
    preparing = serializers.BooleanField(
        help_text="Whether a share link's pictures with a name in them are still to be made."
    )
    poster_url = serializers.CharField(allow_null=True)
    original_url = serializers.CharField(allow_null=True, help_text="null where it may not be downloaded")
    license_url = serializers.CharField(
        allow_null=True, help_text="Where ClearKey licences are asked for (W3C JSON), of what is encrypted."
    )
    drm = serializers.DictField(
        child=DrmSystemSerializer(), help_text="By key system, such as `com.widevine.alpha`."
    )
    storyboard_url = serializers.CharField(allow_null=True)
    preview_url = serializers.CharField(allow_null=True)
    captions = serializers.ListField(child=serializers.DictField())
    watermark = WatermarkSerializer(allow_null=True)
    allow_download = serializers.BooleanField()
    resume_at = serializers.FloatField(
        allow_null=True, help_text="The second at which the caller left off, if they did."
    )
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When the first of these links ends; ask again before."
    )

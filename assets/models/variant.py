"""The files that are made of an asset."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset
from assets.querysets import VariantQuerySet
from mediaportal.core.ids import new_id

_PERCENT = [MaxValueValidator(100)]


class VariantType(models.TextChoices):
    """What a file made from the original is for."""

    ORIGINAL = "original", _("Original")
    RENDITION = "rendition", _("Rendition")
    THUMBNAIL = "thumbnail", _("Thumbnail")
    POSTER = "poster", _("Poster")
    PREVIEW = "preview", _("Preview")
    STORYBOARD = "storyboard", _("Storyboard")
    WAVEFORM = "waveform", _("Waveform")
    AUDIO_ONLY = "audio_only", _("Sound only")
    MANIFEST = "manifest", _("Streaming manifest")
    METADATA = "metadata", _("Metadata file")
    DERIVED = "derived", _("Derived")


class VariantStatus(models.TextChoices):
    """How far the making of a variant is."""

    PENDING = "pending", _("Waiting")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


class Variant(models.Model):
    """A file made from an asset's original. A row appears when its file is in its place, never before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="variants")
    variant_type = models.CharField(_("type"), max_length=12, choices=VariantType.choices)
    format = models.CharField(_("format"), max_length=10, help_text=_("mp4, webp, jpg, json, hls, dash …"))
    quality = models.CharField(_("quality"), max_length=20, blank=True, help_text=_("1080p, 640w …"))
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    bitrate = models.PositiveBigIntegerField(_("bit/s"), null=True, blank=True)
    duration = models.FloatField(_("seconds"), null=True, blank=True)
    timestamp = models.FloatField(
        _("second of the original"), null=True, blank=True, help_text=_("Where a still was taken.")
    )
    filename = models.CharField(_("file name"), max_length=300, help_text=_("As offered for download."))
    storage_bucket = models.CharField(max_length=100)
    storage_key = models.CharField(max_length=500)
    cdn_url = models.URLField(max_length=1000, blank=True)
    mime_type = models.CharField(max_length=100)
    file_size = models.BigIntegerField(_("size"))
    checksum = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    processing_status = models.CharField(
        max_length=10, choices=VariantStatus.choices, default=VariantStatus.COMPLETED
    )
    processing_progress = models.PositiveSmallIntegerField(default=100, validators=_PERCENT)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = [
            "variant_type",
            F("height").desc(nulls_last=True),
            F("timestamp").asc(nulls_last=True),
            "id",
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["storage_bucket", "storage_key"], name="assets_variant_place_once"
            ),
            models.CheckConstraint(condition=Q(file_size__gte=0), name="assets_variant_size"),
            models.CheckConstraint(
                condition=Q(processing_progress__lte=100), name="assets_variant_progress_percent"
            ),
        ]
        indexes = [models.Index(fields=["asset", "variant_type"], name="assets_variant_of_asset")]

    def __str__(self) -> str:
        return self.filename

"""What is said, as text with times, beside the pictures."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset
from mediaportal.core.ids import new_id


class CaptionKind(models.TextChoices):
    """What a text track is for, in the words of HTML."""

    SUBTITLES = "subtitles", _("Subtitles")
    CAPTIONS = "captions", _("Captions")
    CHAPTERS = "chapters", _("Chapters")
    DESCRIPTIONS = "descriptions", _("Descriptions")


class Caption(models.Model):
    """A text track of an asset as valid WebVTT, and the file that it was made of, as it came.

    `language` is BCP 47. `version` is raised by each change: whoever edits says which one they saw.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="captions")
    kind = models.CharField(
        _("kind"), max_length=12, choices=CaptionKind.choices, default=CaptionKind.SUBTITLES
    )
    language = models.CharField(_("language"), max_length=35)
    label = models.CharField(_("name"), max_length=100, blank=True)
    is_default = models.BooleanField(_("shown by itself"), default=False)
    storage_bucket = models.CharField(max_length=100)
    storage_key = models.CharField(max_length=500, unique=True)
    file_size = models.PositiveIntegerField(_("size"))
    cues = models.PositiveIntegerField(_("cues"), default=0)
    version = models.PositiveIntegerField(default=1)
    original_key = models.CharField(max_length=500, blank=True)
    original_filename = models.CharField(_("file name"), max_length=255, blank=True)
    original_size = models.PositiveIntegerField(_("size of the file that came"), default=0)
    original_format = models.CharField(_("format"), max_length=10, blank=True)
    original_encoding = models.CharField(_("encoding"), max_length=40, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("brought by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="captions",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("caption")
        verbose_name_plural = _("captions")
        ordering = ["asset_id", "kind", "language", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CaptionKind.values), name="assets_caption_kind"),
            models.UniqueConstraint(
                fields=["asset", "kind", "language", "label"], name="assets_caption_track_once"
            ),
            models.UniqueConstraint(
                fields=["asset", "kind"], condition=Q(is_default=True), name="assets_caption_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.language

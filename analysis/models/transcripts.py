"""The written word of a file as people have corrected it: every save is kept, and the captions that were made of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analysis.models.work import Analysis
from assets.models import Asset, Caption


class TranscriptVersion(models.Model):
    """What a transcript said after one save: `segments` as `analysis.services.speech` keeps them.

    The first one is what the engine heard, written down when somebody corrects it for the first time; it has no author.
    `restored` is the version that a person went back to.
    """

    id = models.BigAutoField(primary_key=True)
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="transcript_versions")
    number = models.PositiveIntegerField(_("version"))
    segments = models.JSONField(_("segments"), default=list)
    count = models.PositiveIntegerField(_("number of segments"), default=0)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    restored = models.PositiveIntegerField(_("restored version"), null=True, blank=True)
    created_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("version of a transcript")
        verbose_name_plural = _("versions of transcripts")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["analysis", "number"], name="analysis_transcript_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="analysis_transcript_version_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.analysis_id}"


class TranscriptCaption(models.Model):
    """The track that was made of an asset's transcript: making it again writes to it, unless somebody has worked on it
    since, which `written` tells: the version of the track that was written last.
    """

    caption = models.OneToOneField(Caption, primary_key=True, on_delete=models.CASCADE, related_name="+")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="transcript_captions")
    written = models.PositiveIntegerField(_("written version"))

    class Meta:
        verbose_name = _("captions of a transcript")
        verbose_name_plural = _("captions of transcripts")

    def __str__(self) -> str:
        return str(self.caption_id)

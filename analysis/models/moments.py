"""Moments: what was found at a time of an asset. The one table behind transcript, timeline and search."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from analysis.models.people import Person
from analysis.models.work import Analysis
from analysis.querysets import MomentQuerySet
from assets.models import Asset


class MomentKind(models.TextChoices):
    """What a moment is of."""

    SPEECH = "speech", _("Speech")
    LABEL = "label", _("Objects and scenes")
    FACE = "face", _("Faces")
    TEXT = "text", _("Text in the picture")
    MODERATION = "moderation", _("Unsafe content")
    SHOT = "shot", _("Shots")
    SOUND = "sound", _("Sounds")
    QUALITY = "quality", _("Picture and sound faults")


class Moment(models.Model):
    """Something from `start` to `end` (seconds from the beginning; both 0 in an image).

    `box` is where in the picture: left, top, width, height as shares of it. `vector` is what search looks in. A face
    has a `person`, whose name is its label, as long as that person consents.
    """

    id = models.BigAutoField(primary_key=True)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="moments", db_index=False)
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="moments")
    kind = models.CharField(_("kind"), max_length=10, choices=MomentKind.choices)
    start = models.FloatField(_("start in seconds"))
    end = models.FloatField(_("end in seconds"))
    text = models.TextField(_("text"), blank=True)
    label = models.CharField(_("label"), max_length=200, blank=True)
    parent = models.CharField(_("above the label"), max_length=200, blank=True)
    confidence = models.FloatField(_("confidence"))
    box = ArrayField(models.FloatField(), size=4, null=True, blank=True)
    speaker = models.CharField(_("speaker"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=35, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    person = models.ForeignKey(
        Person,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="moments",
        db_index=False,
    )
    vector = SearchVectorField(null=True, editable=False)

    objects = MomentQuerySet.as_manager()

    class Meta:
        verbose_name = _("moment")
        verbose_name_plural = _("moments")
        ordering = ["start", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__gte=0) & Q(end__gte=F("start")), name="analysis_moment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(confidence__range=(0.0, 1.0)), name="analysis_moment_confidence"
            ),
            models.CheckConstraint(
                condition=Q(box=None) | Q(box__len=4), name="analysis_moment_box_has_four_sides"
            ),
        ]
        indexes = [
            models.Index(fields=["asset", "kind", "start"], name="analysis_moment_of_asset"),
            GinIndex(fields=["vector"], name="analysis_moment_vector"),
            models.Index(
                fields=["person"], condition=Q(person__isnull=False), name="analysis_moment_of_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.start:.2f}-{self.end:.2f}"

"""What media are known again by, second by second; the works that are protected; and what was found to be alike."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.models.work import Analysis
from analysis.querysets import MatchQuerySet
from assets.models import Asset
from mediaportal.core.ids import new_id


class MatchKind(models.TextChoices):
    """What of two media is alike."""

    PICTURE = "picture", pgettext_lazy("alike", "Pictures")
    SOUND = "sound", pgettext_lazy("alike", "Sound")


class Fingerprint(models.Model):
    """About a second of a medium: its hashes (`values`, as signed numbers) and the `keys` that it is searched by.

    `start` in seconds; `step` is how far apart the values are. Only those of the analysis that is shown are searched.
    """

    id = models.BigAutoField(primary_key=True)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="fingerprints", db_index=False)
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="fingerprints")
    kind = models.CharField(_("kind"), max_length=10, choices=MatchKind.choices)
    method = models.CharField(_("method"), max_length=20)
    start = models.FloatField(_("start in seconds"))
    step = models.FloatField(_("seconds between two values"))
    values = ArrayField(models.BigIntegerField())
    keys = ArrayField(models.IntegerField(), default=list)

    class Meta:
        verbose_name = _("fingerprint")
        verbose_name_plural = _("fingerprints")
        ordering = ["start", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__gte=0) & Q(step__gt=0), name="analysis_fingerprint_has_time"
            )
        ]
        indexes = [
            models.Index(fields=["asset", "kind", "start"], name="analysis_fingerprint_of_asset"),
            GinIndex(fields=["keys"], name="analysis_fingerprint_keys"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.start:.2f}"


class ReferenceWork(models.Model):
    """A work that is protected: everything that comes in is compared with its asset, which is private.
    `visibility_before` is who could see it until then.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, related_name="reference_work")
    title = models.CharField(_("title"), max_length=300)
    holder = models.CharField(_("holder of the rights"), max_length=300, blank=True)
    visibility_before = models.CharField(_("visibility before"), max_length=10, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("protected work")
        verbose_name_plural = _("protected works")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title


class Match(models.Model):
    """Two assets that are alike in pictures or in sound: what `asset` has at t, `other` has at `offset` + `speed` × t.

    Times in seconds; `spans` are the parts that match, each start and end in the one and in the other. `score` is how
    alike they are there, from 0 to 1. `work` is set when `other` is the asset of a protected work.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="matches")
    other = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="matched_by")
    work = models.ForeignKey(
        ReferenceWork, null=True, blank=True, on_delete=models.SET_NULL, related_name="matches"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MatchKind.choices)
    start = models.FloatField(_("start in seconds"))
    end = models.FloatField(_("end in seconds"))
    other_start = models.FloatField(_("start in the other"))
    other_end = models.FloatField(_("end in the other"))
    offset = models.FloatField(_("offset in seconds"))
    speed = models.FloatField(_("speed"), default=1.0)
    score = models.FloatField(_("score"))
    spans = models.JSONField(_("matching parts"), default=list)
    created_at = models.DateTimeField(_("found"), auto_now_add=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-score", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "other", "kind"], name="analysis_match_once"),
            models.CheckConstraint(condition=~Q(asset=F("other")), name="analysis_match_of_two"),
            models.CheckConstraint(
                condition=Q(end__gte=F("start")) & Q(other_end__gte=F("other_start")) & Q(speed__gt=0),
                name="analysis_match_times",
            ),
            models.CheckConstraint(condition=Q(score__range=(0.0, 1.0)), name="analysis_match_score"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} · {self.other_id} · {self.kind}"

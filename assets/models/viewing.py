"""What has been watched: where somebody left off, and how much of an asset its viewers see, without who they are."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset


class WatchPosition(models.Model):
    """Where a person left off, in seconds from the beginning."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watch_positions"
    )
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="watch_positions")
    seconds = models.FloatField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "asset"], name="assets_watchposition_once"),
            models.CheckConstraint(
                condition=models.Q(seconds__gte=0), name="assets_watchposition_not_before_the_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s"


class ViewDay(models.Model):
    """What players have reported of an asset on one day (UTC), all viewers together."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="view_days")
    day = models.DateField()
    plays = models.PositiveIntegerField(_("plays"), default=0)
    seconds = models.FloatField(_("seconds watched"), default=0)
    quality_changes = models.PositiveIntegerField(_("changes of quality"), default=0)
    errors = models.PositiveIntegerField(_("errors"), default=0)

    class Meta:
        verbose_name = _("day of views")
        verbose_name_plural = _("days of views")
        ordering = ["asset_id", "day"]
        constraints = [models.UniqueConstraint(fields=["asset", "day"], name="assets_viewday_once")]

    def __str__(self) -> str:
        return str(self.day)


class RetentionCell(models.Model):
    """How often a piece of an asset was played: the piece that begins at `second` (a whole number of pieces)."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="retention")
    second = models.PositiveIntegerField()
    views = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["asset_id", "second"]
        constraints = [models.UniqueConstraint(fields=["asset", "second"], name="assets_retentioncell_once")]

    def __str__(self) -> str:
        return f"{self.second} s"

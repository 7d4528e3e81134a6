"""Holds that keep an asset from being deleted, whoever wants to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset
from mediaportal.core.ids import new_id


class DeletionHold(models.Model):
    """Somebody wants an asset kept, as for a law suit: until it is lifted nothing of the asset can be deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="deletion_holds")
    reason = models.CharField(_("reason"), max_length=500)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("placed by"), on_delete=models.PROTECT, related_name="+"
    )
    placed_at = models.DateTimeField(_("placed"), auto_now_add=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lifted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("hold on deletion")
        verbose_name_plural = _("holds on deletion")
        ordering = ["-placed_at", "-id"]
        permissions = [("hold_deletion", "Can keep assets from being deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["asset"], condition=Q(lifted_at=None), name="assets_deletion_hold_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reason

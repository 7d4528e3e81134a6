"""Links by which people without an account may watch one asset."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset
from assets.querysets import ShareLinkQuerySet


class Watermark(models.TextChoices):
    """How a name is shown over the pictures of somebody who watches by a link."""

    NONE = "none", _("None")
    OVERLAY = "overlay", _("Drawn over the player")
    BURNT = "burnt", _("Burnt into the pictures")


class ShareLink(models.Model):
    """An address by which anybody who has it may watch one asset, until it expires or is revoked.

    Its id is the secret in the address. `watermark_text` is the name that is shown over the pictures.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="share_links")
    title = models.CharField(_("for whom"), max_length=120, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="share_links",
    )
    password = models.CharField(max_length=128, blank=True, editable=False, help_text=_("Hashed."))
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    allow_download = models.BooleanField(_("may be downloaded"), default=False)
    watermark = models.CharField(
        _("watermark"), max_length=7, choices=Watermark.choices, default=Watermark.NONE
    )
    watermark_text = models.CharField(_("name in the watermark"), max_length=120, blank=True)
    link_epoch = models.PositiveIntegerField(
        default=0, help_text=_("Raised to end every signed address that was given out through it.")
    )
    uses = models.PositiveIntegerField(_("opened"), default=0)
    last_used_at = models.DateTimeField(_("last opened"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["asset", "-created_at"], name="assets_sharelink_of_asset")]

    def __str__(self) -> str:
        return self.title or str(self.pk)

    @property
    def bearer(self) -> str:
        """The name in its watermark."""
        return self.watermark_text or self.title

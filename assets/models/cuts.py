"""What is left of an asset out of which parts were taken for others."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset
from mediaportal.core.ids import new_id


class CutSet(models.Model):
    """The files of an asset without some parts: for everybody who must not have these. No variant names them.

    `parts` are pairs of seconds of the original, as `Asset.cut` said when it was made. `prefix` is the folder in the
    storage, `files` say what lies in it (`services/cuts`), `duration` is in seconds.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="cut_sets")
    parts = models.JSONField()
    prefix = models.CharField(max_length=500, unique=True)
    files = models.JSONField(default=dict)
    duration = models.FloatField(_("seconds"))
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("cut version")
        verbose_name_plural = _("cut versions")
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["asset", "-made_at"], name="assets_cutset_of_asset")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.parts}"

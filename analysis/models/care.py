"""Care for the people who look: how they want to be shown things, and how much they have looked at."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mediaportal.core.ids import new_id


class ModeratorSetting(models.Model):
    """How somebody wants to be shown what may be hard to look at. Without a row everything is on."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="moderator_setting"
    )
    blur = models.BooleanField(_("blurred"), default=True)
    grey = models.BooleanField(_("without colours"), default=True)
    mute = models.BooleanField(_("without sound"), default=True)
    break_cases = models.PositiveIntegerField(_("cases until a break"), default=25)
    break_minutes = models.PositiveIntegerField(_("minutes until a break"), default=50)

    class Meta:
        verbose_name = _("setting of a moderator")
        verbose_name_plural = _("settings of moderators")

    def __str__(self) -> str:
        return f"{self.user_id}"


class Exposure(models.Model):
    """That somebody looked at a case: how long, how bad it was, and how much of it they uncovered, in seconds."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey("Case", on_delete=models.CASCADE, related_name="+")
    severity = models.PositiveSmallIntegerField()
    seconds = models.FloatField(default=0.0)
    uncovered = models.FloatField(default=0.0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("exposure")
        verbose_name_plural = _("exposures")
        indexes = [
            models.Index(fields=["user", "-at"], name="analysis_exposure_of_person"),
            models.Index(fields=["-at"], name="analysis_exposure_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.seconds:.0f}"

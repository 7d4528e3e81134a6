"""What is under way at engines elsewhere, and what they still have to let go of."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mediaportal.core.ids import new_id
from processing.models import Step


class Errand(models.Model):
    """Work at an engine elsewhere for a step: written down before anything lies or runs there, and removed when nothing
    does any longer. Its id is the token by which the engine names what it stages and begins.

    `handle` is the engine's own word for how it stands, empty until something is about to be staged. `begun_at` is
    since when it can be asked after: what a run has left that died before is of no use to another. From `let_go_at` on
    nobody needs it, as its results are stored, it has failed, or it was given up; then, or without its step, it is
    cleared up from `again_at` on, in so many `tries`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    step = models.ForeignKey(Step, null=True, blank=True, on_delete=models.SET_NULL, related_name="errands")
    engine = models.CharField(_("engine"), max_length=20)
    handle = models.TextField(blank=True)
    created_at = models.DateTimeField(_("started"), default=timezone.now)
    begun_at = models.DateTimeField(null=True, blank=True)
    let_go_at = models.DateTimeField(_("ended"), null=True, blank=True)
    again_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(_("attempt"), default=0)

    class Meta:
        verbose_name = _("work elsewhere")
        verbose_name_plural = _("work elsewhere")
        ordering = ["-created_at", "-id"]
        constraints = [
            # Two runs of one step never believe that both of them have begun it.
            models.UniqueConstraint(
                fields=["step"], condition=Q(let_go_at=None), name="analysis_errand_one_under_way"
            )
        ]
        indexes = [models.Index(fields=["again_at"], name="analysis_errand_due")]

    def __str__(self) -> str:
        return f"{self.engine} · {self.step_id}"

"""The outbox of events, and what people are told."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mediaportal.core.ids import new_id


class Event(models.Model):
    """Something that happened, written in the transaction in which it happened. `seq` grows with each row.

    An event belongs to every topic in `topics`, for example `asset:<id>` and `job:<id>`.
    """

    seq = models.BigAutoField(primary_key=True)
    type = models.CharField(_("type"), max_length=40, db_index=True)
    asset_id = models.UUIDField(_("asset"), null=True)
    topics = models.JSONField(default=list)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["asset_id", "seq"], name="notifications_event_asset")]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class Notification(models.Model):
    """One line in a person's bell. `kind` and `data` are turned into words in the reader's language."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="notifications_once")]
        indexes = [
            models.Index(
                fields=["user", "-created_at"], condition=models.Q(read_at=None), name="notifications_unread"
            ),
            models.Index(fields=["user", "-created_at"], name="notifications_of_user"),
        ]

    def __str__(self) -> str:
        return self.kind

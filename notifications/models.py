"""The outbox of events, and what people are told."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from mediaportal.core.ids import new_id


class Event(models.Model):
    """Something that happened, written in the transaction in which it happened.

    An event belongs to every topic in `topics`, for example `asset:<id>` and `job:<id>`. `seq` is given once the
    transaction has committed, in the order of the commits: whoever has seen number N of a topic will never find a
    smaller one that is new (see `services.outbox`).
    """

    id = models.BigAutoField(primary_key=True)
    seq = models.BigIntegerField(_("number"), null=True, unique=True, editable=False)
    type = models.CharField(_("type"), max_length=40, db_index=True)
    asset_id = models.UUIDField(_("asset"), null=True)
    owner_id = models.UUIDField(_("owner"), null=True)
    topics = models.JSONField(default=list)
    data = models.JSONField(default=dict)
    shown = models.BooleanField(default=False, help_text=_("Everyone here could see the asset afterwards."))
    told_all = models.BooleanField(
        default=False, help_text=_("Everyone here could see the asset before or after.")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["asset_id", "id"], name="notifications_event_asset"),
            models.Index(fields=["id"], condition=models.Q(seq=None), name="notifications_event_unsent"),
            GinIndex(fields=["topics"], opclasses=["jsonb_path_ops"], name="notifications_event_topics"),
        ]

    def __str__(self) -> str:
        return f"{self.seq or '–'} {self.type}"


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


class Mail(models.Model):
    """That a line is told by e-mail too: sent once, tried again later when it could not be.

    `next_at` is when somebody may try; empty when it was sent, or given up.
    """

    line = models.OneToOneField(Notification, primary_key=True, on_delete=models.CASCADE, related_name="mail")
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("why it was not sent"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="notifications_mail_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id}"

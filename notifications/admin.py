"""The admin of what was told: the outbox and the bells, to read."""

from django.contrib import admin

from mediaportal.core.admin import ReadOnlyAdmin
from notifications.models import Event, Notification


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Events in the order of their numbers; one without a number has not been sent yet."""

    list_display = ("id", "seq", "type", "asset_id", "at")
    list_filter = ("type", "at")
    search_fields = ("type",)
    id_fields = ("asset_id", "owner_id")
    ordering = ("-id",)
    fields = ("id", "seq", "type", "asset_id", "owner_id", "topics", "data", "shown", "told_all", "at")


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Who was told what, and whether they read it."""

    list_display = ("user", "kind", "read_at", "created_at")
    list_filter = ("kind", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "kind")
    id_fields = ("pk", "user_id", "event__asset_id")
    ordering = ("-created_at",)

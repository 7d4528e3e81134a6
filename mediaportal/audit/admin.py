"""The audit log, to read."""

from django.contrib import admin

from mediaportal.audit.models import Entry
from mediaportal.core.admin import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Who did what to which object."""

    list_display = ("at", "actor", "action", "object_type", "object_id", "address")
    list_filter = ("action", "object_type", "at")
    list_select_related = ("actor",)
    search_fields = ("action", "object_id", "actor__email")
    id_fields = ("object_id", "actor_id")
    date_hierarchy = "at"
    ordering = ("-id",)

"""The audit log, to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mediaportal.audit.models import Entry
from mediaportal.audit.services import reading
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """Those that are not kept from this person."""
        return reading.entries_for(request.user)

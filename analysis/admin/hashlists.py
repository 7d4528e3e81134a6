"""Hash lists in the admin, for those who may keep them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from analysis.models import HashEntry, HashList
from mediaportal.core.admin import ReadOnlyAdmin, foreign_text


@admin.register(HashList)
class HashListAdmin(ReadOnlyAdmin):
    """Hash lists; they are changed on their pages."""

    list_display = ("shown_name", "is_active", "source", "created_by", "created_at")
    list_display_links = ("shown_name",)
    list_filter = ("is_active",)
    list_select_related = ("created_by",)
    search_fields = ("name", "source")
    ordering = ("name", "id")
    fields = ("id", "name", "source", "is_active", "created_by", "created_at")
    readonly_fields = fields

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, found: HashList) -> str:
        """The name as text that somebody wrote."""
        return foreign_text(found.name)


@admin.register(HashEntry)
class HashEntryAdmin(ReadOnlyAdmin):
    """The hashes of all lists."""

    list_display = ("value", "kind", "hash_list", "created_at")
    list_filter = ("kind",)
    list_select_related = ("hash_list",)
    search_fields = ("value__startswith", "hash_list__name")
    ordering = ("-id",)
    show_full_result_count = False
    fields = ("hash_list", "kind", "value", "note", "created_at")
    readonly_fields = fields

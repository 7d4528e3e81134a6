"""Guest links to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assets.models import GuestLink
from mediaportal.core.admin import ReadOnlyAdmin, foreign_text


@admin.register(GuestLink)
class GuestLinkAdmin(ReadOnlyAdmin):
    """Guest links to look at: they are made, changed and ended on their own pages."""

    list_display = (
        "shown_title",
        "created_by",
        "most_files",
        "most_bytes",
        "expires_at",
        "ended_at",
        "created_at",
    )
    list_display_links = ("shown_title",)
    list_filter = ("created_at", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("created_by",)
    search_fields = ("title", "created_by__email")
    ordering = ("-created_at", "-id")

    @admin.display(description=_("title"), ordering="title")
    def shown_title(self, link: GuestLink) -> str:
        """The title as text that somebody wrote."""
        return foreign_text(link.title)

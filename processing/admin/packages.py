"""Packages in the admin, with the ids of their keys; the keys themselves are shown to nobody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mediaportal.core.admin import ReadOnlyAdmin, ReadOnlyTabular, foreign_text
from processing.models import ContentKey, Package


class ContentKeyInline(ReadOnlyTabular):
    """What each key of a package encrypts, and its id."""

    model = ContentKey
    fields = ("label", "kid")
    readonly_fields = fields
    ordering = ("label",)
    show_change_link = False


@admin.register(Package)
class PackageAdmin(ReadOnlyAdmin):
    """Streaming sets by how they are encrypted; found by their own id, and by those of asset, job and keys."""

    list_display = ("shown_asset", "scheme", "tracks", "key_source", "created_at", "ready_at", "retired_at")
    list_display_links = ("shown_asset",)
    list_filter = ("scheme", "key_source", "created_at")
    list_select_related = ("asset",)
    search_fields = ("asset__title", "asset__original_filename")
    id_fields = ("pk", "asset_id", "job_id", "keys__kid")
    ordering = ("-created_at", "-id")
    inlines = (ContentKeyInline,)
    fields = ("id", "asset", "job", "scheme", "tracks", "encrypted_tracks", "key_source", "formats", "created_at",
              "ready_at", "retired_at")  # fmt: skip
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A caller's one key may stand there under several labels."""
        found, _repeated = super().get_search_results(request, queryset, search_term)
        return found.distinct(), False

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, package: Package) -> str:
        """The asset's title as text that somebody wrote."""
        return foreign_text(package.asset.title) if package.asset else ""

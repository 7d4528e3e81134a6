"""The holds on deletion, to look at; they are placed and lifted on the page of the asset."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assets.models import DeletionHold
from mediaportal.core.admin import ReadOnlyAdmin, foreign_text


@admin.register(DeletionHold)
class DeletionHoldAdmin(ReadOnlyAdmin):
    """What must be kept, and what had to be."""

    list_display = ("shown_asset", "reason", "placed_by", "placed_at", "lifted_at")
    list_display_links = ("shown_asset",)
    list_filter = (("lifted_at", admin.EmptyFieldListFilter), "placed_at")
    list_select_related = ("asset", "placed_by")
    search_fields = ("asset__title", "reason")
    id_fields = ("asset_id",)
    ordering = ("-placed_at", "-id")
    fields = ("id", "asset", "reason", "placed_by", "placed_at", "lifted_by", "lifted_at")
    readonly_fields = fields

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, hold: DeletionHold) -> str:
        """The asset's title."""
        return foreign_text(hold.asset.title)

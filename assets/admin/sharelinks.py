"""Share links to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assets.models import ShareLink
from mediaportal.core.admin import ReadOnlyAdmin, foreign_text


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyAdmin):
    """Share links to look at: they are made, changed and revoked on the page of their asset."""

    list_display = (
        "shown_title",
        "shown_asset",
        "created_by",
        "expires_at",
        "revoked_at",
        "allow_download",
        "watermark",
        "uses",
        "last_used_at",
        "created_at",
    )
    list_display_links = ("shown_title",)
    list_filter = ("created_at", ("revoked_at", admin.EmptyFieldListFilter), "watermark", "allow_download")
    list_select_related = ("asset", "created_by")
    search_fields = ("title", "asset__title", "created_by__email")
    ordering = ("-created_at", "-id")
    # The id is the secret in the address, and the password is nobody's to look at.
    exclude = ("id", "password")

    @admin.display(description=_("for whom"), ordering="title")
    def shown_title(self, link: ShareLink) -> str:
        """The title as text that somebody wrote."""
        return foreign_text(link.title or "–")

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, link: ShareLink) -> str:
        """Its asset as text that somebody wrote."""
        return foreign_text(link.asset.title)

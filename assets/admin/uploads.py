"""Files on their way in."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assets.models import UploadSession
from mediaportal.core.admin import ReadOnlyAdmin
from mediaportal.core.fetching import shown


@admin.register(UploadSession)
class UploadSessionAdmin(ReadOnlyAdmin):
    """Files on their way in, and why one was refused."""

    list_display = ("filename", "user", "status", "bytes_received", "bytes_total", "error_code", "created_at")
    list_filter = ("status", "created_at")
    list_select_related = ("user",)
    search_fields = ("filename", "user__email", "error_code")
    id_fields = ("pk", "asset_id", "job_id")
    ordering = ("-created_at",)
    # The whole address may hold a secret of whoever named it.
    exclude = ("origin",)
    readonly_fields = ("came_from",)

    @admin.display(description=_("Address or path"))
    def came_from(self, session: UploadSession) -> str:
        """Where the file was taken from, where the portal has taken it itself."""
        fetched = session.source == UploadSession.Source.URL
        return (shown(session.origin) if fetched else session.origin) or "–"

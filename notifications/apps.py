"""The notifications app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Registers `notifications` and connects its receivers."""

    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Hear what the rooms below tell."""
        from notifications import checks, receivers  # noqa: F401, PLC0415 - connected by import, once apps are ready

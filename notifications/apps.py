"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Registers `notifications` and connects its receivers."""

    name = "notifications"

    def ready(self) -> None:
        """Hear what the rooms below tell."""
        from notifications import receivers  # noqa: F401, PLC0415 - connected by import, once apps are ready

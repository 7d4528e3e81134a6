"""The ground as a Django app: it owns the remembered answers of idempotent writes and the system checks of the machine."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers `mediaportal.core`."""

    name = "mediaportal.core"
    label = "core"

    def ready(self) -> None:
        """Connect the system checks."""
        from mediaportal.core import checks  # noqa: F401, PLC0415 - Django registers checks on import, once apps are ready

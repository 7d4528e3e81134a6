"""The ground floor as a Django app: the table of the idempotency keys and the checks of the machine."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers `mediaportal.core`."""

    name = "mediaportal.core"
    label = "core"

    def ready(self) -> None:
        """Connect the system checks."""
        # Django registers checks on import, once apps are ready.
        from mediaportal.core import checks, keychecks  # noqa: F401, PLC0415

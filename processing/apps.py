"""The processing app."""

from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    """Registers `processing` and connects its receivers."""

    name = "processing"

    def ready(self) -> None:
        """Hear what `assets` tells."""
        from processing import checks, receivers  # noqa: F401, PLC0415 - connected by import, once apps are ready

"""The assets app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssetsConfig(AppConfig):
    """Registers `assets`."""

    name = "assets"
    verbose_name = _("Assets")

    def ready(self) -> None:
        """Connect the system checks."""
        from assets import checks  # noqa: F401, PLC0415 - Django registers checks on import, once apps are ready

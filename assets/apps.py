"""The assets app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssetsConfig(AppConfig):
    """Registers `assets`."""

    name = "assets"
    verbose_name = _("Assets")

    def ready(self) -> None:
        """Connect the system checks, and show the panel of views."""
        from assets import checks  # noqa: F401, PLC0415 - Django registers checks on import, once apps are ready
        from assets.registry import Panel, register_panel  # noqa: PLC0415

        register_panel(Panel("views", _("Views"), "asset-views", order=50, changers_only=True))

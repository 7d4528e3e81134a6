"""The assets app."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    """Registers `assets`."""

    name = "assets"

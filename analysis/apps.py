"""The analysis app."""

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class AnalysisConfig(AppConfig):
    """Registers `analysis` and connects its receivers."""

    name = "analysis"
    verbose_name = pgettext_lazy("part of the portal", "Analysis")

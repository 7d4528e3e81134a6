"""The analysis app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assets.registry import Panel, register_option_validator, register_panel


class AnalysisConfig(AppConfig):
    """Registers `analysis` and connects its receivers."""

    name = "analysis"
    verbose_name = pgettext_lazy("part of the portal", "Analysis")

    def ready(self) -> None:
        """Name the engines and the steps, hear what the apps below tell, and take a place on the asset page."""
        # Models may be imported only now, and importing these connects them.
        from analysis import checks, engines, receivers  # noqa: F401, PLC0415
        from analysis.engines.aws import AwsEngine  # noqa: PLC0415
        from analysis.engines.local import LocalEngine  # noqa: PLC0415
        from analysis.pipeline import STEPS  # noqa: PLC0415
        from analysis.services import accounts, automatic  # noqa: PLC0415
        from analysis.steps.looking import WAITS  # noqa: PLC0415
        from processing.pipeline import add_job_plans  # noqa: PLC0415
        from processing.services.waiting import add_words  # noqa: PLC0415

        engines.register(LocalEngine())
        engines.register(AwsEngine(accounts.options))
        add_job_plans(STEPS)
        add_words(WAITS)
        register_option_validator(automatic.validate_options, lists=[automatic.TYPES, automatic.LANGUAGES])
        register_panel(Panel("analyses", _("Analyses"), "asset-analyses", order=30))

"""The analysis app."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assets.offers import UploadPart, register_option_validator, register_upload_part
from assets.registry import (
    InsideSearch,
    Panel,
    PlacePart,
    ReviewDesk,
    register_inside_search,
    register_panel,
    register_place_part,
    register_review_desk,
    register_upload_bar,
    register_veil,
)


class AnalysisConfig(AppConfig):
    """Registers `analysis` and connects its receivers."""

    name = "analysis"
    verbose_name = pgettext_lazy("part of the portal", "Analysis")

    def ready(self) -> None:
        """Name the engines and the steps, hear what the apps below tell, and take a place on the asset page."""
        # Models may be imported only now, and importing these connects them.
        from analysis import access, checks, engines, receivers  # noqa: F401, PLC0415
        from analysis.engines import local  # noqa: PLC0415
        from analysis.engines.aws import AwsAlbum, AwsEngine  # noqa: PLC0415
        from analysis.pipeline import KEYFRAMES, STEPS  # noqa: PLC0415
        from analysis.services import accounts, automatic, searching, wanted, whisper  # noqa: PLC0415
        from analysis.services.moderation import claiming, secrecy, strikes, veiling  # noqa: PLC0415
        from analysis.steps import door  # noqa: PLC0415
        from analysis.steps.looking import WAITS  # noqa: PLC0415
        from mediaportal.audit.services.reading import register_secrets  # noqa: PLC0415
        from processing.pipeline import add_job_plans, add_step  # noqa: PLC0415
        from processing.services.waiting import add_words  # noqa: PLC0415

        models = Path(settings.MODEL_DIR).absolute() if settings.MODEL_DIR else None
        hub = whisper.hub() if settings.WHISPER_FETCH else None
        listening = local.hearing_parts(whisper.models(), whisper=settings.WHISPER_MODEL, hub=hub)
        engines.register(local.LocalEngine(local.sight_parts(models), listening))
        engines.register(AwsEngine(accounts.options), album=AwsAlbum(accounts.options))
        add_job_plans(STEPS)
        add_job_plans(KEYFRAMES)
        add_step(door.PLAN, kinds=["video", "image"])
        add_words(WAITS)
        register_option_validator(automatic.validate_options, lists=[automatic.TYPES, automatic.LANGUAGES])
        register_upload_bar(strikes.bar)
        register_secrets(secrecy.entries)
        register_veil(veiling.veil)
        register_inside_search(InsideSearch(searching.find, searching.places))
        register_upload_part(UploadPart("analyses", "analysis/upload.html", wanted.offer))
        register_place_part(PlacePart("analyses", _("Analyses"), "collection-analyses", "scan-search"))
        register_panel(Panel("timeline", _("Timeline"), "asset-timeline", order=5, place="stage"))
        register_panel(Panel("keyframes", _("Key frames"), "asset-keyframes", order=16))
        register_panel(Panel("analyses", _("Analyses"), "asset-analyses", order=30))
        register_panel(Panel("matches", _("Alike"), "asset-matches", order=31))
        register_panel(Panel("cases", _("Cases"), "asset-cases", order=10, readers=access.can_review))
        register_review_desk(ReviewDesk(access.can_review, claiming.count_waiting, "review-queue"))

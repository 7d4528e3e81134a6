"""The processing app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assets.offers import UploadChoice, register_option_validator, register_upload_choice
from assets.registry import (
    Burner,
    NoFile,
    Panel,
    register_burner,
    register_estimator,
    register_no_file,
    register_panel,
    register_playback,
    register_step_words,
    register_storage_claim,
    register_unmendable,
    register_work_lock,
)
from mediaportal.core import resealing


class ProcessingConfig(AppConfig):
    """Registers `processing` and connects its receivers."""

    name = "processing"
    verbose_name = pgettext_lazy("part of the portal", "Processing")

    def ready(self) -> None:
        """Hear what `assets` tells, and take a place on the asset page."""
        # Models may be imported only now, and importing these connects them.
        from processing import checks, receivers  # noqa: F401, PLC0415
        from processing.exceptions import OF_THE_FILE  # noqa: PLC0415
        from processing.pipeline import step_words  # noqa: PLC0415
        from processing.services import (  # noqa: PLC0415
            burning,
            keys,
            leases,
            licences,
            linksets,
            packages,
            sweeping,
        )
        from processing.services.estimates import expected_seconds  # noqa: PLC0415
        from processing.services.presets import preset_choices, ship, validate_options  # noqa: PLC0415

        resealing.register(resealing.SealedColumn("processing.ContentKey", keys.place_of))
        post_migrate.connect(
            lambda **_: ship(), sender=self, weak=False, dispatch_uid="processing.ship_presets"
        )
        register_option_validator(validate_options, names=["preset", "watermark", "poster"])
        register_upload_choice(UploadChoice("preset", _("Renditions of videos"), preset_choices))
        register_option_validator(packages.validate_options, flags=[packages.OPTION])
        register_upload_choice(UploadChoice(packages.OPTION, _("Encryption"), packages.choices))
        register_estimator(lambda asset: expected_seconds(asset=asset))
        register_step_words(step_words)
        register_storage_claim(sweeping.in_use)
        register_work_lock(leases.lock_jobs_of)
        register_unmendable(OF_THE_FILE)
        register_no_file(NoFile("license", licences.LICENSE_PLACE, "POST", licences.answer_license))
        register_no_file(NoFile("key", keys.KEY_PLACE, "GET", licences.answer_key))
        register_playback(licences.playback_part)
        register_burner(Burner(burning.refuses, burning.settle, linksets.set_of, burning.states))
        register_panel(Panel("steps", _("Processing"), "job-steps", order=10))
        register_panel(Panel("packages", _("Streaming"), "asset-packages", order=20))
        register_panel(Panel("pictures", _("Pictures"), "asset-pictures", order=15))

"""What was asked for, and what became of it: an order, and one analysis for each of its types."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.querysets import AnalysisQuerySet, OrderQuerySet
from assets.models import Asset, Collection, UploadSession
from mediaportal.core.ids import new_id
from mediaportal.core.languages import as_tag
from processing.models import Job

_SHARE = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class Type(models.TextChoices):
    """What an analysis looks or listens for; the same words as `analysis.engines.base.Type`."""

    TRANSCRIPTION = "transcription", _("Speech")
    MODERATION = "moderation", _("Unsafe content")
    OBJECTS = "objects", _("Objects and scenes")
    FACES = "faces", _("Faces")
    TEXT = "text", _("Text in the picture")
    SHOTS = "shots", _("Shots")
    FINGERPRINT = "fingerprint", _("Fingerprint")
    QUALITY = "quality", _("Picture and sound faults")


class EngineChoice(models.TextChoices):
    """Which engine is wanted: one by its name, or whichever can."""

    AUTO = "auto", pgettext_lazy("engine", "Automatic")
    LOCAL = "local", pgettext_lazy("engine", "On our own machines")
    AWS = "aws", pgettext_lazy("engine", "Amazon Web Services")


class Status(models.TextChoices):
    """Where an analysis stands."""

    PENDING = "pending", _("Waiting")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (Status.PENDING, Status.PROCESSING)


class Order(models.Model):
    """Analyses of one asset that were asked for at once; its id is the `analysis_id` of the contract.

    One for a file that is still to be fetched has its upload and no asset yet, one of a file that is still being
    processed no job. `asked_by` is empty where the upload or a collection asked for it. `charged` are the collections
    whose budgets it counts against, wherever the asset stands later.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.CASCADE, related_name="analysis_orders"
    )
    upload = models.ForeignKey(
        UploadSession, null=True, blank=True, on_delete=models.SET_NULL, related_name="analysis_orders"
    )
    job = models.OneToOneField(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="analysis_order"
    )
    engine = models.CharField(
        _("wanted engine"), max_length=20, choices=EngineChoice.choices, default=EngineChoice.AUTO
    )
    types = ArrayField(models.CharField(max_length=20, choices=Type.choices), verbose_name=_("types"))
    languages = ArrayField(
        models.CharField(max_length=35), verbose_name=_("languages"), default=list, blank=True
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    charged = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("analysis order")
        verbose_name_plural = _("analysis orders")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(types=[]), name="analysis_order_has_types"),
            models.CheckConstraint(
                condition=Q(job=None) | Q(asset__isnull=False), name="analysis_order_job_has_asset"
            ),
        ]
        indexes = [models.Index(fields=["asset", "-created_at"], name="analysis_order_of_asset")]

    def __str__(self) -> str:
        return f"{', '.join(self.types)} · {self.asset_id}"


class Analysis(models.Model):
    """One type of an order: which engine does it, where it stands, and what it found in short.

    `results` is a summary; what has a time stands in moments. `is_current` marks the one whose moments are shown and
    searched: the newest completed of an asset and type, unless a person has `chosen` another. `cost` in US dollars;
    `reserved` is what it may cost, which counts while it is open. `compared_at` is when a fingerprint was compared with
    all others; empty while that is still to come.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="analyses")
    asset = models.ForeignKey(Asset, null=True, blank=True, on_delete=models.CASCADE, related_name="analyses")
    type = models.CharField(_("type"), max_length=20, choices=Type.choices)
    engine = models.CharField(_("engine"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=35, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    confidence = models.FloatField(_("confidence"), null=True, blank=True, validators=_SHARE)
    results = models.JSONField(_("results"), default=dict, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(_("error"), blank=True)
    aws_job_id = models.CharField(max_length=200, blank=True)
    cost = models.DecimalField(_("cost in US dollars"), max_digits=12, decimal_places=6, default=0)
    reserved = models.DecimalField(
        _("estimated cost in US dollars"), max_digits=12, decimal_places=6, default=0
    )
    is_current = models.BooleanField(_("shown"), default=False)
    chosen = models.BooleanField(_("chosen by a person"), default=False)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    completed_at = models.DateTimeField(_("ended"), null=True, blank=True)
    compared_at = models.DateTimeField(_("compared"), null=True, blank=True)

    objects = AnalysisQuerySet.as_manager()

    class Meta:
        verbose_name = _("analysis")
        verbose_name_plural = _("analyses")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "type"], name="analysis_analysis_type_once"),
            models.UniqueConstraint(
                fields=["asset", "type"], condition=Q(is_current=True), name="analysis_analysis_one_current"
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(status="completed"),
                name="analysis_analysis_current_is_done",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error_code=""), name="analysis_analysis_failed_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__range=(0.0, 1.0)),
                name="analysis_analysis_confidence",
            ),
            models.CheckConstraint(
                condition=Q(cost__gte=0) & Q(reserved__gte=0), name="analysis_analysis_cost"
            ),
        ]
        indexes = [
            models.Index(fields=["asset", "type", "-created_at"], name="analysis_analysis_of_asset"),
            models.Index(
                fields=["completed_at"],
                condition=Q(cost__gt=0) | Q(reserved__gt=0),
                name="analysis_analysis_paid",
            ),
            models.Index(
                fields=["completed_at"],
                condition=Q(type="fingerprint", is_current=True, compared_at=None),
                name="analysis_analysis_uncompared",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} · {self.asset_id}"


class Publishing(models.TextChoices):
    """Whether others see what comes in before the policies have looked at it."""

    HOLD = "hold", pgettext_lazy("publishing", "Hold first: once the policies agree")
    PUBLISH = "publish", pgettext_lazy("publishing", "Publish first: the policies look afterwards")


class CollectionSetting(models.Model):
    """What is done with everything that comes into a collection or into one inside it: which types, by which engine, in
    which languages.

    `names_people` lets people who have consented be named in it. `monthly_budget` is what analyses of what lies in it
    may cost in a month, in US dollars; empty: no bound of its own. `only_here`: nothing of it is sent to a service
    elsewhere, whoever asks.
    """

    collection = models.OneToOneField(
        Collection, primary_key=True, on_delete=models.CASCADE, related_name="analysis_setting"
    )
    types = ArrayField(
        models.CharField(max_length=20, choices=Type.choices),
        verbose_name=_("types"),
        default=list,
        blank=True,
    )
    languages = ArrayField(
        models.CharField(max_length=35), verbose_name=_("languages"), default=list, blank=True
    )
    engine = models.CharField(
        _("wanted engine"), max_length=20, choices=EngineChoice.choices, default=EngineChoice.AUTO
    )
    only_here = models.BooleanField(
        _("only on our own machines"),
        default=False,
        help_text=_("Nothing in it, and in the collections inside it, is sent to a service elsewhere."),
    )
    names_people = models.BooleanField(
        _("name people"),
        default=False,
        help_text=_(
            "People who have consented are named in what lies here, where the installation allows it."
        ),
    )
    publishing = models.CharField(
        _("publishing"),
        max_length=7,
        choices=Publishing.choices,
        blank=True,
        help_text=_("Whether what comes in waits for the policies; empty: as the collection around it."),
    )
    monthly_budget = models.DecimalField(
        _("monthly budget in US dollars"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    class Meta:
        verbose_name = _("analysis of a collection")
        verbose_name_plural = _("analyses of collections")

    def __str__(self) -> str:
        return str(self.collection)

    def clean(self) -> None:
        """Refuse languages that are none; raises `ValidationError`."""
        wrong = [language for language in self.languages if as_tag(language) is None]
        if wrong:
            raise ValidationError(
                {"languages": _("These are no languages, such as ar or en-GB: %s.") % ", ".join(wrong)}
            )

"""Jobs and their steps. PostgreSQL is the only truth about work: a Celery message only says "queue X has work"."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from mediaportal.core.ids import new_id
from processing.querysets import JobQuerySet, StepQuerySet


class JobType(models.TextChoices):
    """What a job is for."""

    INGEST = "ingest", _("First processing")
    QUALITY = "quality", _("Measuring quality")
    PACKAGE = "package", _("Packaging")
    TRANSCODE = "transcode", _("Transcoding")
    PREVIEW = "preview", _("Preview")
    SHARE = "share", _("Pictures for a share link")
    CUT = "cut", _("Taking parts out")
    ANALYZE = "analyze", _("Analysis")


class Status(models.TextChoices):
    """Where a job or a step stands."""

    PENDING = "pending", _("Waiting")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (Status.PENDING, Status.PROCESSING)
NOBODY = UUID(int=0)


class Queue(models.TextChoices):
    """The Celery queues that steps wait in."""

    INGEST = "ingest"
    TRANSCODE = "transcode"
    ANALYSIS = "analysis"
    NOTIFY = "notify"


class Job(models.Model):
    """All the work on one asset that was asked for at once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="jobs")
    job_type = models.CharField(_("type"), max_length=12, choices=JobType.choices, default=JobType.INGEST)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    priority = models.SmallIntegerField(_("priority"), default=0, help_text=_("Higher goes first."))
    turn_key = models.UUIDField(
        default=NOBODY, editable=False, help_text=_("For whom the work is done: owners take turns.")
    )
    progress = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    parameters = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(_("error"), blank=True)
    aws_job_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    completed_at = models.DateTimeField(_("ended"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(progress__lte=100), name="processing_job_progress_percent"),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error_code=""), name="processing_job_failed_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at"], name="processing_job_status"),
            models.Index(fields=["asset", "-created_at"], name="processing_job_of_asset"),
        ]

    def __str__(self) -> str:
        return f"{self.get_job_type_display()} · {self.asset_id}"


class Step(models.Model):
    """One piece of a job that one worker does in one go, holding a lease while it does.

    `ready_at` is set once every step named in `depends_on` has completed; only then may it be claimed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(_("name"), max_length=40)
    position = models.PositiveSmallIntegerField()
    queue = models.CharField(_("queue"), max_length=12, choices=Queue.choices)
    depends_on = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    weight = models.PositiveSmallIntegerField(default=1, help_text=_("Its share of the job's progress."))
    urgency = models.SmallIntegerField(
        default=0, help_text=_("Steps of a higher urgency go before all others, whoever they are for.")
    )
    parameters = models.JSONField(default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    progress = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    completed_at = models.DateTimeField(_("ended"), null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(_("error"), blank=True)
    log = models.TextField(_("end of the program's output"), blank=True)
    results = models.JSONField(default=dict, blank=True)
    cpu_seconds = models.FloatField(null=True, blank=True)
    work = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text=_("What it amounts to, as far as that was known before: units by measure."),
    )

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["job", "position"]
        constraints = [
            models.UniqueConstraint(fields=["job", "name"], name="processing_step_once_in_job"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="processing_step_progress_percent"),
            models.CheckConstraint(
                condition=~Q(status="processing") | Q(lease_until__isnull=False), name="processing_step_lease"
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "ready_at"],
                condition=Q(status="pending", ready_at__isnull=False),
                name="processing_step_claimable",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(status="processing"), name="processing_step_leases"
            ),
            models.Index(
                fields=["completed_at"], condition=Q(status="completed"), name="processing_step_completed"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """When somebody's work in a queue was last begun: who has waited longest since then comes next."""

    queue = models.CharField(max_length=12, choices=Queue.choices)
    turn_key = models.UUIDField()
    served_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "turn_key"], name="processing_turn_once")]

    def __str__(self) -> str:
        return f"{self.queue} {self.turn_key}"


class Speed(models.Model):
    """How fast a kind of work is on a machine of this installation, learned from the work done.

    `measure` names the kind of work and its unit (`processing.services.measures` and `.speeds` say which), `seconds` is
    what one unit takes, as a moving mean over `samples`.
    """

    host = models.CharField(max_length=120)
    measure = models.CharField(max_length=80)
    seconds = models.FloatField()
    samples = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "measure"], name="processing_speed_once")]

    def __str__(self) -> str:
        return f"{self.measure} on {self.host}"


class Preset(models.Model):
    """A recipe as data: which rungs a video gets and how they are made. `recipe` has the form of
    `processing.ffmpeg.ladder.Ladder`; exactly one preset is the default.
    """

    slug = models.SlugField(_("name"), unique=True)
    title = models.CharField(_("title"), max_length=100)
    description = models.CharField(_("description"), max_length=300, blank=True)
    recipe = models.JSONField(_("recipe"))
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("preset")
        verbose_name_plural = _("presets")
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="processing_preset_one_default"
            )
        ]

    def __str__(self) -> str:
        return self.title

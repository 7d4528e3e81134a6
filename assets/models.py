"""Assets, the variants made of them, and the uploads that bring them in.

Each status is a column of its own with one meaning, and moves only by a conditional update in a service.
"""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assets.querysets import AssetQuerySet, UploadSessionQuerySet, VariantQuerySet
from mediaportal.core.ids import new_id

_PERCENT = [MaxValueValidator(100)]


class Kind(models.TextChoices):
    """What a file is to a person."""

    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Audio")
    IMAGE = "image", _("Image")


class UploadStatus(models.TextChoices):
    """How far the way of the file is, from the first byte to the last step."""

    PENDING = "pending", _("Waiting")
    UPLOADING = "uploading", _("Uploading")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


class ScanVerdict(models.TextChoices):
    """What the gate's scanner says of the bytes."""

    PENDING = "pending", _("Not yet checked")
    CLEAN = "clean", _("Clean")
    INFECTED = "infected", _("Infected")
    UNSCANNED = "unscanned", _("Not scanned")
    UNSCANNABLE = "unscannable", _("Cannot be scanned")


class ProcessingVerdict(models.TextChoices):
    """What became of the job."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class PolicyVerdict(models.TextChoices):
    """What the policies say of the content."""

    PASS = "pass", _("Pass")
    REVIEW = "review", _("Review")
    BLOCK = "block", _("Block")


class Publication(models.TextChoices):
    """Whether others than the owner and the staff may see it: derived from the three verdicts."""

    HELD = "held", _("Held")
    PUBLISHED = "published", _("Published")
    BLOCKED = "blocked", _("Blocked")


class Visibility(models.TextChoices):
    """Who may see it once it is published."""

    PRIVATE = "private", _("Only me")
    INTERNAL = "internal", _("Everyone here")
    PUBLIC = "public", _("Anyone with the address")

    @classmethod
    def offered(cls) -> list[tuple[str, str]]:
        """What can be chosen: the portal has no page yet that is open to those who are not signed in."""
        return [(one.value, str(one.label)) for one in (cls.PRIVATE, cls.INTERNAL)]


class Asset(models.Model):
    """One video, sound or image that the organisation keeps, with its original file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=255)
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    original_filename = models.CharField(_("file name"), max_length=255)
    mime_type = models.CharField(_("media type"), max_length=100)
    file_size = models.BigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64, db_index=True)
    storage_bucket = models.CharField(max_length=100)
    storage_key = models.CharField(max_length=500)
    cdn_url = models.URLField(max_length=1000, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="assets"
    )
    job_id = models.UUIDField(
        _("job"), default=new_id, unique=True, help_text=_("The job that processes it.")
    )
    duration = models.FloatField(_("duration in seconds"), null=True, blank=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    metadata = models.JSONField(_("technical metadata"), default=dict, blank=True)
    upload_status = models.CharField(
        max_length=10, choices=UploadStatus.choices, default=UploadStatus.PENDING
    )
    upload_progress = models.PositiveSmallIntegerField(default=0, validators=_PERCENT)
    scan_verdict = models.CharField(max_length=12, choices=ScanVerdict.choices, default=ScanVerdict.PENDING)
    scan_detail = models.CharField(max_length=200, blank=True)
    processing_verdict = models.CharField(
        max_length=8, choices=ProcessingVerdict.choices, default=ProcessingVerdict.PENDING
    )
    policy_verdict = models.CharField(max_length=8, choices=PolicyVerdict.choices, default=PolicyVerdict.PASS)
    publication = models.CharField(max_length=10, choices=Publication.choices, default=Publication.HELD)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(blank=True)
    link_epoch = models.PositiveIntegerField(
        default=0, help_text=_("Raised to end every signed link to its files.")
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(_("in the trash since"), null=True, blank=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        ordering = ["-created_at", "-id"]
        permissions = [
            ("see_all_assets", "Can see everybody's assets"),
            ("manage_all_assets", "Can change everybody's assets"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(file_size__gt=0), name="assets_asset_size_positive"),
            models.CheckConstraint(
                condition=Q(upload_progress__lte=100), name="assets_asset_progress_percent"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="assets_asset_kind"),
            models.CheckConstraint(
                condition=~Q(publication="published")
                | Q(
                    scan_verdict__in=["clean", "unscanned"], processing_verdict="done", policy_verdict="pass"
                ),
                name="assets_asset_published_only_when_all_agree",
            ),
            models.UniqueConstraint(fields=["storage_bucket", "storage_key"], name="assets_asset_place_once"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="assets_asset_newest"),
            models.Index(fields=["uploaded_by", "-created_at"], name="assets_asset_owner"),
            models.Index(fields=["upload_status"], name="assets_asset_status"),
            models.Index(fields=["kind", "-created_at"], name="assets_asset_kind_newest"),
            models.Index(
                fields=["visibility", "-created_at"],
                condition=Q(publication="published", deleted_at=None),
                name="assets_asset_seen_by_others",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class VariantType(models.TextChoices):
    """What a file made from the original is for."""

    ORIGINAL = "original", _("Original")
    RENDITION = "rendition", _("Rendition")
    THUMBNAIL = "thumbnail", _("Thumbnail")
    POSTER = "poster", _("Poster")
    PREVIEW = "preview", _("Preview")
    STORYBOARD = "storyboard", _("Storyboard")
    WAVEFORM = "waveform", _("Waveform")
    AUDIO_ONLY = "audio_only", _("Sound only")
    MANIFEST = "manifest", _("Streaming manifest")
    METADATA = "metadata", _("Metadata file")
    DERIVED = "derived", _("Derived")


class VariantStatus(models.TextChoices):
    """How far the making of a variant is."""

    PENDING = "pending", _("Waiting")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


class Variant(models.Model):
    """A file made from an asset's original. A row appears when its file is in its place, never before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="variants")
    variant_type = models.CharField(_("type"), max_length=12, choices=VariantType.choices)
    format = models.CharField(_("format"), max_length=10, help_text=_("mp4, webp, jpg, json, hls, dash …"))
    quality = models.CharField(_("quality"), max_length=20, blank=True, help_text=_("1080p, 640w …"))
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    bitrate = models.PositiveBigIntegerField(_("bit/s"), null=True, blank=True)
    duration = models.FloatField(_("seconds"), null=True, blank=True)
    timestamp = models.FloatField(
        _("second of the original"), null=True, blank=True, help_text=_("Where a still was taken.")
    )
    filename = models.CharField(_("file name"), max_length=300, help_text=_("As offered for download."))
    storage_bucket = models.CharField(max_length=100)
    storage_key = models.CharField(max_length=500)
    cdn_url = models.URLField(max_length=1000, blank=True)
    mime_type = models.CharField(max_length=100)
    file_size = models.BigIntegerField(_("size"))
    checksum = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    processing_status = models.CharField(
        max_length=10, choices=VariantStatus.choices, default=VariantStatus.COMPLETED
    )
    processing_progress = models.PositiveSmallIntegerField(default=100, validators=_PERCENT)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = [
            "variant_type",
            F("height").desc(nulls_last=True),
            F("timestamp").asc(nulls_last=True),
            "id",
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["storage_bucket", "storage_key"], name="assets_variant_place_once"
            ),
            models.CheckConstraint(condition=Q(file_size__gte=0), name="assets_variant_size"),
            models.CheckConstraint(
                condition=Q(processing_progress__lte=100), name="assets_variant_progress_percent"
            ),
        ]
        indexes = [models.Index(fields=["asset", "variant_type"], name="assets_variant_of_asset")]

    def __str__(self) -> str:
        return self.filename


class UploadSession(models.Model):
    """One file on its way in, from the first byte to acceptance or refusal."""

    class Status(models.TextChoices):
        """Where the upload stands; after acceptance the asset and its job tell the rest."""

        UPLOADING = "uploading", _("Uploading")
        ACCEPTED = "accepted", _("Accepted")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    filename = models.CharField(max_length=255)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UPLOADING)
    bytes_total = models.BigIntegerField(null=True)
    bytes_received = models.BigIntegerField(default=0)
    metadata = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    asset = models.OneToOneField(Asset, null=True, on_delete=models.CASCADE, related_name="upload")
    job_id = models.UUIDField(default=new_id, unique=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UploadSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(asset__isnull=False),
                name="assets_upload_accepted_has_asset",
            ),
        ]
        indexes = [models.Index(fields=["status", "updated_at"], name="assets_upload_stale")]

    def __str__(self) -> str:
        return self.filename

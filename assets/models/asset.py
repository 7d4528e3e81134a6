"""The asset: one video, sound or image that the organisation keeps."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models.places import Collection, GuestLink, Tag
from assets.models.verdicts import (
    Block,
    Hold,
    Kind,
    PolicyVerdict,
    ProcessingVerdict,
    Publication,
    ScanVerdict,
    UploadStatus,
    Visibility,
)
from assets.querysets import AssetQuerySet
from mediaportal.accounts.ages import AgeRating
from mediaportal.core.ids import new_id

_PERCENT = [MaxValueValidator(100)]


class Asset(models.Model):
    """One video, sound or image that the organisation keeps, with its original file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=255)
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    original_filename = models.CharField(_("file name"), max_length=255)
    mime_type = models.CharField(_("media type"), max_length=100)
    file_size = models.BigIntegerField(_("size"))
    sha256 = models.CharField(
        max_length=64,
        db_index=True,
        blank=True,
        help_text=_("Empty until a worker has read an object's bytes."),
    )
    storage_bucket = models.CharField(max_length=100)
    storage_key = models.CharField(max_length=500)
    cdn_url = models.URLField(max_length=1000, blank=True)
    collections = models.ManyToManyField(
        Collection, verbose_name=_("collections"), blank=True, related_name="assets"
    )
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), blank=True, related_name="assets")
    guest_link = models.ForeignKey(
        GuestLink,
        verbose_name=_("guest link"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assets",
    )
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
    scanned_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text=_("When its original was last given to the scanner.")
    )
    scan_released_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When a manager let a file through that cannot be scanned.")
    )
    original_removed_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When the original's bytes were deleted while its record was kept."),
    )
    processing_verdict = models.CharField(
        max_length=8, choices=ProcessingVerdict.choices, default=ProcessingVerdict.PENDING
    )
    policy_verdict = models.CharField(max_length=8, choices=PolicyVerdict.choices, default=PolicyVerdict.PASS)
    holds = ArrayField(
        models.CharField(max_length=20, choices=Hold.choices),
        default=list,
        blank=True,
        help_text=_("Why the policies want somebody to look at it before it is published."),
    )
    blocks = ArrayField(
        models.CharField(max_length=20, choices=Block.choices),
        default=list,
        blank=True,
        help_text=_("Why the policies let nobody see it."),
    )
    publication = models.CharField(max_length=10, choices=Publication.choices, default=Publication.HELD)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    age_rating = models.CharField(
        _("for whom"), max_length=3, choices=AgeRating.choices, default=AgeRating.ALL
    )
    imposed_rating = models.CharField(
        _("for whom at least, by a decision"), max_length=3, choices=AgeRating.choices, default=AgeRating.ALL
    )
    visibility_cap = models.CharField(
        _("who may see it at most, by a decision"), max_length=10, choices=Visibility.choices, blank=True
    )
    blocked_regions = ArrayField(
        models.CharField(max_length=2),
        verbose_name=_("regions in which it is not shown"),
        default=list,
        blank=True,
        help_text=_("Two letters of ISO 3166 each."),
    )
    cut = models.JSONField(
        _("parts that others must not have"),
        default=list,
        blank=True,
        help_text=_("Pairs of seconds, in the order of time; by a decision."),
    )
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(blank=True)
    allow_download = models.BooleanField(
        _("may be downloaded"),
        default=True,
        help_text=_("By those who may watch it; who may change it always may."),
    )
    encryption = models.CharField(
        _("encryption"),
        max_length=5,
        blank=True,
        help_text=_("How its streaming set is, or will be, encrypted: cbcs, cenc; empty: not at all."),
    )
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
                condition=Q(encryption__in=["", "cbcs", "cenc"]), name="assets_asset_encryption"
            ),
            models.CheckConstraint(
                condition=~Q(publication="published")
                | Q(
                    Q(scan_verdict__in=["clean", "unscanned"])
                    | Q(scan_verdict="unscannable", scan_released_at__isnull=False),
                    processing_verdict="done",
                    policy_verdict="pass",
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

    veiled = False
    """Whether whoever reads this row is not to know what was decided on it; told by `visible_to`."""

    @property
    def decided_against(self) -> bool:
        """Whether a decision blocks it, or lets fewer people see it than its owner has chosen."""
        restricted = self.imposed_rating != AgeRating.ALL or self.visibility_cap or self.blocked_regions
        return not self.veiled and (Block.DECISION in self.blocks or bool(restricted))

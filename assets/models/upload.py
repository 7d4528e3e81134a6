"""The uploads that bring files in."""

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset
from assets.models.places import GuestLink
from assets.models.verdicts import Kind
from assets.querysets import UploadSessionQuerySet
from mediaportal.core.ids import new_id


class UploadSession(models.Model):
    """One file on its way in, from the first byte to acceptance or refusal."""

    class Status(models.TextChoices):
        """Where the upload stands; after acceptance the asset and its job tell the rest."""

        UPLOADING = "uploading", _("Uploading")
        ACCEPTED = "accepted", _("Accepted")
        FAILED = "failed", _("Failed")

    class Source(models.TextChoices):
        """The door that its bytes come through."""

        FORM = "form", _("Form")
        TUS = "tus", _("Resumable upload")
        S3 = "s3", _("Straight to the bucket")
        URL = "url", _("Import by address")
        FOLDER = "folder", _("Folder")

    class Concat(models.TextChoices):
        """Its part in a tus concatenation."""

        NONE = "", _("Whole file")
        PARTIAL = "partial", _("Part")
        FINAL = "final", _("Joined from parts")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.FORM)
    guest_link = models.ForeignKey(
        GuestLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    filename = models.CharField(max_length=255)
    kind = models.CharField(
        max_length=8, blank=True, choices=Kind.choices, help_text=_("What the file was announced as.")
    )
    announced_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("The hash that the client named; other bytes are refused.")
    )
    origin = models.TextField(
        blank=True, help_text=_("The address or path that an import takes the file from.")
    )
    concat = models.CharField(max_length=8, choices=Concat.choices, blank=True, default=Concat.NONE)
    parts = models.JSONField(
        default=list, help_text=_("The ids of the parts that it is joined from, in order.")
    )
    storage_key = models.CharField(
        max_length=500, blank=True, help_text=_("The object's key while it comes straight to a bucket.")
    )
    multipart_id = models.CharField(
        max_length=1000, blank=True, help_text=_("The bucket's own id of a multipart upload.")
    )
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When an upload that can be resumed is swept away.")
    )
    raw_metadata = models.TextField(
        blank=True, help_text=_("What a tus client said of its file, as it said it.")
    )
    holder = models.CharField(
        max_length=80, blank=True, help_text=_("The machine and request that is writing just now.")
    )
    held_until = models.DateTimeField(
        null=True, blank=True, help_text=_("When the holder is taken for dead unless it was heard of.")
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text=_("How often a worker has begun to fetch it.")
    )
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
        indexes = [
            models.Index(fields=["status", "updated_at"], name="assets_upload_stale"),
            models.Index(fields=["user", "status"], name="assets_upload_of_user"),
            # A hash, because a path may be longer than a tree takes.
            HashIndex(fields=["origin"], condition=Q(source="folder"), name="assets_upload_from_folder"),
        ]

    def __str__(self) -> str:
        return self.filename

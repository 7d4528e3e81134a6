"""Streaming sets that are encrypted, and the keys that they are encrypted with."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, ShareLink
from mediaportal.core.ids import new_id
from processing.models.work import Job


class Scheme(models.TextChoices):
    """How the segments of a set are encrypted (ISO/IEC 23001-7), if they are."""

    CLEAR = "clear", _("Not encrypted")
    CBCS = "cbcs", "CBCS"
    CENC = "cenc", "CENC"


class Tracks(models.TextChoices):
    """Which tracks of a set are encrypted."""

    ALL = "all", _("Pictures and sound")
    VIDEO = "video", _("Pictures only")


class KeySource(models.TextChoices):
    """Where the keys of a set come from."""

    OWN = "own", _("Made here")
    CALLER = "caller", _("Given by the caller")
    SPEKE = "speke", _("A key server (SPEKE)")


class Package(models.Model):
    """One streaming set of an asset, as it was asked for: its own id, how it is encrypted, and the job that makes it.

    `encrypted_tracks` are the numbers of the tracks in the order of the manifests, from 1, once it is ready. A set
    whose `retired_at` is set has been replaced: old links may still play it. One that was asked for together with a
    file that is still to be fetched has no asset yet. `prefixes` are the folders in the storage to which its files were
    published: more than one when a rendition of it was made anew. One with a `share` bears the name of that link in its
    pictures and is played by nobody else; no variant names it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, null=True, blank=True, on_delete=models.CASCADE, related_name="packages")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="packages")
    share = models.ForeignKey(
        ShareLink,
        verbose_name=_("share link"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="packages",
    )
    scheme = models.CharField(_("encryption"), max_length=5, choices=Scheme.choices, default=Scheme.CLEAR)
    tracks = models.CharField(_("encrypted"), max_length=5, choices=Tracks.choices, default=Tracks.ALL)
    key_source = models.CharField(_("keys"), max_length=6, choices=KeySource.choices, default=KeySource.OWN)
    formats = models.JSONField(default=list, help_text=_("hls, dash"))
    encrypted_tracks = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    prefixes = models.JSONField(default=list, blank=True, editable=False)
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    retired_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(scheme__in=Scheme.values), name="processing_package_scheme"),
            models.CheckConstraint(condition=Q(tracks__in=Tracks.values), name="processing_package_tracks"),
            models.CheckConstraint(
                condition=Q(asset__isnull=False) | Q(ready_at=None), name="processing_package_ready_has_asset"
            ),
            models.UniqueConstraint(fields=["job"], name="processing_package_of_job_once"),
        ]
        indexes = [models.Index(fields=["asset", "-created_at"], name="processing_package_of_asset")]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} · {self.asset_id}"


class ContentKey(models.Model):
    """A key of a package, sealed with the installation's master key: never in a log, an answer or an event.

    `label` says what it encrypts: the pictures of a quality group (SD, HD, UHD), the sound (AUDIO), or everything
    (ALL). `signalling` is what a key server wants told to players, base64 by DRM system.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="keys")
    label = models.CharField(max_length=10)
    kid = models.UUIDField(_("key id"))
    sealed = models.BinaryField(editable=False)
    sealed_with = models.CharField(
        max_length=40, editable=False, help_text=_("Which master key it is sealed with.")
    )
    signalling = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("content key")
        verbose_name_plural = _("content keys")
        ordering = ["package_id", "label"]
        constraints = [
            models.UniqueConstraint(fields=["package", "label"], name="processing_contentkey_label_once"),
        ]
        indexes = [models.Index(fields=["kid"], name="processing_contentkey_kid")]

    def __str__(self) -> str:
        return f"{self.label} {self.kid}"

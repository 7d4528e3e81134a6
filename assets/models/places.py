"""Where assets stand: collections, tags, and the links through which guests send files."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from assets.querysets import CollectionQuerySet, GuestLinkQuerySet, TagQuerySet
from mediaportal.core.ids import new_id


class Collection(models.Model):
    """A named place for assets, which may stand inside another one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("inside"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    encryption = models.CharField(
        _("encryption"),
        max_length=5,
        blank=True,
        help_text=_(
            "How streaming sets of what is uploaded into it are encrypted: cbcs, cenc; empty: as asked for."
        ),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="collections",
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        ordering = [Lower("name"), "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), "parent", name="assets_collection_name_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(name=""), name="assets_collection_named"),
            models.CheckConstraint(
                condition=Q(encryption__in=["", "cbcs", "cenc"]), name="assets_collection_encryption"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="assets_collection_not_in_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word that assets are found by. Two that differ in the case of their letters alone are one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="assets_tag_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="assets_tag_named"),
        ]

    def __str__(self) -> str:
        return self.name


class GuestLink(models.Model):
    """An address through which people without an account may send files. What comes waits for a manager."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    title = models.CharField(_("title"), max_length=120)
    message = models.TextField(_("what is asked for"), blank=True, max_length=2_000)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="guest_links",
    )
    collection = models.ForeignKey(
        Collection,
        verbose_name=_("goes into"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="guest_links",
    )
    kinds = models.JSONField(_("allowed kinds"), default=list, help_text=_("video, audio, image; none: all."))
    most_files = models.PositiveIntegerField(_("most files"), null=True, blank=True)
    most_bytes = models.PositiveBigIntegerField(_("most bytes"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"))
    ended_at = models.DateTimeField(_("ended early"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = GuestLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest link")
        verbose_name_plural = _("guest links")
        ordering = ["-created_at", "-id"]
        permissions = [("manage_guest_links", "Can make guest links and decide on what arrives")]

    def __str__(self) -> str:
        return self.title

"""Lists of what is known: by the exact bytes, or by how its pictures look."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assets.models import Asset
from mediaportal.core.ids import new_id


class HashList(models.Model):
    """A list of hashes; who may see it is told by its permission alone. `matched` is the number of the last of its
    hashes that was looked for in the library.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    source = models.CharField(_("from where"), max_length=300, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    matched = models.BigIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("hash list")
        verbose_name_plural = _("hash lists")
        ordering = ["name", "id"]
        permissions = [("manage_hash_lists", "Can see and change hash lists")]

    def __str__(self) -> str:
        return self.name


class HashKind(models.TextChoices):
    """What a hash is of."""

    SHA256 = "sha256", pgettext_lazy("hash", "The bytes of a file (SHA-256)")
    PICTURE = "picture", pgettext_lazy("hash", "How a picture looks (64 bits)")


class HashEntry(models.Model):
    """One hash of a list: 64 hex digits of a SHA-256, or 16 of a picture's 64 bits, which is found by its `keys`."""

    id = models.BigAutoField(primary_key=True)
    hash_list = models.ForeignKey(HashList, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(_("kind"), max_length=7, choices=HashKind.choices)
    value = models.CharField(_("hash"), max_length=64)
    note = models.CharField(_("note"), max_length=300, blank=True)
    keys = ArrayField(models.IntegerField(), default=list, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("hash")
        verbose_name_plural = _("hashes")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["hash_list", "kind", "value"], name="analysis_hash_entry_once"),
            models.CheckConstraint(
                condition=Q(kind="sha256", value__regex=r"^[0-9a-f]{64}$")
                | Q(kind="picture", value__regex=r"^[0-9a-f]{16}$"),
                name="analysis_hash_entry_digits",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "value"], name="analysis_hash_entry_value"),
            GinIndex(fields=["keys"], name="analysis_hash_entry_keys"),
        ]

    def __str__(self) -> str:
        return self.value


class HashHit(models.Model):
    """That an asset has, or looks like, something on a list. `score` is 1 for the same bytes, less for bits that
    differ; `second` is where in a film.
    """

    id = models.BigAutoField(primary_key=True)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="hash_hits")
    entry = models.ForeignKey(HashEntry, on_delete=models.CASCADE, related_name="hits")
    score = models.FloatField()
    second = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("hit of a hash list")
        verbose_name_plural = _("hits of hash lists")
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "entry"], name="analysis_hash_hit_once"),
            models.CheckConstraint(condition=Q(score__range=(0.0, 1.0)), name="analysis_hash_hit_score"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.score:.2f}"

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


class HashLoad(models.Model):
    """A file of hashes that somebody has sent for a list: its bytes, in pieces, until a worker has read them; then how
    many hashes were new, or its `faults`, each {field (the line), code, detail}, and nothing of it was added.
    """

    class Status(models.TextChoices):
        """How far it is."""

        RUNNING = "running", pgettext_lazy("file of hashes", "Being read")
        DONE = "done", pgettext_lazy("file of hashes", "Added")
        FAILED = "failed", pgettext_lazy("file of hashes", "Refused")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hash_list = models.ForeignKey(HashList, on_delete=models.CASCADE, related_name="loads")
    form = models.CharField(max_length=4)
    language = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField(default=0)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.RUNNING)
    added = models.PositiveIntegerField(null=True, blank=True)
    faults = models.JSONField(default=list)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("file of hashes")
        verbose_name_plural = _("files of hashes")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["hash_list", "-created_at"], name="analysis_hash_load_of_list"),
            models.Index(
                fields=["created_at"], condition=Q(status="running"), name="analysis_hash_load_running"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.hash_list_id}"


class HashLoadPiece(models.Model):
    """Some bytes of a file that was sent; gone when it has been read."""

    id = models.BigAutoField(primary_key=True)
    load = models.ForeignKey(HashLoad, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["load", "number"]
        constraints = [
            models.UniqueConstraint(fields=["load", "number"], name="analysis_hash_load_piece_once")
        ]

    def __str__(self) -> str:
        return f"{self.load_id} {self.number}"


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

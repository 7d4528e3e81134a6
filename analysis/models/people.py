"""People who may be named: who consented to it, the pictures they are known by, and what of them is still to be removed
where an engine keeps faces.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.querysets import ConsentQuerySet, PersonQuerySet
from assets.models import Asset
from mediaportal.core.ids import new_id


class PictureStatus(models.TextChoices):
    """Where a picture of a person stands."""

    WAITING = "waiting", pgettext_lazy("picture of a person", "Waiting")
    SENDING = "sending", pgettext_lazy("picture of a person", "Being taken in")
    KEPT = "kept", pgettext_lazy("picture of a person", "Known by it")
    REFUSED = "refused", pgettext_lazy("picture of a person", "Not taken")


class Person(models.Model):
    """Somebody who may be named in media as long as a consent is in force."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "id"]
        permissions = [("manage_people", "Can say who may be named, and keep their pictures")]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="analysis_person_has_name")]
        indexes = [models.Index(fields=["name", "id"], name="analysis_person_name")]

    def __str__(self) -> str:
        return self.name


class PersonConsent(models.Model):
    """That somebody may be named: who consented and when, how that was told, to what, and until when.

    In force from `given_on` up to and with `expires_on` (empty: without end), unless it was withdrawn.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    given_by = models.CharField(_("consented"), max_length=200)
    given_on = models.DateField(_("on"))
    how = models.CharField(_("how it was told"), max_length=300)
    scope = models.TextField(_("to what"))
    expires_on = models.DateField(_("until"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written down by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("written down"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent to be named")
        verbose_name_plural = _("consents to be named")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(given_by="") & ~Q(how="") & ~Q(scope=""), name="analysis_consent_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("given_on")),
                name="analysis_consent_ends_after_begin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_by} · {self.given_on}"


class PersonPicture(models.Model):
    """A picture that a person is known by: sent by somebody, or the part `box` of a file at a second.

    `image` is what was sent until it has been `prepared`: then a small JPEG of our own making. It lies here and not in
    the storage, so that it goes with its row. `face_id` is what the engine calls the face in `collection`. One that
    waits is tried from `again_at` on; what has gone wrong at the last try stands with it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="pictures")
    image = models.BinaryField(null=True, blank=True)
    mime_type = models.CharField(max_length=60, blank=True)
    prepared = models.BooleanField(default=False)
    asset = models.ForeignKey(
        Asset, verbose_name=_("of"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    second = models.FloatField(_("at second"), null=True, blank=True)
    box = ArrayField(models.FloatField(), size=4, null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=PictureStatus.choices, default=PictureStatus.WAITING
    )
    collection = models.CharField(_("collection of faces"), max_length=255, blank=True)
    face_id = models.CharField(_("face"), max_length=64, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(_("error"), blank=True)
    cost = models.DecimalField(_("cost in US dollars"), max_digits=12, decimal_places=6, default=0)
    tried_at = models.DateTimeField(_("tried"), null=True, blank=True)
    again_at = models.DateTimeField(_("tried again"), default=timezone.now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("picture of a person")
        verbose_name_plural = _("pictures of people")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="kept") | ~Q(face_id=""), name="analysis_picture_kept_has_face"
            ),
            models.CheckConstraint(
                condition=Q(image__isnull=False) | Q(box__isnull=False), name="analysis_picture_of_something"
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(error_code=""), name="analysis_picture_refused_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class FaceExpense(models.Model):
    """Money, in US dollars, that went into taking a face in. It stays when the picture, here by its id, goes."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("paid"), default=timezone.now, db_index=True)
    picture = models.UUIDField(_("picture"))
    cost = models.DecimalField(_("cost in US dollars"), max_digits=12, decimal_places=6)

    class Meta:
        verbose_name = _("money spent on a face")
        verbose_name_plural = _("money spent on faces")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.picture} · {self.cost}"


class FaceRemoval(models.Model):
    """A face that is to be removed where an engine keeps it, until it is confirmed that it has gone.

    Without a `face_id` it is looked for by `key`: it was being taken in when its picture went.
    """

    id = models.BigAutoField(primary_key=True)
    collection = models.CharField(_("collection of faces"), max_length=255)
    key = models.CharField(_("picture"), max_length=64)
    face_id = models.CharField(_("face"), max_length=64, blank=True)
    person_id = models.UUIDField(_("person"))
    due_at = models.DateTimeField(_("due"), db_index=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)

    class Meta:
        verbose_name = _("face to be removed")
        verbose_name_plural = _("faces to be removed")
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "key", "face_id"], name="analysis_removal_once")
        ]

    def __str__(self) -> str:
        return f"{self.collection} · {self.key}"

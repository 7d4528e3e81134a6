"""Policies: rules over what is known of an asset, in versions that never change."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from mediaportal.core.ids import new_id

_SHARE = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class PolicyMode(models.TextChoices):
    """What a policy does."""

    OFF = "off", pgettext_lazy("policy", "Off")
    SHADOW = "shadow", pgettext_lazy("policy", "Shadow: it only says what it would do")
    ON = "on", pgettext_lazy("policy", "On")


class Severity(models.IntegerChoices):
    """How bad it is when a policy is broken."""

    LOW = 1, pgettext_lazy("severity", "Low")
    MEDIUM = 2, pgettext_lazy("severity", "Medium")
    HIGH = 3, pgettext_lazy("severity", "High")
    CRITICAL = 4, pgettext_lazy("severity", "Critical")


class Policy(models.Model):
    """What may not be shown, or only to some. What it says stands in its `current` version.

    `statement` is what an owner is told of it. A `restricted` one is seen and decided on only by those who may review
    what is restricted. `builtin` ones come with the portal and cannot be deleted: the ways in of reports, guests and
    samples are filed under them. While a policy is asked about everything that stands, `applied_until` is the last
    asset that it was asked about, in the order of their ids; None otherwise.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    statement = models.TextField(_("what owners are told"), max_length=2_000, blank=True)
    statement_ar = models.TextField(_("what owners are told, in Arabic"), max_length=2_000, blank=True)
    mode = models.CharField(_("mode"), max_length=6, choices=PolicyMode.choices, default=PolicyMode.OFF)
    current = models.ForeignKey(
        "PolicyVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    builtin = models.BooleanField(_("comes with the portal"), default=False, editable=False)
    restricted = models.BooleanField(_("restricted"), default=False)
    applied_until = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["name", "id"]
        permissions = [("manage_policies", "Can make and change policies")]
        constraints = [
            models.CheckConstraint(
                condition=Q(mode=PolicyMode.OFF) | Q(current__isnull=False),
                name="analysis_policy_on_has_version",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """Its name in the active language, as far as there is one."""
        return (self.name_ar if _is_arabic() else "") or self.name

    @property
    def shown_statement(self) -> str:
        """What owners are told in the active language, as far as it is written."""
        return (self.statement_ar if _is_arabic() else "") or self.statement


class PolicyVersion(models.Model):
    """What a policy said from one day on; never changed.

    `rules` are in the form of `analysis.rules.reading`. A case has to be decided within `deadline` hours. Of what
    passes, a share of `sampling` is looked at by somebody all the same; of what is decided, a share of `double` is
    decided by a second person who does not know what the first one said.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    rules = models.JSONField(_("rules"), default=list)
    severity = models.PositiveSmallIntegerField(
        _("severity"), choices=Severity.choices, default=Severity.MEDIUM
    )
    deadline = models.PositiveIntegerField(_("deadline in hours"), default=24)
    sampling = models.FloatField(_("share of what passes that is looked at"), default=0.0, validators=_SHARE)
    double = models.FloatField(_("share of decisions made twice"), default=0.0, validators=_SHARE)
    note = models.CharField(_("what has changed"), max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("version of a policy")
        verbose_name_plural = _("versions of policies")
        ordering = ["policy", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="analysis_policy_version_once"),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="analysis_policy_version_severity"
            ),
            models.CheckConstraint(
                condition=Q(sampling__range=(0.0, 1.0)) & Q(double__range=(0.0, 1.0)),
                name="analysis_policy_version_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} · {self.number}"


class Judgement(models.Model):
    """How an asset stood with the policies when they were last asked. `dirty`: something is known since that may change
    it; `since` is when that came.

    `bands` are by the short name of each policy that is on: pass, regional (blocked in some regions only), review or
    block. `shadows` are the same for those that are shadows.
    """

    asset = models.OneToOneField(
        "assets.Asset", primary_key=True, on_delete=models.CASCADE, related_name="judgement"
    )
    dirty = models.BooleanField(default=True)
    since = models.DateTimeField(auto_now_add=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    bands = models.JSONField(default=dict)
    shadows = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        indexes = [models.Index(fields=["since"], condition=Q(dirty=True), name="analysis_judgement_dirty")]

    def __str__(self) -> str:
        return f"{self.asset_id}"


class Replay(models.Model):
    """Changed rules over what was found before: what would be different with them, `against` those of a version, or
    against nothing at all where there is none. `counts` are numbers of assets by "from>to" of their bands; `samples`
    the ids of some assets of each. It goes through the assets in the order of their ids: `until` is the last one that
    was counted, `touched_at` when that was.
    """

    class Status(models.TextChoices):
        """How far it is."""

        RUNNING = "running", pgettext_lazy("replay", "Running")
        DONE = "done", pgettext_lazy("replay", "Done")
        FAILED = "failed", pgettext_lazy("replay", "Failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="replays")
    against = models.ForeignKey(
        PolicyVersion, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    rules = models.JSONField(default=list)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.RUNNING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    samples = models.JSONField(default=dict)
    until = models.UUIDField(null=True, blank=True, editable=False)
    touched_at = models.DateTimeField(default=timezone.now, editable=False)
    error = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("replay of a policy")
        verbose_name_plural = _("replays of policies")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="analysis_replay_done"),
            models.UniqueConstraint(
                fields=["policy"], condition=Q(status="running"), name="analysis_replay_runs_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.status}"


def _is_arabic() -> bool:
    return (get_language() or "").startswith("ar")

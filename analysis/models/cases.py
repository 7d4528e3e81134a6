"""Cases: what somebody has to decide on, and what was decided."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.models.policies import Policy, PolicyVersion, Severity
from analysis.querysets import CaseQuerySet, ReportQuerySet
from assets.models import Asset, Visibility
from mediaportal.accounts.ages import AgeRating
from mediaportal.core.ids import new_id


class CaseStatus(models.TextChoices):
    """Where a case stands. `closed`: nobody needs to decide any more. `away`: its asset lies in the trash, and it waits
    again, where it stood, when that comes back; what was decided on it holds meanwhile.
    """

    WAITING = "waiting", pgettext_lazy("case", "Waiting")
    CLAIMED = "claimed", pgettext_lazy("case", "Being looked at")
    DECIDED = "decided", pgettext_lazy("case", "Decided")
    CLOSED = "closed", pgettext_lazy("case", "Closed")
    AWAY = "away", pgettext_lazy("case", "In the trash with its file")


OPEN_CASE = (CaseStatus.WAITING, CaseStatus.CLAIMED)


class CaseQueue(models.TextChoices):
    """Who looks at a case next."""

    FIRST = "first", pgettext_lazy("queue", "First look")
    SECOND = "second", pgettext_lazy("queue", "Second look")
    SENIOR = "senior", pgettext_lazy("queue", "Senior")
    APPEAL = "appeal", pgettext_lazy("queue", "Appeals")


class CaseSource(models.TextChoices):
    """What a case was opened by."""

    POLICY = "policy", pgettext_lazy("source", "A policy")
    REPORT = "report", pgettext_lazy("source", "A report")
    GUEST = "guest", pgettext_lazy("source", "A guest's upload")
    SAMPLE = "sample", pgettext_lazy("source", "A sample of what passes")
    MATCH = "match", pgettext_lazy("source", "A match")
    STAFF = "staff", pgettext_lazy("source", "The staff")
    UNCHECKED = "no_look", pgettext_lazy("source", "Nothing could look at it")


class Ruling(models.TextChoices):
    """What holds for a case now; empty while nothing was decided."""

    APPROVED = "approved", pgettext_lazy("ruling", "Approved")
    REJECTED = "rejected", pgettext_lazy("ruling", "Rejected")
    RESTRICTED = "restricted", pgettext_lazy("ruling", "Restricted")


class Action(models.TextChoices):
    """What somebody does with a case."""

    APPROVE = "approve", pgettext_lazy("act", "Approve")
    REJECT = "reject", pgettext_lazy("act", "Reject")
    RESTRICT = "restrict", pgettext_lazy("act", "Restrict")
    ESCALATE = "escalate", pgettext_lazy("act", "Escalate")


class Reason(models.TextChoices):
    """Why: what people report, and what decisions stand on."""

    SEXUAL = "sexual", pgettext_lazy("reason", "Sexual content")
    CHILDREN = "children", pgettext_lazy("reason", "Harm to children")
    VIOLENCE = "violence", pgettext_lazy("reason", "Violence")
    HATE = "hate", pgettext_lazy("reason", "Hate")
    HARASSMENT = "harassment", pgettext_lazy("reason", "Harassment")
    SELF_HARM = "self_harm", pgettext_lazy("reason", "Self-harm")
    DANGEROUS = "dangerous", pgettext_lazy("reason", "Dangerous or unlawful")
    CULTURAL = "cultural", pgettext_lazy("reason", "Against what is customary here")
    COPYRIGHT = "copyright", pgettext_lazy("reason", "Somebody else's work")
    PRIVACY = "privacy", pgettext_lazy("reason", "Privacy")
    SPAM = "spam", pgettext_lazy("reason", "Spam or misleading")
    OTHER = "other", pgettext_lazy("reason", "Something else")
    FINE = "fine", pgettext_lazy("reason", "Nothing against it")
    CONTEXT = "context", pgettext_lazy("reason", "Allowed where it stands: news, teaching, art")
    MISTAKE = "mistake", pgettext_lazy("reason", "It is not what it was taken for")
    CONSENT = "consent", pgettext_lazy("reason", "Those shown, or the holder of the rights, agree")
    UNSURE = "unsure", pgettext_lazy("reason", "Needs somebody with more experience")


AGAINST = frozenset(Reason.values[:12])
"""What can be reported, and what rejecting or restricting stands on."""
IN_FAVOUR = frozenset({Reason.FINE, Reason.CONTEXT, Reason.MISTAKE, Reason.CONSENT})
"""What approving stands on."""


class Case(models.Model):
    """An asset, and a policy that it may break: one open case at most for the two.

    `evidence` are the hits, the worst first, each {rule, band, score, kind, label, text, start, end, moment, region}
    (`analysis.rules.base.Hit`); `worst_start` is where to look first, in seconds; `considered` the highest score of
    each rule that was known when somebody decided. What follows for the asset until then, and afterwards, stands in
    `holds`, `blocks`, `regions` (in which it is not shown), `rating` and `cap`: `services.moderation.standing` adds up
    those of all cases of an asset, so taking one back leaves no trace. `deciders` are those who may not look again;
    `owner` may never.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="cases")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    policy = models.ForeignKey(
        Policy, verbose_name=_("policy"), on_delete=models.PROTECT, related_name="cases"
    )
    version = models.ForeignKey(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("opened by"), max_length=8, choices=CaseSource.choices)
    band = models.CharField(
        max_length=6, choices=[("review", "review"), ("block", "block")], default="review"
    )
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    due_at = models.DateTimeField(_("due"))
    reach = models.PositiveIntegerField(
        _("reach"), default=0, help_text=_("How many have seen it, or could soon.")
    )
    queue = models.CharField(_("queue"), max_length=6, choices=CaseQueue.choices, default=CaseQueue.FIRST)
    status = models.CharField(
        _("status"), max_length=8, choices=CaseStatus.choices, default=CaseStatus.WAITING
    )
    ruling = models.CharField(_("ruling"), max_length=10, choices=Ruling.choices, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("looked at by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    deciders = ArrayField(models.UUIDField(), default=list, blank=True)
    evidence = models.JSONField(default=list)
    worst_start = models.FloatField(default=0.0)
    considered = models.JSONField(default=dict)
    holds = models.BooleanField(default=False)
    blocks = models.BooleanField(default=False)
    regions = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    rating = models.CharField(max_length=3, choices=AgeRating.choices, default=AgeRating.ALL)
    cap = models.CharField(max_length=10, choices=Visibility.choices, blank=True)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-severity", "due_at", "-reach", "id"]
        permissions = [
            ("review_cases", "Can look at cases and decide on them"),
            ("review_senior", "Can decide on what was escalated, and where two disagree"),
            ("review_restricted", "Can look at cases of restricted policies"),
            ("see_moderation_stats", "Can see the dashboard of moderation and export decisions"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "policy"],
                condition=Q(status__in=["waiting", "claimed"]),
                name="analysis_case_open_once",
            ),
            models.CheckConstraint(
                condition=Q(status="claimed", assignee__isnull=False, lease_until__isnull=False)
                | ~Q(status="claimed") & Q(assignee=None, lease_until=None),
                name="analysis_case_claimed_by_one",
            ),
            models.CheckConstraint(
                condition=~Q(status="decided") | ~Q(ruling="") & Q(decided_at__isnull=False),
                name="analysis_case_decided_has_ruling",
            ),
            models.CheckConstraint(condition=~Q(assignee=F("owner")), name="analysis_case_not_by_owner"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="analysis_case_severity"),
        ]
        indexes = [
            models.Index(
                "queue",
                F("severity").desc(),
                "due_at",
                F("reach").desc(),
                "id",
                condition=Q(status="waiting"),
                name="analysis_case_urgent",
            ),
            models.Index(
                "policy",
                "queue",
                F("severity").desc(),
                "due_at",
                F("reach").desc(),
                "id",
                condition=Q(status="waiting"),
                name="analysis_case_next",
            ),
            models.Index(
                F("severity").desc(), "due_at", F("reach").desc(), "id", name="analysis_case_in_order"
            ),
            models.Index(fields=["lease_until"], condition=Q(status="claimed"), name="analysis_case_leases"),
            models.Index(fields=["asset", "-opened_at"], name="analysis_case_of_asset"),
            models.Index(fields=["policy", "-decided_at"], name="analysis_case_of_policy"),
            models.Index(
                "queue",
                F("severity").desc(),
                "due_at",
                F("reach").desc(),
                "id",
                condition=Q(status__in=["waiting", "claimed"]),
                name="analysis_case_open_queue",
            ),
            models.Index(
                F("severity").desc(),
                "due_at",
                F("reach").desc(),
                "id",
                condition=Q(status__in=["waiting", "claimed"]),
                name="analysis_case_open",
            ),
            models.Index(fields=["-decided_at"], condition=Q(status="decided"), name="analysis_case_decided"),
            models.Index(fields=["-opened_at"], name="analysis_case_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} · {self.asset_id}"


class Decision(models.Model):
    """What somebody decided on a case, and what stood before, so that it can be taken back.

    `restriction` is {rating, cap, regions, cut: [[start, end]]} as far as it was chosen. `stage` is the queue in which
    the case stood. `seen` are the hits that the owner is shown. `seconds` is how long the case was looked at.
    `effective`: what the asset stands under; not what a blind second look said in agreement, or what was undone.
    `settled_at`: since when it cannot be undone any more, and people were told.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    version = models.ForeignKey(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=6, choices=CaseQueue.choices)
    action = models.CharField(_("act"), max_length=8, choices=Action.choices)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    note = models.TextField(_("note"), blank=True, max_length=4_000)
    restriction = models.JSONField(default=dict)
    seen = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    seconds = models.FloatField(default=0.0)
    effective = models.BooleanField(default=True)
    batch = models.ForeignKey(
        "Batch", null=True, blank=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("decided"), auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(fields=["case", "-made_at"], name="analysis_decision_of_case"),
            models.Index(fields=["policy", "-made_at"], name="analysis_decision_of_policy"),
            models.Index(fields=["made_by", "-made_at"], name="analysis_decision_of_person"),
            models.Index(fields=["-made_at", "-id"], name="analysis_decision_newest"),
            models.Index(
                fields=["made_at"],
                condition=Q(settled_at=None, effective=True),
                name="analysis_decision_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.case_id}"


class DecisionLabel(models.Model):
    """A label that a decision was made on, with its highest score: what decisions on the like of it are found by."""

    id = models.BigAutoField(primary_key=True)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="labels")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", db_index=False)
    label = models.CharField(max_length=200)
    score = models.FloatField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["policy", "label", "score", "-id"], name="analysis_decision_alike")]

    def __str__(self) -> str:
        return f"{self.label} {self.score:.2f}"


class Batch(models.Model):
    """Decisions that somebody made at once.

    `report` has a line for each case, {id, code, decision, undone}: `code` is empty until its turn has come, then `ok`
    or why nothing was decided; `undone` the same for taking it back. `wish` is the verdict, so that whoever finds a
    batch that a worker has left can go on. `worker` is who has it in hand, and may alone write the report; `beat_at`
    its last sign of life.
    """

    class Status(models.TextChoices):
        """How far it is."""

        RUNNING = "running", pgettext_lazy("batch", "Running")
        DONE = "done", pgettext_lazy("batch", "Done")
        UNDOING = "undoing", pgettext_lazy("batch", "Being undone")
        UNDONE = "undone", pgettext_lazy("batch", "Undone")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("begun"), auto_now_add=True)
    status = models.CharField(_("status"), max_length=7, choices=Status.choices, default=Status.RUNNING)
    wish = models.JSONField(default=dict)
    report = models.JSONField(default=list)
    worker = models.UUIDField(null=True, blank=True, editable=False)
    beat_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch of decisions")
        verbose_name_plural = _("batches of decisions")
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(
                fields=["beat_at"],
                condition=Q(status__in=["running", "undoing"]),
                name="analysis_batch_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class Report(models.Model):
    """What a viewer has against an asset: one at most of each person for an asset while it is not dealt with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="reports")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("reported by"), on_delete=models.CASCADE, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    note = models.TextField(_("note"), blank=True, max_length=2_000)
    second = models.FloatField(_("at the second"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Ruling.choices, blank=True)
    created_at = models.DateTimeField(_("reported"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "reporter"], condition=Q(answered_at=None), name="analysis_report_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.asset_id}"


class CaseComment(models.Model):
    """What those who moderate tell each other of a case; nobody else reads it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("text"), max_length=4_000)
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class Appeal(models.Model):
    """What an owner says against a decision: once for each."""

    class Status(models.TextChoices):
        """How far it is."""

        OPEN = "open", pgettext_lazy("appeal", "Being looked at")
        UPHELD = "upheld", pgettext_lazy("appeal", "The decision stands")
        OVERTURNED = "overturned", pgettext_lazy("appeal", "The decision was taken back")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="appeals")
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="appeal")
    text = models.TextField(_("text"), max_length=4_000)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    answer = models.OneToOneField(
        Decision, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["-decided_at"], name="analysis_appeal_decided")]

    def __str__(self) -> str:
        return f"{self.status} {self.decision_id}"


class Strike(models.Model):
    """A decision against somebody's asset counts against them for a while, unless it is taken back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="strikes")
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="strike")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("strike")
        verbose_name_plural = _("strikes")
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(
                fields=["user", "expires_at"], condition=Q(lifted_at=None), name="analysis_strike_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%Y-%m-%d}"

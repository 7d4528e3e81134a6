"""The admin of moderation: cases and all that belongs to them, to look at. Nobody finds what is of their own uploads,
nor what they must not know before a second look.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from analysis.models import Appeal, Batch, Case, Decision, Report, Strike
from analysis.querysets import untold
from mediaportal.accounts.models import User
from mediaportal.core.admin import ReadOnlyAdmin, foreign_text


class _OfCases(ReadOnlyAdmin):
    """Rows that hang on cases; `case_path` leads to them."""

    case_path = "case"
    # Whether a row tells what was decided.
    tells = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the cases that this person may read."""
        rows: QuerySet[Any] = super().get_queryset(request)
        user = request.user
        if not isinstance(user, User):
            return rows.none()
        seen = rows.filter(**{f"{self.case_path}__in": Case.objects.visible_to(user)})
        return seen.exclude(untold(user, path=f"{self.case_path}__")) if self.tells else seen


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """Cases; found by their own id and that of their asset."""

    list_display = (
        "shown_asset",
        "policy",
        "source",
        "severity",
        "queue",
        "status",
        "due_at",
        "assignee",
        "opened_at",
    )
    list_display_links = ("shown_asset",)
    list_filter = ("queue", "status", "severity", "source", "policy", "opened_at")
    list_select_related = ("asset", "policy", "assignee")
    search_fields = ("asset__title",)
    id_fields = ("pk", "asset_id", "assignee_id")
    ordering = ("-severity", "due_at", "-reach", "id")
    fields = ("id", "asset", "owner", "policy", "version", "source", "severity", "queue", "status",
              "due_at", "reach", "assignee", "lease_until", "evidence", "opened_at", "decided_at")  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """Those that this person may read. What was decided on them stands with the decisions."""
        user = request.user
        return Case.objects.visible_to(user) if isinstance(user, User) else Case.objects.none()

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, case: Case) -> str:
        """The asset's title."""
        return foreign_text(case.asset.title)


@admin.register(Decision)
class DecisionAdmin(_OfCases):
    """Decisions; found by their own id, and by those of case and batch."""

    list_display = ("shown_asset", "policy", "stage", "action", "reason", "made_by", "made_at", "undone_at")
    list_display_links = ("shown_asset",)
    list_filter = ("action", "reason", "stage", "policy", "made_at")
    list_select_related = ("case__asset", "policy", "made_by")
    search_fields = ("case__asset__title", "note")
    id_fields = ("pk", "case_id", "batch_id", "made_by_id")
    ordering = ("-made_at", "-id")
    fields = ("id", "case", "policy", "version", "stage", "action", "reason", "note", "restriction", "seen",
              "seconds", "effective", "batch", "made_by", "made_at", "undone_at")  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("asset"), ordering="case__asset__title")
    def shown_asset(self, decision: Decision) -> str:
        """The asset's title."""
        return foreign_text(decision.case.asset.title)


@admin.register(Report)
class ReportAdmin(_OfCases):
    """What people have reported."""

    tells = False
    list_display = ("shown_asset", "reason", "reporter", "created_at", "answered_at")
    list_display_links = ("shown_asset",)
    list_filter = ("reason", "created_at")
    list_select_related = ("asset", "reporter")
    search_fields = ("asset__title", "note")
    id_fields = ("pk", "asset_id", "case_id", "reporter_id")
    ordering = ("-created_at", "-id")
    fields = ("id", "asset", "case", "reporter", "reason", "note", "second", "created_at", "answered_at")
    readonly_fields = fields

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, report: Report) -> str:
        """The asset's title."""
        return foreign_text(report.asset.title)


@admin.register(Appeal)
class AppealAdmin(_OfCases):
    """Appeals against decisions."""

    list_display = ("shown_asset", "status", "made_by", "made_at", "decided_at")
    list_display_links = ("shown_asset",)
    list_filter = ("status", "made_at")
    list_select_related = ("case__asset", "made_by")
    search_fields = ("case__asset__title", "text")
    id_fields = ("pk", "case_id", "decision_id", "made_by_id")
    ordering = ("-made_at", "-id")
    fields = ("id", "case", "decision", "text", "made_by", "made_at", "status", "answer", "decided_at")
    readonly_fields = fields

    @admin.display(description=_("asset"), ordering="case__asset__title")
    def shown_asset(self, appeal: Appeal) -> str:
        """The asset's title."""
        return foreign_text(appeal.case.asset.title)


@admin.register(Strike)
class StrikeAdmin(_OfCases):
    """What counts against people."""

    case_path = "decision__case"
    list_display = ("user", "decision", "made_at", "expires_at", "lifted_at")
    list_filter = ("made_at", "expires_at", "lifted_at")
    list_select_related = ("user", "decision")
    search_fields = ("user__email", "user__name")
    id_fields = ("pk", "user_id", "decision_id")
    ordering = ("-made_at", "-id")
    fields = ("id", "user", "decision", "made_at", "expires_at", "lifted_at")
    readonly_fields = fields


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Decisions made at once; each of them stands among the decisions."""

    list_display = ("made_by", "made_at", "status", "cases", "ended_at", "undone_at")
    list_filter = ("status", "made_at")
    list_select_related = ("made_by",)
    search_fields = ("made_by__email", "made_by__name")
    id_fields = ("pk", "made_by_id")
    ordering = ("-made_at", "-id")
    fields = ("id", "made_by", "made_at", "status", "cases", "ended_at", "undone_at")
    readonly_fields = fields

    @admin.display(description=_("cases"))
    def cases(self, batch: Batch) -> int:
        """How many cases it is about."""
        return len(batch.report)

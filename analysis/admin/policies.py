"""Policies, what they have said, and their replays, to look at; they are changed on pages of their own."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from analysis import access
from analysis.models import Judgement, Policy, PolicyVersion, Replay
from mediaportal.core.admin import ReadOnlyAdmin, ReadOnlyTabular, foreign_text


class VersionInline(ReadOnlyTabular):
    """The versions of a policy."""

    model = PolicyVersion
    fields = ("number", "severity", "deadline", "sampling", "double", "note", "created_by", "created_at")
    readonly_fields = fields
    ordering = ("-number",)
    show_change_link = True


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    """Policies; restricted ones for who may review what is restricted."""

    list_display = ("shown_title", "slug", "mode", "restricted", "builtin", "created_at")
    list_display_links = ("shown_title",)
    list_filter = ("mode", "restricted", "builtin")
    search_fields = ("name", "name_ar", "slug")
    ordering = ("name", "id")
    inlines = (VersionInline,)
    fields = ("id", "slug", "name", "name_ar", "statement", "statement_ar", "mode", "current", "builtin",
              "restricted", "applied_until", "created_at")  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        """Without those that are hidden from the person."""
        found: QuerySet[Policy] = super().get_queryset(request)
        return found if access.can_review_restricted(request.user) else found.filter(restricted=False)

    @admin.display(description=_("name"), ordering="name")
    def shown_title(self, policy: Policy) -> str:
        """The name as text that somebody wrote."""
        return foreign_text(policy.shown_name)


class _OfPolicy(ReadOnlyAdmin):
    """Rows of policies, without those of hidden ones."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyVersion | Replay]:
        """Those of policies that the person may see."""
        found: QuerySet[PolicyVersion | Replay] = super().get_queryset(request)
        return found if access.can_review_restricted(request.user) else found.filter(policy__restricted=False)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(_OfPolicy):
    """What policies said; found by the id of their policy."""

    list_display = ("policy", "number", "severity", "deadline", "created_by", "created_at")
    list_filter = ("severity", "created_at")
    list_select_related = ("policy", "created_by")
    search_fields = ("policy__name", "policy__slug", "note")
    id_fields = ("pk", "policy_id")
    ordering = ("-created_at", "-id")
    fields = ("id", "policy", "number", "rules", "severity", "deadline", "sampling", "double", "note", "created_by",
              "created_at")  # fmt: skip
    readonly_fields = fields


@admin.register(Replay)
class ReplayAdmin(_OfPolicy):
    """Replays, and how far they are."""

    list_display = ("policy", "status", "done", "total", "asked_by", "created_at", "ended_at")
    list_filter = ("status", "created_at")
    list_select_related = ("policy", "asked_by")
    search_fields = ("policy__name", "policy__slug", "error")
    id_fields = ("pk", "policy_id")
    ordering = ("-created_at", "-id")
    fields = ("id", "policy", "against", "rules", "status", "done", "total", "until", "counts", "samples", "error",
              "asked_by", "created_at", "touched_at", "ended_at")  # fmt: skip
    readonly_fields = fields


@admin.register(Judgement)
class JudgementAdmin(ReadOnlyAdmin):
    """How assets stood with the policies when they were last asked; found by the id of the asset."""

    list_display = ("shown_asset", "dirty", "since", "judged_at")
    list_display_links = ("shown_asset",)
    list_filter = ("dirty", "judged_at")
    list_select_related = ("asset",)
    search_fields = ("asset__title", "asset__original_filename")
    ordering = ("-judged_at", "-asset_id")
    fields = ("asset", "dirty", "since", "judged_at", "bands", "shadows")
    readonly_fields = fields

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, judgement: Judgement) -> str:
        """The asset's title."""
        return foreign_text(judgement.asset.title)

"""Jobs, steps and recipes in the admin."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assets.admin.assets import register_inline
from mediaportal.core.admin import (
    PortalAdmin,
    ReadOnlyAdmin,
    ReadOnlyStacked,
    ReadOnlyTabular,
    foreign_text,
    program_text,
)
from mediaportal.core.problems import Problem
from processing.exceptions import PresetIsDefault
from processing.models import Job, Preset, Queue, Step
from processing.services import jobs, presets, priorities


def took(start: datetime | None, end: datetime | None) -> str:
    """How long something took, in seconds."""
    return f"{(end - start).total_seconds():.1f} s" if start and end else "–"


class StepInline(ReadOnlyTabular):
    """The steps of a job with what went wrong."""

    model = Step
    tab = False
    fields = (
        "name",
        "status",
        "progress",
        "attempt",
        "queue",
        "worker",
        "started_at",
        "lasted",
        "error",
        "output",
    )
    readonly_fields = fields
    ordering = ("position",)

    @admin.display(description=_("took"))
    def lasted(self, step: Step) -> str:
        """From start to end."""
        return took(step.started_at, step.completed_at)

    @admin.display(description=_("error"))
    def error(self, step: Step) -> str:
        """Its code and sentence."""
        return f"{step.error_code}: {step.error_detail}" if step.error_code else "–"

    @admin.display(description=_("end of the program's output"))
    def output(self, step: Step) -> str:
        """What ffmpeg and others said at last."""
        return program_text(step.log)


class JobInline(ReadOnlyStacked):
    """The jobs of an asset, each with its steps."""

    model = Job
    fields = (
        "job_type",
        "status",
        "progress",
        "reason",
        "created_at",
        "started_at",
        "completed_at",
        "steps_table",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """With the steps, in one further query."""
        steps = Prefetch("steps", Step.objects.order_by("position"))
        found: QuerySet[Job] = super().get_queryset(request)
        return found.prefetch_related(steps)

    @admin.display(description=_("error"))
    def reason(self, job: Job) -> str:
        """Its code and sentence."""
        return f"{job.error_code}: {job.error_detail}" if job.error_code else "–"

    @admin.display(description=_("steps"))
    def steps_table(self, job: Job) -> str:
        """Every step with its state, attempts, time, error and output."""
        rows = format_html_join(
            "",
            "<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (
                    step.name,
                    step.get_status_display(),
                    step.attempt,
                    took(step.started_at, step.completed_at),
                    _told(step),
                )
                for step in job.steps.all()
            ),
        )
        head = (_("step"), _("state"), _("attempts"), _("took"), _("error"))
        return format_html(
            '<table class="w-full text-start"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
            format_html_join("", '<th class="text-start">{}</th>', ((word,) for word in head)),
            rows,
        )


register_inline(JobInline)


def _told(step: Step) -> str:
    """A step's error and the end of its output."""
    if not step.error_code:
        return "–"
    return format_html(
        "{}: {}{}", step.error_code, step.error_detail, program_text(step.log) if step.log else ""
    )


class _InQueue(admin.SimpleListFilter):
    """Jobs with a step that waits or runs in a queue."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The queues."""
        return [(name, name) for name in Queue.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """Those with an open step there."""
        if not self.value():
            return queryset
        waiting = Step.objects.filter(queue=self.value(), status__in=["pending", "processing"])
        return queryset.filter(pk__in=waiting.values("job_id"))


@admin.register(Job)
class JobAdmin(PortalAdmin):
    """Jobs by status, type and queue. Nothing is edited here; retry and cancel go through the services."""

    list_display = ("shown_asset", "job_type", "status", "progress", "error_code", "created_at", "lasted")
    list_display_links = ("shown_asset",)
    list_filter = ("status", "job_type", _InQueue, "created_at")
    list_select_related = ("asset",)
    search_fields = ("asset__title", "asset__original_filename", "error_code", "asset__uploaded_by__email")
    id_fields = ("pk", "asset_id")
    ordering = ("-created_at", "-id")
    actions = ("retry", "cancel", "raise_jobs", "lower_jobs")
    inlines = (StepInline,)
    fields = ("id", "asset", "job_type", "status", "progress", "priority", "error_code", "error_detail",
              "parameters", "created_at", "started_at", "completed_at", "lasted")  # fmt: skip
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Jobs are made by services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Jobs go with their asset."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The list has actions for those who may change jobs; one job's page is to read."""
        return obj is None and bool(super().has_change_permission(request, obj))

    @admin.action(description=_("Try again from where it stopped"), permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Go on with failed and cancelled jobs."""
        self._each(request, queryset, jobs.retry)

    @admin.action(description=_("Cancel"), permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Stop jobs that wait or run."""
        self._each(request, queryset, jobs.cancel)

    @admin.action(description=_("Move to the front"), permissions=["change"])
    def raise_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Put jobs before all others."""
        self._each(request, queryset, partial(priorities.give, priority=priorities.HIGHEST))

    @admin.action(description=_("Back into the line"), permissions=["change"])
    def lower_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Give jobs the usual priority again."""
        self._each(request, queryset, partial(priorities.give, priority=0))

    def _each(self, request: HttpRequest, queryset: QuerySet[Job], act: Callable[..., Any]) -> None:
        done = 0
        for job in queryset:
            try:
                act(job=job, user=request.user)
            except Problem as problem:
                self.message_user(request, f"{job.asset.title}: {problem.detail}", messages.ERROR)
            else:
                done += 1
        if done:
            said = ngettext("%d job has been told.", "%d jobs have been told.", done) % done
            self.message_user(request, said, messages.SUCCESS)

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, job: Job) -> str:
        """The asset's title as text that somebody wrote."""
        return foreign_text(job.asset.title)

    @admin.display(description=_("took"))
    def lasted(self, job: Job) -> str:
        """From start to end."""
        return took(job.started_at, job.completed_at)


@admin.register(Step)
class StepAdmin(ReadOnlyAdmin):
    """Steps over all jobs: what runs where, what failed and why."""

    list_display = ("name", "shown_asset", "queue", "status", "progress", "attempt", "worker", "error_code",
                    "started_at", "lasted")  # fmt: skip
    list_filter = ("status", "queue", "name", "started_at")
    list_select_related = ("job__asset",)
    search_fields = ("name", "worker", "error_code", "error_detail", "job__asset__title")
    id_fields = ("pk", "job_id", "job__asset_id")
    ordering = ("-started_at",)
    fields = ("id", "job", "name", "status", "progress", "attempt", "queue", "worker", "depends_on", "ready_at",
              "lease_until", "started_at", "completed_at", "lasted", "error_code", "error_detail", "output",
              "results")  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("asset"))
    def shown_asset(self, step: Step) -> str:
        """The asset's title as text that somebody wrote."""
        return foreign_text(step.job.asset.title)

    @admin.display(description=_("took"))
    def lasted(self, step: Step) -> str:
        """From start to end."""
        return took(step.started_at, step.completed_at)

    @admin.display(description=_("end of the program's output"))
    def output(self, step: Step) -> str:
        """What ffmpeg and others said at last."""
        return program_text(step.log)


class PresetForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A recipe that is refused, with the reason, when no job could follow it."""

    class Meta:
        model = Preset
        fields = ("slug", "title", "description", "recipe")

    def clean_recipe(self) -> Any:
        """Ask the service that every job asks."""
        recipe = self.cleaned_data["recipe"]
        try:
            presets.validate(recipe)
        except Problem as problem:
            said = [f"{error.field}: {error.detail}" for error in problem.errors] or [str(problem.detail)]
            raise forms.ValidationError(said) from problem
        return recipe


@admin.register(Preset)
class PresetAdmin(PortalAdmin):
    """Recipes. A default cannot be deleted; another one becomes the default by an action."""

    form = PresetForm
    list_display = ("slug", "title", "is_default", "updated_at")
    search_fields = ("slug", "title")
    id_fields = ()
    readonly_fields = ("is_default", "created_at", "updated_at")
    fields = ("slug", "title", "description", "recipe", "is_default", "created_at", "updated_at")
    actions = ("make_default",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Jobs name a preset by its slug, so that stays."""
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Any but the default."""
        allowed = bool(super().has_delete_permission(request, obj))
        return allowed and not (isinstance(obj, Preset) and obj.is_default)

    def save_model(self, request: HttpRequest, obj: Preset, form: PresetForm, change: bool) -> None:
        """Kept in the form that jobs read, and written down, as on the page and by the API."""
        said = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            presets.change(user=request.user, preset=obj, changes=said)
            return
        made = presets.create(user=request.user, **said)
        obj.pk, obj._state.adding = made.pk, False

    def delete_model(self, request: HttpRequest, obj: Preset) -> None:
        """Not when it has become the default meanwhile."""
        presets.delete(user=request.user, preset=obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A refusal is told in words."""
        try:
            answer: HttpResponse = super().delete_view(request, object_id, extra_context)
        except PresetIsDefault as problem:
            self.message_user(request, problem.detail, messages.ERROR)
            return redirect("admin:processing_preset_change", object_id)
        return answer

    def get_actions(self, request: HttpRequest) -> Any:
        """No deletion of many at once, because the default may be among them."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.action(description=_("Make it the default"), permissions=["change"])
    def make_default(self, request: HttpRequest, queryset: QuerySet[Preset]) -> None:
        """Exactly one can be the default."""
        if queryset.count() != 1:
            self.message_user(request, _("Choose one preset."), messages.ERROR)
            return
        presets.make_default(user=request.user, preset=queryset.get())
        self.message_user(request, _("New jobs follow this preset now."), messages.SUCCESS)

"""Orders, analyses and moments to look at, and what is done in collections."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from analysis.models import (
    Analysis,
    CollectionSetting,
    Errand,
    FaceExpense,
    FaceRemoval,
    Match,
    Moment,
    Order,
    Person,
    PersonConsent,
    PersonPicture,
    ReferenceWork,
)
from analysis.services import people, wanted
from assets import access
from mediaportal.accounts.models import User
from mediaportal.core.admin import PortalAdmin, ReadOnlyAdmin, ReadOnlyTabular, foreign_text
from mediaportal.core.problems import Problem


def _title(row: Any) -> str:
    """The title of a row's asset as text that somebody wrote."""
    return foreign_text(row.asset.title) if row.asset else ""


class AnalysisInline(ReadOnlyTabular):
    """The types of an order."""

    model = Analysis
    fields = ("type", "engine", "status", "confidence", "cost", "error_code", "is_current")
    readonly_fields = fields
    ordering = ("type",)
    show_change_link = True


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Orders; found by their own id, and by those of asset and job."""

    list_display = ("shown_asset", "types", "engine", "asked_by", "created_at")
    list_display_links = ("shown_asset",)
    list_filter = ("engine", "created_at")
    list_select_related = ("asset", "asked_by")
    search_fields = ("asset__title", "asset__original_filename")
    id_fields = ("pk", "asset_id", "job_id")
    ordering = ("-created_at", "-id")
    inlines = (AnalysisInline,)
    fields = ("id", "asset", "upload", "job", "types", "languages", "engine", "asked_by", "created_at")
    readonly_fields = fields

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, order: Order) -> str:
        """The asset's title."""
        return _title(order) or str(order.pk)


@admin.register(Analysis)
class AnalysisAdmin(ReadOnlyAdmin):
    """Analyses by type, engine and status."""

    list_display = ("shown_asset", "type", "engine", "status", "is_current", "cost", "created_at")
    list_display_links = ("shown_asset",)
    list_filter = ("type", "engine", "status", "is_current", "created_at")
    list_select_related = ("asset",)
    search_fields = ("asset__title", "asset__original_filename", "error_code")
    id_fields = ("pk", "asset_id", "order_id")
    ordering = ("-created_at", "-id")
    fields = ("id", "asset", "order", "type", "engine", "language", "status", "confidence", "results", "error_code",
              "error_detail", "aws_job_id", "cost", "reserved", "is_current", "chosen", "created_at", "started_at",
              "completed_at")  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, analysis: Analysis) -> str:
        """The asset's title."""
        return _title(analysis) or str(analysis.pk)


@admin.register(Errand)
class ErrandAdmin(ReadOnlyAdmin):
    """What is under way at engines elsewhere, and what still has to be cleared up there."""

    list_display = ("id", "engine", "created_at", "let_go_at", "again_at", "tries")
    list_filter = ("engine", "created_at")
    id_fields = ("pk", "step_id")
    ordering = ("-created_at", "-id")
    fields = ("id", "step", "engine", "handle", "created_at", "begun_at", "let_go_at", "again_at", "tries")
    readonly_fields = fields


@admin.register(Moment)
class MomentAdmin(ReadOnlyAdmin):
    """Moments by kind; found by the id of their asset or analysis."""

    list_display = ("shown_asset", "kind", "start", "end", "label", "shown_text", "confidence")
    list_display_links = ("shown_asset",)
    list_filter = ("kind",)
    list_select_related = ("asset",)
    search_fields = ("label",)
    id_fields = ("asset_id", "analysis_id")
    ordering = ("-id",)
    fields = ("asset", "analysis", "kind", "start", "end", "text", "label", "parent", "confidence", "box", "speaker",
              "language", "detail")  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("asset"))
    def shown_asset(self, moment: Moment) -> str:
        """The asset's title."""
        return _title(moment)

    @admin.display(description=_("text"))
    def shown_text(self, moment: Moment) -> str:
        """What was said or read."""
        return foreign_text(moment.text[:200])


@admin.register(Match)
class MatchAdmin(ReadOnlyAdmin):
    """What was found to be alike; found by the id of one of the two."""

    list_display = ("shown_asset", "shown_other", "kind", "score", "work", "created_at")
    list_display_links = ("shown_asset",)
    list_filter = ("kind", "created_at")
    list_select_related = ("asset", "other", "work")
    search_fields = ("asset__title", "other__title")
    id_fields = ("pk", "asset_id", "other_id")
    ordering = ("-score", "-id")
    fields = ("asset", "other", "work", "kind", "start", "end", "other_start", "other_end", "offset", "speed",
              "score", "spans", "created_at")  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("asset"), ordering="asset__title")
    def shown_asset(self, match: Match) -> str:
        """The title of the one."""
        return _title(match)

    @admin.display(description=_("other"), ordering="other__title")
    def shown_other(self, match: Match) -> str:
        """The title of the other."""
        return foreign_text(match.other.title)


@admin.register(ReferenceWork)
class ReferenceWorkAdmin(ReadOnlyAdmin):
    """Protected works; they are kept on the pages of their assets."""

    list_display = ("title", "holder", "added_by", "created_at")
    list_select_related = ("added_by",)
    search_fields = ("title", "holder")
    id_fields = ("pk", "asset_id")
    ordering = ("-created_at", "-id")
    fields = ("id", "asset", "title", "holder", "added_by", "created_at")
    readonly_fields = fields


class ConsentInline(ReadOnlyTabular):
    """The consents of a person."""

    model = PersonConsent
    fields = ("given_by", "given_on", "expires_on", "how", "withdrawn_at")
    readonly_fields = fields
    ordering = ("-created_at", "-id")


class PictureInline(ReadOnlyTabular):
    """The pictures that a person is known by; they themselves are shown on the person's own page."""

    model = PersonPicture
    fields = ("id", "status", "collection", "face_id", "error_code", "cost", "created_at")
    readonly_fields = fields
    ordering = ("created_at", "id")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PersonPicture]:
        """Without their bytes."""
        found: QuerySet[PersonPicture] = super().get_queryset(request).defer("image")
        return found


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    """People who may be named; they are kept on pages of their own."""

    list_display = ("shown_name", "added_by", "created_at")
    list_display_links = ("shown_name",)
    list_select_related = ("added_by",)
    search_fields = ("name",)
    ordering = ("name", "id")
    inlines = (ConsentInline, PictureInline)
    fields = ("id", "name", "note", "added_by", "created_at")
    readonly_fields = fields

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, person: Person) -> str:
        """The name as text that somebody wrote."""
        return foreign_text(person.name)


@admin.register(PersonConsent)
class PersonConsentAdmin(ReadOnlyAdmin):
    """Consents; found by the ids of their own and of their people."""

    list_display = ("person", "given_by", "given_on", "expires_on", "withdrawn_at")
    list_filter = ("given_on", "expires_on", "withdrawn_at")
    list_select_related = ("person",)
    search_fields = ("given_by", "person__name")
    id_fields = ("pk", "person_id")
    ordering = ("-created_at", "-id")
    fields = ("id", "person", "given_by", "given_on", "expires_on", "how", "scope", "recorded_by", "created_at",
              "withdrawn_at")  # fmt: skip
    readonly_fields = fields


@admin.register(FaceExpense)
class FaceExpenseAdmin(ReadOnlyAdmin):
    """Money that went into taking faces in, by the ids of the pictures."""

    list_display = ("picture", "cost", "at")
    id_fields = ("picture",)
    ordering = ("-at", "-id")
    fields = ("picture", "cost", "at")
    readonly_fields = fields


@admin.register(FaceRemoval)
class FaceRemovalAdmin(ReadOnlyAdmin):
    """Faces that are still to be removed where they are kept."""

    list_display = ("key", "collection", "due_at", "tries", "error", "created_at")
    search_fields = ("key", "face_id")
    id_fields = ("person_id",)
    ordering = ("due_at", "id")
    fields = ("collection", "key", "face_id", "person_id", "due_at", "tries", "error", "created_at")
    readonly_fields = fields


class CollectionSettingForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """What is said of a collection, changed by the service: what it refuses stands in the form."""

    asking: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """With what the page has shown: what was left as it was there changes nothing that somebody said meanwhile."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> Any:
        """Change what was changed on the page."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        changes = {name: cleaned[name] for name in self.changed_data if name in cleaned}
        if self.errors or not changes:
            return cleaned
        try:
            wanted.change(user=self.asking, collection=self.instance.collection, changes=changes)
        except Problem as problem:
            for error in problem.errors or ():
                self.add_error(error.field if error.field in self.fields else None, error.detail)
            if not problem.errors:
                self.add_error(None, problem.detail)
        return cleaned


@admin.register(CollectionSetting)
class CollectionSettingAdmin(PortalAdmin):
    """What is analysed of everything that comes into a collection. It is begun, and taken back, on the collection's own
    page.
    """

    form = CollectionSettingForm
    fields = ("collection", "types", "languages", "engine", "only_here", "names_people", "monthly_budget")
    list_display = fields
    list_filter = ("engine", "only_here", "names_people")
    list_select_related = ("collection",)
    search_fields = ("collection__name",)
    id_fields = ("collection_id",)
    ordering = ("collection__name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """On the collection's page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CollectionSetting | None = None) -> bool:
        """By saying something else."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: CollectionSetting | None = None) -> bool:
        """Who may say what is done there."""
        may: bool = super().has_change_permission(request, obj)
        return may and (obj is None or access.can_change_collection(request.user, obj.collection))

    def get_readonly_fields(self, request: HttpRequest, obj: CollectionSetting | None = None) -> list[str]:
        """Whose setting it is, and whether people are named for who does not manage them."""
        return ["collection"] if people.may_manage(request.user) else ["collection", "names_people"]

    def get_form(
        self, request: HttpRequest, obj: CollectionSetting | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """With who asks."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.asking = request.user
        return form

    def save_model(self, request: HttpRequest, obj: CollectionSetting, form: Any, change: bool) -> None:
        """The form has done it."""

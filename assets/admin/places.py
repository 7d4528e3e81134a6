"""Collections and tags, changed by their services."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from assets.models import Collection, Tag
from assets.services import collections, shelves
from mediaportal.accounts.models import User
from mediaportal.core.admin import PortalAdmin
from mediaportal.core.problems import Problem

_Row = TypeVar("_Row", bound=Model)


def _change_collection(user: User, collection: Collection, wanted: dict[str, Any]) -> None:
    """Rename or move it."""
    parent = wanted["parent"]
    collections.change(
        user=user, collection=collection, name=wanted["name"], parent_id=parent.pk if parent else None
    )


def _rename_tag(user: User, tag: Tag, wanted: dict[str, Any]) -> None:
    """Rename it everywhere."""
    shelves.rename_tag(user=user, tag=tag, name=wanted["name"])


def _by_service(
    kind: type[_Row], change: Callable[[User, _Row, dict[str, Any]], None]
) -> "type[forms.ModelForm[_Row]]":
    """A form whose change is tried by a service, all of it or nothing; what the service refuses stands in the form."""

    class ByService(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
        """The row's own fields."""

        asking: User

        def clean(self) -> Any:
            """Change the row as it stands in the database."""
            cleaned = super().clean()
            if not self.errors and self.changed_data:
                try:
                    change(self.asking, kind._default_manager.get(pk=self.instance.pk), self.cleaned_data)
                except Problem as problem:
                    raise forms.ValidationError(problem.detail) from None
            return cleaned

    return ByService


class _PlaceAdmin(PortalAdmin):
    """Rows whose changes go by services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They are made on the pages and by uploads."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With who asks."""
        form = super().get_form(request, obj, change, **kwargs)
        form.asking = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form has done it."""


@admin.register(Collection)
class CollectionAdmin(_PlaceAdmin):
    """Collections by name or maker."""

    form = _by_service(Collection, _change_collection)
    fields = ("name", "parent", "created_by", "created_at")
    readonly_fields = ("created_by", "created_at")
    autocomplete_fields = ("parent",)
    list_display = ("name", "parent", "created_by", "created_at")
    list_select_related = ("parent", "created_by")
    search_fields = ("name", "created_by__email")
    ordering = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """On its page, where it is seen what stands in it."""
        return False


@admin.register(Tag)
class TagAdmin(_PlaceAdmin):
    """The words that assets are found by."""

    form = _by_service(Tag, _rename_tag)
    fields = ("name", "created_at")
    readonly_fields = ("created_at",)
    list_display = ("name", "created_at")
    search_fields = ("name",)
    ordering = ("name",)

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        """Take it from every asset, written down."""
        shelves.delete_tag(user=request.user, tag=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        """The same for several."""
        for tag in queryset:
            shelves.delete_tag(user=request.user, tag=tag)

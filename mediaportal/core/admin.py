"""What the admin pages of every app share: looking without touching, and finding by an identifier."""

import uuid
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, StackedInline, TabularInline


class _Untouched:
    """Nothing can be added, changed or deleted here; who may look follows the permissions."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows are made by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows move by services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows go by services."""
        return False


class PortalAdmin(ModelAdmin):
    """A list that stays quick with many rows, and whose search takes an identifier in any column of `id_fields`."""

    id_fields: tuple[str, ...] = ("pk",)
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    compressed_fields = True

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A whole UUID is looked up as such; other words are searched for as usual."""
        try:
            wanted = uuid.UUID(search_term.strip())
        except ValueError:
            found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
            return found
        condition = Q()
        for name in self.id_fields:
            condition |= Q(**{name: wanted})
        return queryset.filter(condition), False


class ReadOnlyAdmin(_Untouched, PortalAdmin):
    """Rows to look at."""


class ReadOnlyTabular(_Untouched, TabularInline):
    """Related rows to look at, as a table."""

    extra = 0
    tab = True
    show_change_link = True


class ReadOnlyStacked(_Untouched, StackedInline):
    """Related rows to look at, one below the other."""

    extra = 0
    tab = True
    show_change_link = True


def foreign_text(text: str) -> SafeString:
    """Text that people wrote, escaped and kept apart from the direction of the page."""
    return format_html("<bdi>{}</bdi>", text)


def program_text(text: str) -> SafeString | str:
    """The output of a program, in its own lines."""
    if not text:
        return "–"
    return format_html('<pre dir="ltr" style="white-space:pre-wrap;overflow-wrap:anywhere">{}</pre>', text)

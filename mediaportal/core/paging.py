"""Cursor pagination: `{"next", "previous", "results"}`, stable while rows are added."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class PortalCursorPagination(CursorPagination):
    """Fifty a page unless `page_size` asks otherwise, two hundred at most; newest first.

    A cursor that was made up, or made for another order, is not found.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-created_at", "-id")

    def decode_cursor(self, request: Request) -> Any:
        """The place in the list; raises `NotFound` for one that no database could look for."""
        cursor: Any = super().decode_cursor(request)
        if cursor is not None and "\0" in (cursor.position or ""):
            raise NotFound(_("There is no such page in this list."))
        return cursor

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """One page."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, TypeError) as error:
            raise NotFound(_("There is no such page in this list.")) from error

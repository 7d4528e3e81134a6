"""Cursor pagination: `{"next", "previous", "results"}`, stable while rows are added."""

from rest_framework.pagination import CursorPagination


class PortalCursorPagination(CursorPagination):
    """Fifty a page unless `page_size` asks otherwise, two hundred at most; newest first."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-created_at", "-id")

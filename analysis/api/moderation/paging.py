"""Pages of cases in the order of urgency, however many are alike in it."""

import base64
import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from analysis.models import Case
from mediaportal.core.paging import PortalCursorPagination


class Place(NamedTuple):
    """Where a page begins: behind the case of this urgency, or (`back`) ends before it."""

    severity: int
    due_at: datetime
    reach: int
    id: UUID
    back: bool = False


class UrgencyPaging(PortalCursorPagination):
    """By all of severity, deadline, reach and id: thousands of cases may have the same severity, and the framework's
    own cursors count through those.
    """

    ordering: Any = ("-severity", "due_at", "-reach", "id")

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """One page, and whether there are others."""
        size = self.get_page_size(request) or self.page_size
        place = _read(request.query_params.get(self.cursor_query_param))
        back = place is not None and place.back
        rows = queryset if place is None else queryset.after(place[:4], back=back)
        rows = rows.by_urgency()
        found = list((rows.reverse() if back else rows)[: size + 1])
        more, self._page = len(found) > size, found[:size]
        if back:
            self._page.reverse()
        self._has_next = place is not None if back else more
        self._has_previous = more if back else place is not None
        self._url = request.build_absolute_uri()
        return self._page

    def get_next_link(self) -> str | None:
        """The address of the page behind this one."""
        return self._link(self._page[-1], back=False) if self._has_next and self._page else None

    def get_previous_link(self) -> str | None:
        """The address of the page before this one."""
        return self._link(self._page[0], back=True) if self._has_previous and self._page else None

    def _link(self, case: Case, *, back: bool) -> str:
        told = [case.severity, case.due_at.isoformat(), case.reach, str(case.pk), back]
        cursor = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
        return replace_query_param(self._url, self.cursor_query_param, cursor)


def _read(cursor: str | None) -> Place | None:
    """The place that a cursor names; raises `NotFound` for one that was made up."""
    if not cursor:
        return None
    try:
        severity, due_at, reach, pk, back = json.loads(base64.urlsafe_b64decode(cursor))
        place = Place(int(severity), datetime.fromisoformat(due_at), int(reach), UUID(pk), bool(back))
        if place.due_at.tzinfo is None or not 0 <= place.reach < 2**31 or not 0 <= place.severity < 2**15:
            raise ValueError(cursor)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise NotFound(_("There is no such page in this list.")) from error
    return place

"""The bell: a fragment for the menu, a page for everything, and marking as read."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from mediaportal.accounts.models import User
from notifications.models import Notification
from notifications.services import bell as bells
from notifications.services.wording import Words, words_of

_PAGE = 50


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The newest lines for the menu when htmx asks, otherwise the page with all of them."""
    user = _person(request)
    if "HX-Request" in request.headers:
        return _fragment(request, user)
    page = Paginator(bells.lines_of(user=user), _PAGE).get_page(request.GET.get("page"))
    found = {"page": page, "lines": _worded(page.object_list), "unread": bells.unread_count(user=user)}
    return render(request, "notifications/bell_page.html", found)


@require_POST
def bell_read(request: HttpRequest) -> HttpResponse:
    """Mark the lines in `id` as read, or all when none is named."""
    user = _person(request)
    ids = _ids(request.POST.getlist("id"))
    bells.mark_read(user=user, ids=ids or None)
    return _fragment(request, user) if "HX-Request" in request.headers else redirect("bell")


@require_GET
def bell_open(request: HttpRequest, line_id: uuid.UUID) -> HttpResponse:
    """Go to what a line is about; it counts as read then."""
    user = _person(request)
    line = bells.lines_of(user=user).filter(pk=line_id).first()
    if line is None:
        raise Http404
    bells.mark_read(user=user, ids=[line.pk])
    if line.data.get("link_to"):
        return redirect(str(line.data["link_to"]))
    if line.kind == "guest.arrived":
        return redirect("held")
    if line.kind == "case.mentioned":
        return redirect("review-case", case_id=line.data["case_id"])
    return (
        redirect("asset", asset_id=line.data["asset_id"]) if line.data.get("asset_id") else redirect("bell")
    )


def _fragment(request: HttpRequest, user: User) -> HttpResponse:
    lines = _worded(bells.lines_of(user=user)[: bells.SHOWN_AT_ONCE])
    found = {"lines": lines, "unread": bells.unread_count(user=user)}
    return render(request, "notifications/bell.html", found)


def _worded(lines: Any) -> list[tuple[Notification, Words]]:
    return [(line, words_of(line)) for line in lines]


def _ids(texts: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError:
        raise Http404 from None


def _person(request: HttpRequest) -> User:
    """Who is signed in; the middleware lets nobody else come here."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user

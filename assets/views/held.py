"""The page of what waits for a manager."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assets import access
from assets.services import held as holding
from assets.services.about import scan_words
from assets.services.cards import card_of

_PAGE = 50


@require_GET
def held(request: HttpRequest) -> HttpResponse:
    """Files that wait for a decision, the newest first."""
    if not access.can_manage_guest_links(request.user):
        raise PermissionDenied
    page = Paginator(holding.waiting(user=request.user), _PAGE).get_page(request.GET.get("page"))
    lines = [
        {
            "card": card_of(asset, user=request.user),
            "scan": scan_words(asset),
            "unscanned": holding.needs_scan_release(asset),
        }
        for asset in page
    ]
    return render(request, "assets/held.html", {"page": page, "lines": lines})

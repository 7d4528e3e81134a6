"""The page of a guest link, for those who have no account, and the pages on which managers make such links."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assets import access
from assets.exceptions import LinkEnded
from assets.forms import GuestLinkForm
from assets.models import GuestLink
from assets.services import guestlinks, guestpage, guests
from assets.views.strangers import discreetly, refused
from mediaportal.core.problems import InvalidInput, NotFound, Problem, RateLimited

_PAGE = 50


# --- Guests ---------------------------------------------------------------------------------------------------------
@login_not_required
@require_GET
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """Where guests send files."""
    return discreetly(request, lambda: _guest(request, token))


def _guest(request: HttpRequest, token: str) -> HttpResponse:
    """The page, or why there is none."""
    try:
        guests.count_visit(token=token, address=request.META.get("REMOTE_ADDR", ""))
        shown = guestpage.page_of(guests.link_of(token))
        if shown.used_up:
            raise LinkEnded
    except (NotFound, LinkEnded, RateLimited) as problem:
        return refused(request, problem, "assets/guest_over.html")
    return render(request, "assets/guest.html", {"shown": shown, "link": shown.link, "token": token})


# --- Managers -------------------------------------------------------------------------------------------------------
@require_GET
def guest_links(request: HttpRequest) -> HttpResponse:
    """Every guest link, how it stands and what it has brought."""
    _require_manager(request)
    rows = GuestLink.objects.visible_to(request.user).select_related("created_by", "collection")
    rows = rows.with_use().order_by("-created_at", "-id")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    lines = [
        {
            "link": link,
            "standing": guestlinks.standing_of(link),
            "url": request.build_absolute_uri(guests.path_of(link)),
        }
        for link in page
    ]
    return render(request, "assets/guest_links.html", {"page": page, "lines": lines})


@require_http_methods(["GET", "POST"])
def guest_link(request: HttpRequest, link_id: UUID | None = None) -> HttpResponse:
    """Make a link, or change one."""
    _require_manager(request)
    link = None if link_id is None else _link(request, link_id)
    form = GuestLinkForm(request.POST or None, initial=GuestLinkForm.facts_of(link))
    if request.method == "POST" and form.is_valid():
        try:
            if link is None:
                link = guestlinks.make(user=request.user, **form.wanted)
            else:
                guestlinks.change(user=request.user, link=link, **form.wanted)
        except InvalidInput as problem:
            form.refuse(problem)
        except Problem as problem:
            form.add_error(None, problem.detail)
        else:
            messages.success(request, _("Saved"))
            return redirect("guest-links")
    status = 422 if form.errors else 200
    return render(request, "assets/guest_link.html", {"form": form, "link": link}, status=status)


@require_POST
def guest_link_end(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """End a link for good."""
    _require_manager(request)
    guestlinks.end(user=request.user, link=_link(request, link_id))
    messages.success(request, _("The link has ended."))
    return redirect("guest-links")


def _link(request: HttpRequest, link_id: UUID) -> GuestLink:
    """A link that this person may change; 404 for any other."""
    found = GuestLink.objects.visible_to(request.user).filter(pk=link_id).first()
    if found is None:
        raise Http404
    return found


def _require_manager(request: HttpRequest) -> None:
    """403 for those who may not make guest links."""
    if not access.can_manage_guest_links(request.user):
        raise PermissionDenied

"""The pages of hash lists, for those who manage them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis import access
from analysis.models import HashKind
from analysis.services.moderation import hashfiles, hashlists, hashloads
from analysis.services.moderation.hashlists import Entry
from mediaportal.core.problems import NotFound, Problem

_PAGE = 50


@require_http_methods(["GET", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """All lists; sending a name makes one."""
    _require_manager(request)
    if request.method == "POST":
        name, source = request.POST.get("name", ""), request.POST.get("source", "")
        try:
            made = hashlists.make(user=request.user, name=name, source=source)
        except Problem as problem:
            messages.error(request, problem.detail)
        else:
            return redirect("hash-list", made.pk)
    page = Paginator(hashlists.listed(user=request.user), _PAGE).get_page(request.GET.get("page"))
    return render(request, "analysis/moderation/hash_lists.html", {"page": page})


@require_GET
def one_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """A list with its hashes; `value` are the first digits of those that are looked for."""
    return _page(request, list_id)


@require_POST
def change(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Rename a list, or take it in or out of use."""
    sent = request.POST
    return _done(
        request,
        list_id,
        lambda: hashlists.change(
            user=request.user,
            list_id=list_id,
            name=sent.get("name", ""),
            source=sent.get("source", ""),
            is_active="is_active" in sent,
        ),
        _("Saved"),
    )


@require_POST
def delete(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Delete a list with its hashes."""
    _require_manager(request)
    try:
        hashlists.delete(user=request.user, list_id=list_id)
    except NotFound:
        raise Http404 from None
    messages.success(request, _("The list has been deleted."))
    return redirect("hash-lists")


@require_POST
def add(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Add one hash; of which kind, its length says."""
    value = request.POST.get("value", "").strip()
    kind = HashKind.PICTURE if len(value) == hashlists.PICTURE_DIGITS else HashKind.SHA256
    entry = Entry(kind, value, request.POST.get("note", ""))
    return _done(
        request,
        list_id,
        lambda: hashlists.add(user=request.user, list_id=list_id, entry=entry),
        _("The hash has been added."),
    )


@require_POST
def remove(request: HttpRequest, list_id: UUID, entry_id: int) -> HttpResponse:
    """Take a hash off the list."""
    return _done(
        request,
        list_id,
        lambda: hashlists.remove(user=request.user, list_id=list_id, entry_id=entry_id),
        _("The hash has been taken off the list."),
    )


@require_POST
def send(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Have the hashes of a file added, or none; the page tells how far that is, and what is wrong line by line."""
    _require_manager(request)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or file.file is None:
        messages.error(request, _("Choose a file first."))
        return redirect("hash-list", list_id)
    try:
        form = hashfiles.form_of(str(file.name), None)
        hashloads.send(user=request.user, list_id=list_id, file=file.file, form=form)
    except NotFound:
        raise Http404 from None
    except Problem as problem:
        messages.error(request, problem.detail)
    return redirect("hash-list", list_id)


@require_GET
def load(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """The fragment that tells how far the last file is that was sent for a list, and what came of it."""
    _require_manager(request)
    try:
        context = _last_load(request, list_id)
    except NotFound:
        raise Http404 from None
    return render(request, "analysis/moderation/hash_load.html", context)


def _last_load(request: HttpRequest, list_id: UUID) -> dict[str, Any]:
    """The last file that was sent for a list, with how much of it was read, in percent."""
    last = hashloads.last_of(user=request.user, list_id=list_id)
    share = 100 * hashloads.read_of(last) // last.size if last is not None and last.size else 0
    return {"load": last, "percent": share}


def _done(request: HttpRequest, list_id: UUID, act: Callable[[], Any], said: str) -> HttpResponse:
    """Do something and go back to the list; what is refused is said there."""
    _require_manager(request)
    try:
        act()
    except NotFound:
        raise Http404 from None
    except Problem as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, said)
    return redirect("hash-list", list_id)


def _page(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """The page of a list, with the last file that was sent for it."""
    _require_manager(request)
    value = request.GET.get("value", "").strip()
    try:
        found = hashlists.one(user=request.user, list_id=list_id)
        rows = hashlists.entries(user=request.user, list_id=list_id, value=value)
    except NotFound:
        raise Http404 from None
    context = {
        "list": found,
        "page": Paginator(rows, _PAGE).get_page(request.GET.get("page")),
        "value": value,
        **_last_load(request, list_id),
    }
    return render(request, "analysis/moderation/hash_list.html", context)


def _require_manager(request: HttpRequest) -> None:
    """403 for those who may not see hash lists."""
    if not access.can_manage_hash_lists(request.user):
        raise PermissionDenied


urlpatterns = [
    path("hash-lists/", lists, name="hash-lists"),
    path("hash-lists/<uuid:list_id>/", one_list, name="hash-list"),
    path("hash-lists/<uuid:list_id>/change/", change, name="hash-list-change"),
    path("hash-lists/<uuid:list_id>/delete/", delete, name="hash-list-delete"),
    path("hash-lists/<uuid:list_id>/add/", add, name="hash-list-add"),
    path("hash-lists/<uuid:list_id>/load/", load, name="hash-list-load"),
    path("hash-lists/<uuid:list_id>/send/", send, name="hash-list-send"),
    path("hash-lists/<uuid:list_id>/entries/<int:entry_id>/remove/", remove, name="hash-list-remove"),
]

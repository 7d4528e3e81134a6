"""The page of a share link, that of what is public, and the dialog in which owners share."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from assets import access
from assets.access import Visitor
from assets.exceptions import ShareLinkEnded, ShareNotReady, WrongPassword
from assets.models import Asset, ShareLink, Watermark
from assets.services import embedding, links, sharing, visiting
from assets.services.stage import files_of, stage_of
from assets.services.state import state_of
from assets.services.theatre import theatre_of
from assets.views.strangers import discreetly, refused
from mediaportal.core.problems import NotFound, Problem, RateLimited

_OVER = "assets/shared_over.html"
_COOKIE = "share"
_SALT = "assets.share"
_REMEMBERED_SECONDS = 24 * 3600


# --- Visitors -------------------------------------------------------------------------------------------------------
@login_not_required
@require_http_methods(["GET", "POST"])
def shared(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Where somebody who has a share link watches; the link's password is asked for first."""
    return discreetly(request, lambda: _shared(request, link_id))


def _shared(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """The page, the question for the password, or why there is nothing."""
    try:
        visitor = visiting.visitor_of(link_id)
    except (NotFound, ShareLinkEnded, ShareNotReady) as problem:
        return refused(request, problem, _OVER)
    if request.method == "POST" and visitor.link.password:
        return _asked(request, visitor.link)
    if not visiting.has_proof(visitor.link, _shown_proof(request)):
        return _ask(request, visitor.link)
    visiting.note_use(visitor.link)
    found = _with_variants(visitor.link.asset)
    return render(request, "assets/shared.html", _page(found, visitor))


def _asked(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """Somebody says a password: the right one is remembered for this link and no other address."""
    address, said = request.META.get("REMOTE_ADDR", ""), request.POST.get("password", "")
    try:
        proof = visiting.prove(link=link, password=said[: sharing.LONGEST_PASSWORD + 1], address=address)
    except (WrongPassword, RateLimited) as problem:
        return _ask(request, link, problem)
    path = sharing.path_of(link)
    answer = HttpResponse(status=303, headers={"Location": path})
    answer.set_signed_cookie(
        _COOKIE, proof, salt=_SALT, path=path, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return answer


def _ask(request: HttpRequest, link: ShareLink, problem: Problem | None = None) -> HttpResponse:
    """The question for the password. It says nothing of what lies behind it. A form needs an origin, so its own site
    hears where it stands.
    """
    context = {"problem": problem, "path": sharing.path_of(link)}
    answer = render(
        request, "assets/shared_password.html", context, status=problem.status if problem else 200
    )
    answer.headers["Referrer-Policy"] = "same-origin"
    for name, value in problem.headers.items() if problem else ():
        answer.headers[name] = value
    return answer


def _shown_proof(request: HttpRequest) -> str:
    """What the browser remembers of the password."""
    proof = request.get_signed_cookie(_COOKIE, default="", salt=_SALT, max_age=_REMEMBERED_SECONDS)
    return proof or ""


def _visitor(request: HttpRequest, link_id: UUID) -> Visitor:
    """Whoever asks for a part of the page; raises as `visitor_of` does, and `WrongPassword`."""
    visitor = visiting.visitor_of(link_id)
    if not visiting.has_proof(visitor.link, _shown_proof(request)):
        raise WrongPassword
    return visitor


@login_not_required
@require_GET
def shared_playback(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """The playback document for visitors, with fresh links."""
    try:
        visitor = _visitor(request, link_id)
    except Problem as problem:
        return _problem(problem)
    return _private(JsonResponse(links.playback(asset=_with_variants(visitor.link.asset), user=visitor)))


@login_not_required
@require_GET
def shared_standing(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Whether the link still opens what an open page shows: 204, or why not. `ETag` moves when the page must be loaded
    again, because the link or its asset says something else.
    """
    try:
        link = _visitor(request, link_id).link
    except Problem as problem:
        return _problem(problem)
    version = (
        f"{link.link_epoch}.{link.asset.link_epoch}.{int(link.allow_download and link.asset.allow_download)}"
    )
    version += f".{visiting.preparing(Visitor(link))}"
    return _private(HttpResponse(status=204, headers={"ETag": f'"{version}"'}))


# --- What is public -------------------------------------------------------------------------------------------------
def public(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """The page of a public asset for those who are not signed in. Of everything else they hear that they have to sign
    in, whether it exists or not.
    """
    found = Asset.objects.visible_to(AnonymousUser()).filter(pk=asset_id).first()
    if found is None:
        return redirect_to_login(request.get_full_path())
    page = _page(_with_variants(found), AnonymousUser())
    return discreetly(request, lambda: render(request, "assets/shared.html", page))


@login_not_required
@require_GET
def asset_standing(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Whether an open page or frame may still show an asset to whoever looks at it: 204, or 404. `ETag` as above."""
    found = Asset.objects.visible_to(request.user).filter(pk=asset_id).first()
    if found is None:
        return _problem(NotFound())
    version = f"{found.link_epoch}.{int(found.allow_download)}"
    return _private(HttpResponse(status=204, headers={"ETag": f'"{version}"'}))


# --- Owners ---------------------------------------------------------------------------------------------------------
@require_GET
def share_panel(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """What the share dialog of an asset holds: its links, how each stands, and the form for one."""
    found = Asset.objects.visible_to(request.user).filter(pk=asset_id).first()
    if found is None:
        raise Http404
    if not access.can_share(request.user, found):
        raise PermissionDenied
    rows = ShareLink.objects.visible_to(request.user).filter(asset=found).with_standing()
    renditions = sharing.renditions_of(rows)
    lines: list[dict[str, Any]] = [
        {
            "link": link,
            "rendition": renditions.get(link.pk),
            "standing": sharing.standing_of(link),
            "url": request.build_absolute_uri(sharing.path_of(link)),
            "embed": _code(request, found, Visitor(link)),
        }
        for link in rows
    ]
    context = {
        "asset": found,
        # Those that are of use first, each part the newest first.
        "lines": sorted(lines, key=lambda line: line["standing"].code in {"expired", "revoked"}),
        "watermarks": Watermark.choices,
        "address": request.build_absolute_uri(reverse("asset", args=[found.pk])),
        "embed": _code(request, found, AnonymousUser()),
    }
    return render(request, "assets/share_panel.html", context)


def _code(request: HttpRequest, asset: Asset, user: access.Caller) -> str:
    """The code that puts the player into a page of another site, where it would show there; otherwise nothing."""
    address = embedding.address_of(asset, user=user)
    if not address:
        return ""
    source = request.build_absolute_uri(address)
    return embedding.frame_of(source=source, title=asset.title, box=embedding.box_of(asset))


# --- Both -----------------------------------------------------------------------------------------------------------
def _page(asset: Asset, user: access.Caller) -> dict[str, Any]:
    """What the page shows of an asset: the media, its title, its owner's name, and what may be kept."""
    return {
        "asset": asset,
        "state": state_of(asset),
        "stage": stage_of(asset, user=user),
        "theatre": theatre_of(asset, user=user),
        "files": files_of(asset, user=user),
    }


def _with_variants(asset: Asset) -> Asset:
    """The same asset, loaded with its owner and its variants."""
    return Asset.objects.select_related("uploaded_by").prefetch_related("variants").get(pk=asset.pk)


def _private(answer: HttpResponse) -> HttpResponse:
    """An answer that nobody keeps."""
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _problem(problem: Problem) -> HttpResponse:
    """A refusal as a program reads it."""
    answer = JsonResponse(
        problem.as_document(), status=problem.status, content_type="application/problem+json"
    )
    for name, value in problem.headers.items():
        answer.headers[name] = value
    return _private(answer)

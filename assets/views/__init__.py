"""The pages: library, asset, upload, and the fragments that keep them fresh."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assets import access, offers, registry
from assets.models import Asset, Visibility
from assets.services import cabinet, cuts, deletionholds, room
from assets.services.about import about, scan_care
from assets.services.browse import Filters, browse, count_working, narrowed
from assets.services.cards import card_of
from assets.services.finding import places_of, search_of
from assets.services.reasons import said
from assets.services.restrictions import restrictions
from assets.services.stage import files_of, stage_of, stills_of
from assets.services.state import state_of
from assets.services.theatre import theatre_of
from assets.views import shares
from mediaportal.accounts.ages import AgeRating
from mediaportal.accounts.models import User
from mediaportal.core import staticfinders

_TRASH_PAGE = 50


@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """The grid or list of files, all of them or those of one collection; with `after` only the next cards."""
    filters = Filters.from_query(request.GET.dict())
    place = _place(request, filters.collection) if filters.collection else {}
    page = browse(user=request.user, filters=filters, after=request.GET.get("after", ""))
    context: dict[str, Any] = place | {
        "cards": [
            card_of(asset, user=request.user, found=page.places.get(asset.pk)) for asset in page.assets
        ],
        "after": page.after,
        "filters": filters,
        "layout": "list" if request.COOKIES.get("layout") == "list" else "grid",
    }
    if "after" in request.GET and "HX-Request" in request.headers:
        return render(request, "assets/cards.html", context)
    return render(request, "assets/library.html", context)


def _place(request: HttpRequest, collection_id: UUID) -> dict[str, Any]:
    """The collection that the library is opened at, and those inside it; 404 for one that is not there."""
    found = cabinet.opened(user=request.user, collection_id=collection_id)
    if found is None:
        raise Http404
    shelves = cabinet.shelves_in(user=request.user, parent_id=found.pk, page=request.GET.get("inside"))
    may_change = access.can_change_collection(request.user, found)
    return {
        "place": found,
        "shelves": shelves,
        "may_make": access.can_make_collections(request.user),
        "may_change": may_change,
        "place_parts": registry.place_parts() if may_change else [],
        "unseen_files": may_change and cabinet.holds_unseen(user=request.user, collection=found),
    }


@require_GET
def collections(request: HttpRequest) -> HttpResponse:
    """The collections that stand in no other one, and the tags."""
    shelves = cabinet.shelves_in(user=request.user, parent_id=None, page=request.GET.get("inside"))
    context = {
        "shelves": shelves,
        "tags": cabinet.tags_of(user=request.user),
        "may_make": access.can_make_collections(request.user),
    }
    return render(request, "assets/collections.html", context)


@require_GET
def card(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """One card, fresh; nothing once the asset is gone, so that the card goes too."""
    filters = Filters.from_query(request.GET.dict())
    search = search_of(user=request.user, typed=filters.q)
    found = narrowed(user=request.user, filters=filters, search=search).filter(pk=asset_id)
    asset = found.select_related("uploaded_by").with_poster().first()  # type: ignore[attr-defined]
    if asset is None:
        return HttpResponse("")
    place = places_of(search, [asset], user=request.user).get(asset.pk)
    return render(request, "assets/card.html", {"card": card_of(asset, user=request.user, found=place)})


@require_GET
def working(request: HttpRequest) -> HttpResponse:
    """The pill that says how many files are in work."""
    return render(request, "parts/pill.html", {"working": count_working(user=request.user)})


@require_GET
@login_not_required
def asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """One asset: to see, hear, read about and change; of a public one strangers see the media alone."""
    if not request.user.is_authenticated:
        return shares.public(request, asset_id)
    found = _asset(request, asset_id)
    context = _context(request, found) | _shelved(found)
    context["panels"] = registry.panels(changing=context["may_change"], user=request.user)
    context["theatre"] = theatre_of(found, user=request.user)
    return render(request, "assets/asset.html", context)


@require_GET
def stage(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """The player, or what stands in its place until there is something to play."""
    found = _asset(request, asset_id)
    context = _context(request, found) | {"theatre": theatre_of(found, user=request.user)}
    return render(request, "assets/stage.html", context)


@require_GET
def side(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """What is known of the file, and what there is to download."""
    return render(request, "assets/side.html", _context(request, _asset(request, asset_id)))


@require_GET
def shelved(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """The tags of the file, and the collections that it stands in."""
    found = _asset(request, asset_id)
    context = {"asset": found, "may_change": access.can_change(request.user, found)} | _shelved(found)
    return render(request, "assets/shelved.html", context)


@require_GET
def upload(request: HttpRequest) -> HttpResponse:
    """The page that takes files."""
    if not access.can_upload(request.user):
        raise PermissionDenied
    if isinstance(request.user, User) and (why := registry.upload_bar(request.user)):
        return render(request, "assets/upload_stopped.html", {"why": why}, status=403)
    context = {
        "room": room.of_person(request.user) if isinstance(request.user, User) else None,
        "visibilities": Visibility.choices,
        "ratings": AgeRating.choices,
        "options": offers.upload_choices(),
        "parts": offers.upload_parts(),
    }
    return render(request, "assets/upload.html", context)


@require_GET
@login_not_required
def upload_keeper(request: HttpRequest) -> HttpResponse:
    """The service worker that keeps chosen files while a page is left and loaded again.

    It is served from the root, because a worker has no say above its own folder. Uppy ships it as a module, which not
    every browser takes as a service worker: without its empty `export` it is a plain script.
    """
    text = staticfinders.read("vendor/uppy-keeper.js").replace("export {};", "")
    return HttpResponse(text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@require_GET
def trash(request: HttpRequest) -> HttpResponse:
    """What lies in the trash and may be taken out again by this person, the last removed first."""
    found = (
        Asset.objects.in_trash_of(request.user).select_related("uploaded_by").order_by("-deleted_at", "-id")
    )
    page = Paginator(found, _TRASH_PAGE).get_page(request.GET.get("page"))
    return render(request, "assets/trash.html", {"page": page})


def _asset(request: HttpRequest, asset_id: UUID) -> Asset:
    """An asset that this person may see, with all its variants in one further query; 404 for any other."""
    rows = Asset.objects.visible_to(request.user).select_related("uploaded_by", "guest_link")
    rows = rows.prefetch_related("variants")
    found = rows.filter(pk=asset_id).first()
    if found is None:
        raise Http404
    return found


def _context(request: HttpRequest, found: Asset) -> dict[str, Any]:
    """What the asset page and its fragments show."""
    state, may_change = state_of(found), access.can_change(request.user, found)
    may_keep = deletionholds.may_hold(request.user)
    return {
        "asset": found,
        "state": state,
        "stage": stage_of(found, user=request.user),
        "stills": stills_of(found, user=request.user),
        "files": files_of(found, user=request.user),
        "reason": said(found.error_detail),
        "scan_care": scan_care(found),
        "may_release": access.can_release(request.user, found),
        "about": about(found),
        "cut": cuts.word_of(asset=found, user=request.user),
        "may_change": may_change,
        "may_share": access.can_share(request.user, found),
        "may_retry": may_change and state.code == "failed" and registry.is_mendable(found.error_code),
        "visibilities": Visibility.choices,
        "ratings": AgeRating.choices if may_change else [],
        "restrictions": restrictions(found) if may_change else [],
        "may_keep": may_keep,
        "kept": deletionholds.standing(user=request.user, asset=found) if may_keep else None,
    }


def _shelved(found: Asset) -> dict[str, Any]:
    """What a file is found by."""
    return {"tags": list(found.tags.all()), "places": cabinet.places_of(found)}

"""The player in a frame of another site, and what tells other sites of it (oEmbed)."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET

from assets import access
from assets.services import embedding
from assets.services.embedding import NotJson
from assets.services.stage import stage_of
from assets.services.state import state_of
from assets.services.theatre import theatre_of
from mediaportal.core.problems import Problem


@login_not_required
@require_GET
@xframe_options_exempt
def embed(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """The player alone; of what is public, of what the caller may see, and with `share` of what a link opens."""
    try:
        found, user = embedding.opened(
            asset_id=asset_id, share=request.GET.get("share", ""), user=request.user
        )
    except Problem as problem:
        context = {"problem": problem, "page_url": _page_url(request, asset_id)}
        answer = render(request, "assets/embed_over.html", context, status=problem.status)
    else:
        answer = render(request, "assets/embed.html", _page(request, found, user))
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    # Who may put it into a frame is said here alone; other pages keep to 'none'.
    answer._csp_replace = {"frame-ancestors": settings.EMBED_FRAME_ANCESTORS}  # type: ignore[attr-defined]  # as `csp.decorators.csp_replace` does
    return answer


def _page(request: HttpRequest, asset: Any, user: access.Caller) -> dict[str, Any]:
    """What the page of the player shows."""
    theatre = theatre_of(asset, user=user)
    return {
        "asset": asset,
        "state": state_of(asset),
        "stage": stage_of(asset, user=user),
        "theatre": theatre,
        "page_url": request.build_absolute_uri(theatre.page_url),
        "embedded": True,
    }


def _page_url(request: HttpRequest, asset_id: UUID) -> str:
    """Where the same thing is watched outside a frame."""
    link = embedding.uuid_of(request.GET.get("share", ""))
    path = reverse("shared", args=[link]) if link else reverse("asset", args=[asset_id])
    return request.build_absolute_uri(path)


@login_not_required
@require_GET
def oembed(request: HttpRequest) -> HttpResponse:
    """What another site asks to show a link to an asset as its player (https://oembed.com)."""
    asked = request.GET
    try:
        if asked.get("format", "json") != "json":
            raise NotJson
        found, link = embedding.shown(url=asked.get("url", ""), host=request.get_host())
        box = embedding.box_of(found, wide=asked.get("maxwidth", ""), high=asked.get("maxheight", ""))
        document = _document(request, found, link, box)
    except Problem as problem:
        answer = JsonResponse(
            problem.as_document(), status=problem.status, content_type="application/problem+json"
        )
    else:
        answer = JsonResponse(document)
    # Nothing of it depends on who asks; a page in a browser may, too.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _document(request: HttpRequest, asset: Any, link: UUID | None, box: embedding.Box) -> dict[str, Any]:
    """The answer as the specification wants it."""
    address = request.build_absolute_uri(reverse("embed", args=[asset.pk]))
    source = f"{address}?{urlencode({'share': str(link)})}" if link else address
    return {
        "version": "1.0",
        "type": "video" if asset.kind == "video" else "rich",
        "title": asset.title,
        "author_name": asset.uploaded_by.name,
        "provider_name": settings.SITE_NAME,
        "provider_url": request.build_absolute_uri("/"),
        "cache_age": 3600,
        "html": embedding.frame_of(source=source, title=asset.title, box=box),
        "width": box.width,
        "height": box.height,
    }

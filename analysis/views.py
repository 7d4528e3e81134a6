"""The analyses and the timeline of an asset, as fragments of its page."""

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analysis.services import panel, timeline
from assets import access
from assets.models import Asset, Kind


@require_GET
def asset_analyses(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """What was found by type, and for who may change the asset a form that orders more; empty when there is neither."""
    asset = Asset.objects.visible_to(request.user).filter(pk=asset_id).first()
    if asset is None:
        raise Http404
    if not access.can_play(request.user, asset):
        return HttpResponse()
    context = panel.context_of(asset, user=request.user)
    if not context["types"] and not context["may_order"]:
        return HttpResponse()
    return render(request, "analysis/panel.html", context)


@require_GET
def asset_timeline(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """What was found along the time of a film or a sound; empty for what has no time, and as long as nobody has asked
    for an analysis.
    """
    asset = Asset.objects.visible_to(request.user).filter(pk=asset_id).first()
    if asset is None:
        raise Http404
    if asset.kind == Kind.IMAGE or not access.can_play(request.user, asset):
        return HttpResponse()
    document = timeline.document_of(asset)
    if not document["lanes"] and not timeline.is_analysed(asset):
        return HttpResponse()
    return render(
        request,
        "analysis/timeline.html",
        {"asset": asset, "document": document, "data": json.dumps(document, ensure_ascii=False)},
    )

"""The analyses of an asset, as a fragment of its page."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analysis.services import panel
from assets import access
from assets.models import Asset


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

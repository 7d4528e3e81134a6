"""The analyses, the timeline and the matches of an asset, as fragments of its page; a match with both players side by
side.
"""

import json
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from analysis.exceptions import NotComparable
from analysis.models import Match
from analysis.services import (
    alike,
    comparing,
    current,
    keyframeview,
    panel,
    references,
    sidebyside,
    timeline,
)
from assets import access
from assets.models import Asset, Collection, Kind, Visibility
from mediaportal.core.problems import NotFound

_MOST_MATCHES = 50


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


@require_GET
def comparison_page(request: HttpRequest, asset_id: UUID, analysis_id: UUID, other_id: UUID) -> HttpResponse:
    """Two analyses of one type beside each other, for who may play the asset."""
    try:
        first, second = current.two_of(
            user=request.user, asset_id=asset_id, analysis_id=analysis_id, other_id=other_id
        )
        comparison = comparing.compare(first, second)
    except (NotFound, NotComparable) as error:
        raise Http404 from error
    return render(request, "analysis/comparison.html", panel.comparison_of(comparison))


@require_GET
def asset_keyframes(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """The captured key frames of a film with their labels, and for who may change it a button that orders them; empty
    when there is neither.
    """
    asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=asset_id)
    context = keyframeview.context_of(asset, user=request.user)
    return HttpResponse() if context is None else render(request, "analysis/keyframes.html", context)


@require_GET
def asset_matches(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """What an asset is alike to; empty when there is nothing."""
    asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=asset_id)
    if not access.can_play(request.user, asset):
        return HttpResponse()
    found = alike.of(asset=asset, user=request.user)[:_MOST_MATCHES]
    sides = [alike.side(match, asset=asset, user=request.user) for match in found]
    may_mark = references.may_keep(request.user) and access.can_change(request.user, asset)
    if not sides and not may_mark:
        return HttpResponse()
    work = references.listed().filter(asset=asset).first() if may_mark else None
    context = {"asset": asset, "sides": sides, "may_mark": may_mark, "work": work}
    if work is not None and work.visibility_before not in {"", Visibility.PRIVATE, asset.visibility}:
        context |= {"may_give_back": True, "work_visibility": Visibility(work.visibility_before).label}
    return render(request, "analysis/matches.html", context)


@require_GET
def collection_analyses(request: HttpRequest, collection_id: UUID) -> HttpResponse:
    """The form of what is analysed of everything that comes into a collection; for who may change it."""
    place = get_object_or_404(Collection.objects.visible_to(request.user), pk=collection_id)
    if not access.can_change_collection(request.user, place):
        raise PermissionDenied
    return render(request, "analysis/collection.html", panel.of_collection(place, user=request.user))


@require_GET
def match_page(request: HttpRequest, match_id: UUID) -> HttpResponse:
    """Both media of a match, aligned; for who may play both."""
    match = get_object_or_404(Match.objects.select_related("asset", "other", "work"), pk=match_id)
    known = alike.of(asset=match.asset, user=request.user).filter(pk=match.pk).exists()
    if not known or not all(access.can_play(request.user, one) for one in (match.asset, match.other)):
        raise Http404
    return render(request, "analysis/match.html", sidebyside.context_of(match, user=request.user))

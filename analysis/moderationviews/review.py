"""The page on which somebody looks at a case and decides, and the cases of an asset on its own page."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from analysis import access
from analysis.services.moderation import care, casebook, casehistory, cockpit
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound


@require_GET
def review(request: HttpRequest) -> HttpResponse:
    """The cockpit, which claims the next case by itself: opening an address changes nothing."""
    return _cockpit(request, _reviewer(request), {})


@require_GET
def review_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The cockpit with a case; for its own script, which names a part, the case alone."""
    person = _reviewer(request)
    try:
        case = casebook.find(user=person, case_id=case_id)
    except NotFound as error:
        raise Http404 from error
    context = cockpit.context_of(case, user=person)
    if request.headers.get("X-Part") == "case":
        answer = render(request, "analysis/moderation/case.html", context)
        answer["Cache-Control"] = "private, no-store"
        return answer
    return _cockpit(request, person, context)


@require_GET
def asset_cases(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """The cases of an asset, as a fragment of its page; empty when this person may read none."""
    found = Asset.objects.visible_to(request.user).filter(pk=asset_id).first()
    if found is None:
        raise Http404
    user = request.user
    cases = casehistory.of_asset(found.pk, user=user) if isinstance(user, User) else []
    if not cases:
        return HttpResponse()
    return render(request, "analysis/moderation/asset_cases.html", {"cases": cases})


def _reviewer(request: HttpRequest) -> User:
    """The person, who may review; anybody else is refused."""
    if not isinstance(request.user, User) or not access.can_review(request.user):
        raise PermissionDenied
    return request.user


def _cockpit(request: HttpRequest, person: User, context: dict[str, Any]) -> HttpResponse:
    """The whole page."""
    known = {"setting": care.setting_of(user=person), "looked": care.looked(user=person), "on_review": True}
    answer = render(request, "analysis/moderation/cockpit.html", known | context)
    # What is going back to it must not show a case that somebody else has by now.
    answer["Cache-Control"] = "private, no-store"
    return answer


urlpatterns: list[URLPattern] = [
    path("next/", review, name="review"),
    path("cases/<uuid:case_id>/", review_case, name="review-case"),
    path("assets/<uuid:asset_id>/", asset_cases, name="asset-cases"),
]

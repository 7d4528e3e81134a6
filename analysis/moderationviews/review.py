"""The page on which somebody looks at a case and decides, and the cases of an asset on its own page."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from analysis import access
from analysis.exceptions.moderation import NothingWaiting
from analysis.models import Case
from analysis.services.moderation import care, casebook, casehistory, claiming, cockpit
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
    if request.headers.get("X-Part") == "case":
        return _part(request, person, case)
    return _cockpit(request, person, cockpit.context_of(case, user=person))


@require_POST
def review_take(request: HttpRequest) -> HttpResponse:
    """Claim the next case and show it, in one answer; without content when nothing waits. `after` is a case that was
    just put back.
    """
    person = _reviewer(request)
    try:
        taken = claiming.take_next(user=person, after=_case_id(request.POST.get("after", "")))
    except NothingWaiting:
        return _unkept(HttpResponse(status=204))
    return _part(request, person, casebook.find(user=person, case_id=taken.pk))


@require_GET
def review_ahead(request: HttpRequest) -> HttpResponse:
    """What the browser may fetch of the case that would come next, which stays free: it is not shown to anybody yet."""
    return _unkept(JsonResponse(cockpit.ahead(user=_reviewer(request)) or {}))


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


def _case_id(told: str) -> UUID | None:
    """The case that a form names, if it names one."""
    try:
        return UUID(told)
    except ValueError:
        return None


def _part(request: HttpRequest, person: User, case: Case) -> HttpResponse:
    """A case alone, for the page that is open already."""
    return _unkept(render(request, "analysis/moderation/case.html", cockpit.context_of(case, user=person)))


def _cockpit(request: HttpRequest, person: User, context: dict[str, Any]) -> HttpResponse:
    """The whole page."""
    known = {"setting": care.setting_of(user=person), "looked": care.looked(user=person), "on_review": True}
    return _unkept(render(request, "analysis/moderation/cockpit.html", known | context))


def _unkept(answer: HttpResponse) -> HttpResponse:
    """The answer, never shown again from memory: going back to a page must not show what somebody else has by now."""
    answer["Cache-Control"] = "private, no-store"
    return answer


urlpatterns: list[URLPattern] = [
    path("next/", review, name="review"),
    path("take/", review_take, name="review-take"),
    path("ahead/", review_ahead, name="review-ahead"),
    path("cases/<uuid:case_id>/", review_case, name="review-case"),
    path("assets/<uuid:asset_id>/", asset_cases, name="asset-cases"),
]

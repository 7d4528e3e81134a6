"""What people are shown of moderation who do not moderate: reporting, decisions against what is theirs, appeals,
and what counts against them.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis import access
from analysis.models import AGAINST, Reason, Report
from analysis.services.moderation import appeals, owning, reports, strikes
from assets import access as seeing
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound, NotPermitted, Problem

_PAGE = 50
# The reasons in the order in which they are offered.
_REASONS = [(value, label) for value, label in Reason.choices if value in AGAINST]


# --- Reporting ----------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def asset_report(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """The button that reports an asset, with its dialog, or the form in it alone (`?part=form`); by POST the report
    itself, answered with what stands now.
    """
    user = _person(request)
    found = Asset.objects.visible_to(user).filter(pk=asset_id).first()
    if found is None or not reports.offered(user=user, asset=found):
        raise Http404
    if request.method == "GET":
        part = "report_form" if request.GET.get("part") == "form" else "report"
        return render(request, f"analysis/{part}.html", _reporting(user, found))
    said = request.POST
    try:
        reports.report(
            user=user,
            asset=found,
            reason=said.get("reason", ""),
            note=said.get("note", ""),
            second=_second(said.get("second", "")),
        )
    except Problem as problem:
        wrong = _reporting(user, found) | {
            "wrong": str(problem.detail or problem.title),
            "reason": said.get("reason", ""),
            "note": said.get("note", ""),
        }
        return render(request, "analysis/report_form.html", wrong)
    return render(request, "analysis/report_sent.html", {"asset": found})


@require_GET
def my_reports(request: HttpRequest) -> HttpResponse:
    """What somebody has reported, and what came of it."""
    user = _person(request)
    page = Paginator(reports.mine(user=user), _PAGE).get_page(request.GET.get("page"))
    lines = [(report, seeing.can_see(user, report.asset)) for report in page]
    return render(request, "analysis/my_reports.html", {"page": page, "lines": lines})


def _reporting(user: User, asset: Asset) -> dict[str, Any]:
    """What the dialog shows."""
    standing: Report | None = reports.open_report(user=user, asset_id=asset.pk)
    return {
        "asset": asset,
        "reasons": _REASONS,
        "standing": standing,
        "reason": standing.reason if standing else "",
        "note": standing.note if standing else "",
    }


def _second(text: str) -> float | None:
    """A second as the form sends it; what is no number counts as none."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


# --- Decisions and appeals ----------------------------------------------------------------------------------------
@require_GET
def own_decision(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """A decision against what is this person's own."""
    told = _told(request, decision_id)
    return render(request, "analysis/own_decision.html", {"told": told, "most": appeals.TEXT_LENGTH})


@require_POST
def own_appeal(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Appeal against it."""
    told = _told(request, decision_id)
    text = request.POST.get("text", "")
    try:
        appeals.appeal(user=_person(request), case_id=told.case_id, text=text)
    except Problem as problem:
        shown = {
            "told": told,
            "most": appeals.TEXT_LENGTH,
            "wrong": str(problem.detail or problem.title),
            "text": text,
        }
        return render(request, "analysis/own_decision.html", shown, status=problem.status)
    messages.success(request, _("Your appeal is on its way. Somebody else looks at it."))
    return redirect("own-decision", decision_id=decision_id)


@require_GET
def asset_decision(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Why an asset of one's own is blocked, or shown only to some."""
    found = owning.newest_of(user=_person(request), asset_id=asset_id)
    if found is None:
        messages.info(request, _("The reasons are here within a minute or two."))
        return redirect("asset", asset_id=asset_id)
    return redirect("own-decision", decision_id=found)


def _told(request: HttpRequest, decision_id: UUID) -> owning.OwnDecision:
    try:
        return owning.decision_of(user=_person(request), decision_id=decision_id)
    except Problem:
        raise Http404 from None


# --- Strikes ------------------------------------------------------------------------------------------------------
@require_GET
def my_strikes(request: HttpRequest) -> HttpResponse:
    """What counts against somebody, as a part of their account page; nothing when nothing does."""
    user = _person(request)
    lines = strikes.standing_of(user=user).select_related("decision__case__asset")
    return render(request, "analysis/my_strikes.html", {"lines": lines, "stopped": strikes.bar(user)})


@require_GET
def strike_list(request: HttpRequest) -> HttpResponse:
    """What counts against people, for those who moderate."""
    try:
        found = strikes.listed(user=request.user)
    except NotPermitted:
        raise PermissionDenied from None
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "may_lift": access.can_lift_strikes(request.user)}
    return render(request, "analysis/strikes.html", shown)


@require_POST
def strike_lift(request: HttpRequest, strike_id: UUID) -> HttpResponse:
    """Take a strike back."""
    try:
        strikes.lift(user=request.user, strike_id=strike_id)
    except NotPermitted:
        raise PermissionDenied from None
    except NotFound:
        raise Http404 from None
    messages.success(request, _("It does not count any more."))
    return redirect("strikes")


def _person(request: HttpRequest) -> User:
    """Who is signed in; the middleware lets nobody else come here."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


urlpatterns = [
    path("reports/of/<uuid:asset_id>/", asset_report, name="asset-report"),
    path("reports/mine/", my_reports, name="my-reports"),
    path("decisions/<uuid:decision_id>/", own_decision, name="own-decision"),
    path("decisions/<uuid:decision_id>/appeal/", own_appeal, name="own-appeal"),
    path("decisions/of/<uuid:asset_id>/", asset_decision, name="asset-decision"),
    path("strikes/mine/", my_strikes, name="my-strikes"),
    path("strikes/", strike_list, name="strikes"),
    path("strikes/<uuid:strike_id>/lift/", strike_lift, name="strike-lift"),
]

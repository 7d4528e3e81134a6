"""The dashboard of moderation."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from analysis import access
from analysis.models import Ruling, Severity
from analysis.services.moderation import charts, periods, statistics
from analysis.services.moderation.agreement import Agreement
from analysis.services.moderation.periods import Period
from analysis.services.moderation.precision import RulePrecision
from analysis.services.moderation.statistics import Statistics

_USUAL = 30
_AGES = {
    "1h": pgettext_lazy("age of a case", "up to an hour"),
    "8h": pgettext_lazy("age of a case", "up to 8 hours"),
    "1d": pgettext_lazy("age of a case", "up to a day"),
    "3d": pgettext_lazy("age of a case", "up to 3 days"),
    "more": pgettext_lazy("age of a case", "longer"),
}
_OUTCOMES = {
    "approved": Ruling.APPROVED.label,
    "restricted": Ruling.RESTRICTED.label,
    "rejected": Ruling.REJECTED.label,
    "open": pgettext_lazy("outcome of a case", "To be decided"),
    "closed": pgettext_lazy("outcome of a case", "Closed"),
}
_SUBJECTS = {
    "policy": _("Policy"),
    "person": _("Person"),
}


@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """The numbers of the last days."""
    if not access.can_see_stats(request.user):
        raise PermissionDenied
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, periods.CHOICES) else _USUAL
    found = statistics.gather(user=request.user, period=Period.last(days))
    context = {
        "days": days,
        "choices": periods.CHOICES,
        "found": found,
        "nothing": not (
            any(one.total for one in found.waiting) or found.pace.decided or found.volumes or found.workload
        ),
        "waiting": _waiting(found),
        "pace": charts.pace(found.days),
        "outcomes": _OUTCOMES,
        "volumes": _volumes(found),
        "agreements": [
            (_SUBJECTS["policy"], [_agreement(str(one), told) for one, told in found.policies]),
            (_SUBJECTS["person"], [_agreement(str(one), told) for one, told in found.people]),
        ],
        "rules": [_rule(one) for one in found.rules],
        "links": [{"name": "review-queue", "url": reverse("review-queue")}]
        if access.can_review(request.user)
        else [],
        "query": urlencode({"from": found.period.since.date(), "to": found.period.until.date()}),
    }
    return render(request, "analysis/review/dashboard.html", context)


def _waiting(found: Statistics) -> dict[str, Any]:
    """What waits by age, as a chart and as a table."""
    rows = [
        {
            "age": _AGES[age],
            "total": sum(one.by_age[age] for one in found.waiting),
            "numbers": [one.by_age[age] for one in found.waiting],
        }
        for age in statistics.AGES
    ]
    return {
        "chart": charts.waiting(found.waiting),
        "rows": rows,
        "severities": [(one.severity, Severity(one.severity).label) for one in found.waiting],
        "total": sum(one.total for one in found.waiting),
        "overdue": sum(one.overdue for one in found.waiting),
    }


def _volumes(found: Statistics) -> list[dict[str, Any]]:
    """Each policy's weeks, as a chart and as a table; all charts in one scale."""
    top = max((sum(week.values()) for one in found.volumes for week in one.weeks.values()), default=0)
    return [
        {
            "policy": one.policy,
            "total": one.total,
            "chart": charts.volume([one.weeks[week] for week in sorted(one.weeks)], top),
            "weeks": [(week, list(one.weeks[week].values())) for week in sorted(one.weeks)],
            "first": min(one.weeks),
            "last": max(one.weeks),
        }
        for one in found.volumes
    ]


def _agreement(name: str, found: Agreement) -> dict[str, Any]:
    return {"name": name, "told": found, "chart": charts.interval(found.kappa)}


def _rule(found: RulePrecision) -> dict[str, Any]:
    """A rule with its chart, and the address at which its suggestion can be taken over."""
    return {"told": found, "chart": charts.precision(found.bands), "url": _form_of(found)}


def _form_of(found: RulePrecision) -> str:
    """The form of a policy with the suggestion; the list of policies where there is no such form. Empty for none."""
    told: dict[str, Any] = {"rule": found.rule}
    if found.suggested_review is not None:
        told["review"] = found.suggested_review.threshold
    if found.suggested_block is not None:
        told["block"] = found.suggested_block.threshold
    for name, args in (("policy", (found.policy.pk,)), ("policies", ())):
        try:
            return f"{reverse(name, args=args)}?{urlencode(told)}"
        except NoReverseMatch:
            continue
    return ""


urlpatterns: list[URLPattern] = [path("dashboard/", dashboard, name="review-dashboard")]

"""The list of cases, and decisions on many of them at once."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.views.decorators.http import require_GET

from analysis import access
from analysis.models import Action, CaseQueue, CaseSource, CaseStatus, Reason, Severity
from analysis.services.moderation import bulk, queue, rights, verdicts
from analysis.services.moderation.queue import Filters
from assets import access as files
from mediaportal.accounts.ages import AgeRating
from mediaportal.core.problems import NotFound


@require_GET
def review_queue(request: HttpRequest) -> HttpResponse:
    """Cases by queue, as they are filtered, the most urgent first."""
    if not access.can_review(request.user):
        raise PermissionDenied
    filters = Filters.of(request.GET.dict())
    try:
        page = queue.page(user=request.user, filters=filters, after=request.GET.get("after", ""))
    except NotFound as error:
        raise Http404 from error
    counts = queue.counts(user=request.user)
    context = {
        "page": page,
        "filters": filters,
        "tabs": _tabs(request.GET, filters, counts),
        "policies": queue.policies(user=request.user),
        "choices": _choices(),
        "links": links(request.user),
        "on_queue": True,
        "deciding": _deciding(filters, page),
        "blur": queue.wants_blur(user=request.user),
        "next_url": address("review"),
        "case_pages": address("review-case", "00000000-0000-0000-0000-000000000000") != "",
    }
    return render(request, "analysis/review/queue.html", context)


def address(name: str, *args: Any) -> str:
    """The address of a page, empty where there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def links(user: files.Caller) -> list[dict[str, Any]]:
    """The pages beside the queue that this person may open: icon, word and address of each."""
    every = (
        ("held", files.can_manage_guest_links(user)),
        ("policies", rights.may_read(user)),
        ("strikes", access.can_review(user)),
        ("hash-lists", access.can_manage_hash_lists(user)),
        ("review-dashboard", access.can_see_stats(user)),
    )
    return [{"name": name, "url": found} for name, may in every if may and (found := address(name))]


def _tabs(asked: QueryDict, filters: Filters, counts: dict[str, int]) -> list[dict[str, Any]]:
    """One for all queues, and one for each; what is filtered stays filtered."""
    told: list[tuple[str, Any, int]] = [("", None, sum(counts.values()))]
    told += [(name, CaseQueue(name).label, number) for name, number in counts.items()]
    tabs = []
    for name, label, number in told:
        query = asked.copy()
        query.pop("after", None)
        query["queue"] = name
        if not name:
            query.pop("queue")
        tabs.append(
            {
                "label": label,
                "count": number,
                "query": f"?{query.urlencode()}",
                "here": filters.queue == name,
            }
        )
    return tabs


def _choices() -> dict[str, Any]:
    """What the filters and the dialog offer."""
    said = dict(Reason.choices)
    return {
        "severities": sorted(Severity.choices, reverse=True),
        "statuses": [CaseStatus.WAITING, CaseStatus.CLAIMED, CaseStatus.DECIDED],
        "sources": CaseSource.choices,
        "actions": Action.choices,
        "reasons": [
            (value, label, " ".join(act for act, known in verdicts.REASONS.items() if value in known))
            for value, label in said.items()
        ],
        "ratings": [one for one in AgeRating.choices if one[0] != AgeRating.ALL],
    }


def _deciding(filters: Filters, page: queue.Page) -> dict[str, Any]:
    """What the bar needs to decide on many: whether anything can be decided here, and how many at once."""
    return {
        "possible": filters.status != CaseStatus.DECIDED and bool(page.lines),
        "most": bulk.MOST,
    }


urlpatterns: list[URLPattern] = [path("", review_queue, name="review-queue")]

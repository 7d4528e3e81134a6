"""The pages of the work: the list of jobs and the steps on the asset page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assets.access import can_change
from assets.models import Asset
from assets.services.reasons import said
from processing.access import can_order_work
from processing.models import Job, JobType, Status, Step
from processing.pipeline import label_of
from processing.services import estimates, jobpage, jobs, orders, packages, picturepanel, status, waiting
from processing.services.actors import manages

_PAGE = 50
# Running first, then waiting, then failed, then the rest.
_ORDER = Case(
    When(status=Status.PROCESSING, then=Value(0)),
    When(status=Status.PENDING, then=Value(1)),
    When(status=Status.FAILED, then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class StepRow:
    """One step as a page shows it; `seconds` is how long it took, or has taken so far."""

    name: str
    label: str
    status: str
    progress: int
    started_at: datetime | None
    completed_at: datetime | None
    seconds: float | None
    error_code: str
    error_detail: str
    waits: str


def _row(step: Step, percent: int) -> StepRow:
    seconds = None
    if step.started_at and step.completed_at:
        seconds = (step.completed_at - step.started_at).total_seconds()
    return StepRow(
        name=step.name,
        label=label_of(step.name),
        status=step.status,
        progress=percent,
        started_at=step.started_at,
        completed_at=step.completed_at,
        seconds=seconds,
        error_code=step.error_code,
        error_detail=said(step.error_detail),
        waits=waiting.word_of(step.error_code),
    )


def _doing(steps: list[tuple[Step, int]], current: str | None) -> str:
    """What is being done, in words; a step that no worker has taken yet only waits."""
    if current is None:
        return ""
    pending = [step for step, _percent in steps if step.status == Status.PENDING]
    if waits := next((word for step in pending if (word := waiting.word_of(step.error_code))), ""):
        return waits
    running = any(step.name == current and step.status == Status.PROCESSING for step, _percent in steps)
    return label_of(current) if running else _("Waiting for its turn")


def _card(job: Job, left: int | None, request: HttpRequest) -> dict[str, Any]:
    """A job with what a template shows of it; `left` is how many seconds it will still take, if that can be told."""
    steps = status.shown_steps(job)
    percent = status.percent_of(job, steps)
    current = status.current_step(steps)
    return {
        "job": job,
        "reason": said(job.error_detail),
        "progress": percent,
        "current_label": _doing(steps, current),
        "seconds_left": left,
        "steps": [_row(step, done) for step, done in steps],
        "can_retry": job.status in {Status.FAILED, Status.CANCELLED}
        and not jobs.is_hopeless(job)
        and can_change(request.user, job.asset),
        "can_order": can_order_work(request.user),
        "can_cancel": job.status in {Status.PENDING, Status.PROCESSING}
        and can_change(request.user, job.asset),
    }


@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """Every job that this person may see; `?status=` narrows it, and `?type=quality` shows managers what is measured
    when the files are ready.
    """
    seen = Job.objects.visible_to(request.user)
    measuring = request.GET.get("type") == JobType.QUALITY and manages(request.user)
    found = seen.measuring() if measuring else seen.of_assets()
    found = found.with_steps().annotate(rank=_ORDER).order_by("rank", "-created_at")
    wanted = request.GET.get("status", "")
    if wanted in Status.values:
        found = found.filter(status=wanted)
    counts = dict(found.order_by().values_list("status").annotate(Count("pk")))
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    left = estimates.seconds_left(page)
    context = {
        "page": page,
        "jobs": [_card(job, left[job.pk], request) for job in page],
        "counts": counts,
        "status": wanted,
        "statuses": Status.choices,
        "manages": manages(request.user),
        "measuring": measuring,
    }
    return render(request, "processing/jobs.html", context)


@require_GET
def job_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job: what waits for what, and how long each step took."""
    job = Job.objects.visible_to(request.user).with_steps(user=request.user).filter(pk=job_id).first()
    if job is None:
        raise Http404
    return render(request, "processing/job.html", jobpage.page_of(job=job, user=request.user))


@require_GET
def job_steps(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """The steps of an asset's last job, as a fragment of the asset page; managers find there how it was measured."""
    seen = Job.objects.visible_to(request.user).filter(asset_id=asset_id).order_by("-created_at")
    job = seen.of_assets().with_steps().first()
    if job is None:
        raise Http404
    card = _card(job, estimates.seconds_left([job])[job.pk], request)
    measured = seen.measuring().first() if manages(request.user) else None
    cut = seen.cutting().first() if can_change(request.user, job.asset) else None
    return render(request, "processing/steps.html", card | {"measured": measured, "cut": cut})


@require_GET
def asset_packages(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """How an asset is streamed, as a fragment of the asset page; who may change it can have it packaged anew."""
    asset = Asset.objects.visible_to(request.user).filter(pk=asset_id).first()
    if asset is None:
        raise Http404
    package = packages.current(asset)
    may_package = can_change(request.user, asset) and orders.can_be_packaged(asset)
    if package is None and not may_package:
        return HttpResponse()
    context = {
        "asset": asset,
        "package": package,
        "may_package": may_package,
        "schemes": [("cbcs", "CBCS"), ("cenc", _("CENC, for DASH alone")), ("", _("Not encrypted"))],
    }
    return render(request, "processing/packages.html", context)


@require_GET
def asset_pictures(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """An asset's poster, stills and captured frames, as a fragment of its page; empty for who may not choose."""
    asset = Asset.objects.visible_to(request.user).prefetch_related("variants").filter(pk=asset_id).first()
    if asset is None:
        raise Http404
    return render(request, "processing/pictures.html", picturepanel.context_of(asset, user=request.user))

"""What an operator asks of the work, from `manage.py`."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from processing.models import OPEN, Job, Status, Step
from processing.services.actors import OPERATOR
from processing.services.graph import graph_of


def found(
    *,
    statuses: Collection[str] = (),
    queue: str = "",
    owner: str = "",
    older_than: timedelta | None = None,
    newer_than: timedelta | None = None,
) -> QuerySet[Job]:
    """Jobs with their assets and steps, the newest first. `queue` are those with an open step in it, `owner` is part
    of an e-mail address; ages count from when a job was made.
    """
    jobs = Job.objects.with_steps().select_related("asset__uploaded_by")
    if statuses:
        jobs = jobs.filter(status__in=statuses)
    if queue:
        jobs = jobs.filter(pk__in=Step.objects.filter(queue=queue, status__in=OPEN).values("job"))
    if owner:
        jobs = jobs.filter(asset__uploaded_by__email__icontains=owner)
    if older_than is not None:
        jobs = jobs.filter(created_at__lt=timezone.now() - older_than)
    if newer_than is not None:
        jobs = jobs.filter(created_at__gte=timezone.now() - newer_than)
    return jobs.order_by("-created_at", "-id")


def brief(job: Job) -> dict[str, Any]:
    """A job of a list in plain values."""
    now = timezone.now()
    begun = [step for step in job.steps.all() if step.status == Status.PROCESSING]
    return {
        "job_id": str(job.pk),
        "asset_id": str(job.asset_id),
        "title": job.asset.title,
        "owner": job.asset.uploaded_by.email,
        "job_type": job.job_type,
        "status": job.status,
        "priority": job.priority,
        "progress": job.progress,
        "age_seconds": round((now - job.created_at).total_seconds(), 1),
        "running": [{"name": step.name, "worker": step.worker, "attempt": step.attempt} for step in begun],
        "error_code": job.error_code,
    }


def whole(job: Job) -> dict[str, Any]:
    """A job with all its steps in plain values, and what is behind them."""
    return brief(job) | asdict(graph_of(job=job, user=OPERATOR))

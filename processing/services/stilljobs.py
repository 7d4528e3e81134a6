"""The small jobs that take pictures of an asset because somebody asks for them, beside its first processing."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import access
from assets.models import Asset, Kind
from assets.services.names import asset_folder
from mediaportal.core.problems import FieldProblem, InvalidInput, RateLimited
from processing.exceptions import NoPictures, NotReadYet
from processing.ffmpeg.media import Probe
from processing.models import OPEN, Job, JobType, Queue, Status, Step
from processing.services.actors import acting
from processing.services.queues import wake
from processing.signals import job_changed

POSTER, CAPTURES = "poster", "captures"
"""The steps of such jobs."""

RECEIVED = "upload"
"""The step that stands for a picture that somebody has sent."""

PICTURE = "picture"

# Somebody waits for it before a screen.
_URGENCY = 10
_MOST_OPEN = 5
_BUSY_SECONDS = 5


def film_of(asset: Asset) -> Probe:
    """What is known of a video's file. Raises `NoPictures` for what is none, `NotReadYet` before it has been read."""
    if asset.kind != Kind.VIDEO:
        raise NoPictures
    if not access.gate_passed(asset) or asset.original_removed_at is not None:
        raise NotReadYet
    return Probe.from_data(asset.metadata["probe"])


def require_within(seconds: float, *, probe: Probe, field: str) -> None:
    """Raise `InvalidInput` for a time that lies outside of a film."""
    if not 0 <= seconds <= probe.duration:
        detail = _("This film has no such time: it is %(seconds).1f s long.") % {"seconds": probe.duration}
        raise InvalidInput(detail, errors=[FieldProblem(field, "out_of_range", detail)])


def folder_of(*, asset_id: UUID, job_id: UUID) -> str:
    """Where a picture lies that was sent for a job."""
    return f"{asset_folder(asset_id)}/interim/{job_id}"


@transaction.atomic
def order(
    *,
    user: access.Caller,
    asset: Asset,
    step: str,
    parameters: dict[str, Any],
    pictures: int,
    job_id: UUID | None = None,
    received: dict[str, Any] | None = None,
) -> Job:
    """Make a job with one step, and wake the workers; `received` is a picture that was sent for it.

    Raises `NotPermitted`, and `RateLimited` while several of an asset's have not ended.
    """
    acting(user, asset)
    Asset.objects.select_for_update(of=("self",)).get(pk=asset.pk)  # those who ask at once take turns
    if Job.objects.filter(asset=asset, job_type=JobType.PREVIEW, status__in=OPEN).count() >= _MOST_OPEN:
        raise RateLimited(_("Pictures of this file are being taken already."), retry_after=_BUSY_SECONDS)
    facts: dict[str, Any] = {} if job_id is None else {"pk": job_id}
    job = Job.objects.create(
        asset=asset,
        job_type=JobType.PREVIEW,
        turn_key=asset.guest_link_id or asset.uploaded_by_id,
        **facts,
    )
    if received is not None:
        now = timezone.now()
        Step.objects.create(
            job=job,
            name=RECEIVED,
            position=0,
            queue=Queue.INGEST,
            weight=0,
            status=Status.COMPLETED,
            progress=100,
            started_at=now,
            completed_at=now,
            results={"interim": {PICTURE: received}},
        )
    Step.objects.create(
        job=job,
        name=step,
        position=1,
        queue=Queue.INGEST,
        urgency=_URGENCY,
        ready_at=Now(),
        parameters=parameters,
        work={f"start {step}": 1.0, f"picture {step}": float(max(1, pictures))},
    )
    job_changed.send(sender=Job, job=job, durable=True)
    wake([Queue.INGEST])
    return job


def document_of(job: Job) -> dict[str, Any]:
    """What the door answers to an order."""
    return {
        "job_id": str(job.pk),
        "asset_id": str(job.asset_id),
        "status": str(job.status),
        "status_url": reverse("api-job-status", args=[job.pk]),
    }

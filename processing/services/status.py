"""A job as programs and pages see it: its status, its steps and what has been made so far."""

from typing import Any
from uuid import UUID

from assets import access, delivery
from assets.models import Variant, VariantType
from assets.services.links import KEPT, manifest_of
from assets.services.reasons import said
from assets.services.standins import poster_of, preview_of, storyboard_of
from assets.services.state import state_of
from processing.models import Job, Package, Status, Step
from processing.services import chunking, estimates, keyframes, licences, listing, progress


def live_steps(job: Job) -> list[tuple[Step, int]]:
    """A job's steps in their order, each with its progress in percent as of now."""
    fractions = progress.read(job.pk) if job.status == Status.PROCESSING else {}
    found = []
    for step in job.steps.all():
        percent = step.progress
        if step.status == Status.PROCESSING:
            percent = max(percent, int(fractions.get(step.name, 0.0) * 100))
        found.append((step, percent))
    return found


def shown_steps(job: Job) -> list[tuple[Step, int]]:
    """A job's steps as people and programs see them, each with its progress in percent: all chunks as one."""
    return chunking.collapsed(live_steps(job))


def percent_of(job: Job, steps: list[tuple[Step, int]]) -> int:
    """A job's progress in percent, with the running steps' shares. 100 only when it has completed."""
    if job.status == Status.COMPLETED:
        return 100
    whole = sum(step.weight for step, _percent in steps) or 1
    return min(99, int(sum(step.weight * percent for step, percent in steps) / whole))


def current_step(steps: list[tuple[Step, int]]) -> str | None:
    """The name of the heaviest step that is running now, or of the next one that waits."""
    running = [step for step, _percent in steps if step.status == Status.PROCESSING]
    if running:
        return max(running, key=lambda step: step.weight).name
    return next((step.name for step, _percent in steps if step.status == Status.PENDING), None)


def progress_of(job: Job) -> dict[str, Any]:
    """The part of a job that moves: the data of `job.progress` and the snapshot of a job's topic."""
    steps = shown_steps(job)
    percent = percent_of(job, steps)
    return {
        "job_id": str(job.pk),
        "asset_id": str(job.asset_id),
        "status": job.status,
        "progress": percent,
        "current_step": current_step(steps),
        "steps": [{"name": step.name, "status": step.status, "progress": done} for step, done in steps],
        "state": state_of(job.asset).code,
        "eta_seconds": estimates.seconds_left([job])[job.pk],
        "error": error_of(job),
    }


def error_of(row: Job | Step) -> dict[str, str] | None:
    """Why a job or a step failed, in the reader's language, or None."""
    return {"code": row.error_code, "detail": said(row.error_detail)} if row.error_code else None


def job_document(*, job: Job, user: access.Caller) -> dict[str, Any]:
    """The body of `GET /api/v1/media/job/{job_id}/status`; results fill as they appear.

    Expects a job loaded with `with_steps`; makes two further queries, for the variants and for the streaming set.
    """
    steps = shown_steps(job)
    percent = percent_of(job, steps)
    return {
        "job_id": str(job.pk),
        "asset_id": str(job.asset_id),
        "job_type": job.job_type,
        "status": job.status,
        "progress": percent,
        "current_step": current_step(steps),
        "estimated_completion": estimates.end_of(job),
        "error": error_of(job),
        "steps": [
            {
                "name": step.name,
                "status": step.status,
                "progress": done,
                "started_at": step.started_at,
                "completed_at": step.completed_at,
                "error": error_of(step),
            }
            for step, done in steps
        ],
        "results": _results(job, user),
    }


def _results(job: Job, user: access.Caller) -> dict[str, Any]:
    """What has been made, with signed links; links are given only to those who may have the files."""
    asset = job.asset
    variants = access.shown(user, asset.variants.all()) if access.can_play(user, asset) else []
    may_keep = access.can_download(user, asset)
    original = delivery.original_url(asset, user=user) if may_keep else None
    url = {
        v.pk: delivery.variant_url(v, user=user) for v in variants if may_keep or v.variant_type not in KEPT
    }
    streams = [v for v in variants if v.variant_type == VariantType.MANIFEST]
    package = Package.objects.filter(job=job).first()
    # Thumbnails and manifests stand elsewhere, captured frames under an address of their own.
    apart = {VariantType.THUMBNAIL, VariantType.MANIFEST}
    files = [v for v in variants if v.variant_type not in apart and "capture" not in v.detail]
    return {
        "original_url": original,
        "variants": [
            {
                "id": str(v.pk),
                "variant_type": v.variant_type,
                "quality": v.quality,
                "format": v.format,
                "width": v.width,
                "height": v.height,
                "bitrate": v.bitrate,
                "duration": v.duration,
                "file_size": v.file_size,
                "vmaf": v.detail.get("vmaf"),
                "url": url.get(v.pk),
            }
            for v in files
        ],
        "thumbnails": [
            {"timestamp": v.timestamp, "url": url[v.pk]}
            for v in sorted(variants, key=lambda v: (v.timestamp or 0.0, v.width or 0))
            if v.variant_type == VariantType.THUMBNAIL and v.format == "webp"
        ],
        "playback": {
            "hls_url": _link_of(manifest_of(variants, "hls"), url),
            "dash_url": _link_of(manifest_of(variants, "dash"), url),
            "license_url": licences.license_url(asset=asset, user=user) if streams else None,
            "poster_url": _link_of(poster_of(variants) or poster_of(variants, form="jpg"), url),
            "storyboard_url": _link_of(storyboard_of(variants), url),
            "preview_url": _link_of(preview_of(variants), url),
            "captions": [],
        },
        "metadata_url": _link_of(keyframes.metadata_for(job, variants), url),
        "package": _package(package, variants, user) if package else None,
    }


def _package(package: Package, variants: list[Variant], user: access.Caller) -> dict[str, Any]:
    """The streaming set that a job makes; of its keys nothing."""
    told = listing.told_of(package=package, user=user, variants=variants)
    return {
        "id": str(told.id),
        "scheme": told.scheme,
        "tracks": told.tracks,
        "encrypted_tracks": told.encrypted_tracks,
        "ready_at": told.ready_at,
        "hls_url": told.hls_url,
        "dash_url": told.dash_url,
    }


def _link_of(variant: Variant | None, links: dict[UUID, str]) -> str | None:
    """The link to a variant that there may be."""
    return links.get(variant.pk) if variant else None

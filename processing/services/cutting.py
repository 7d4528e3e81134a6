"""Having made what is left of an asset while parts are taken out of it for others."""

from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from assets import access, delivery, registry
from assets.models import Asset, Hold, Kind, UploadStatus
from assets.services import publication
from processing.ffmpeg.ladder import STANDARD
from processing.models import OPEN, Job, JobType, Status
from processing.pipeline import CUT
from processing.services import cutsets, jobs, planning, presets
from processing.services.actors import OPERATOR

_AT_ONCE = 200
_KINDS = (Kind.VIDEO, Kind.AUDIO)


def settle(*, asset: Asset) -> None:
    """Hold an asset until there is what `Asset.cut` leaves of it, and have that made; let it go when there is, or when
    nothing is taken out any more. Must run in a transaction that has locked its work before.

    While the asset is still processed nothing is ordered: `follow` does when it is. After a failure it is ordered anew
    when this is asked for again, or by trying the job again.
    """
    for job in _jobs(asset).filter(status__in=OPEN).select_related("asset"):
        if cutsets.parts_of(job) != asset.cut:
            jobs.cancel(job=job, user=OPERATOR)
    missing = is_missing(asset)
    publication.give_verdicts(asset=asset, holds={Hold.CUT: missing})
    if missing and _is_ready(asset) and not _jobs(asset).filter(status__in=OPEN).exists():
        _order(asset)


def is_missing(asset: Asset) -> bool:
    """Whether parts are taken out of an asset, and what is left of it has not been made. One query where some are."""
    return bool(asset.cut) and delivery.cut_set_of(asset) is None


def follow(*, job: Job) -> None:
    """Once an asset has been processed, have made what is left of it. Must run in the transaction that ends the job."""
    if job.status == Status.COMPLETED and job.job_type == JobType.INGEST and job.asset.cut:
        transaction.on_commit(partial(catch_up, asset_id=job.asset_id), robust=True)


def catch_up(*, asset_id: UUID) -> None:
    """Settle one asset."""
    with transaction.atomic():
        registry.lock_work(asset_id)
        asset = Asset.objects.select_for_update(of=("self",)).filter(pk=asset_id, deleted_at=None).first()
        if asset is not None:
            settle(asset=asset)


def settle_all() -> int:
    """Settle the assets that wait for a set on which nobody works, also as its work was cancelled; what could not be
    made is left for somebody to try again. Returns how many there were. Safe to run at any time.
    """
    working = Job.objects.filter(asset=OuterRef("pk"), job_type=JobType.CUT, status__in=OPEN)
    due = Asset.objects.filter(
        ~Exists(working),
        holds__contains=[Hold.CUT],
        upload_status=UploadStatus.COMPLETED,
        deleted_at=None,
    )
    found = [asset for asset in due.order_by("updated_at")[:_AT_ONCE] if failure_of(asset) is None]
    for asset in found:
        catch_up(asset_id=asset.pk)
    return len(found)


def failure_of(asset: Asset) -> Job | None:
    """The job that could not make what is left of an asset, if that is how it stands; one query."""
    last = _jobs(asset).order_by("-created_at").first()
    if last is None or last.status != Status.FAILED:
        return None
    return last if cutsets.parts_of(last) == asset.cut else None


def _jobs(asset: Asset) -> QuerySet[Job]:
    """The jobs that take parts out of an asset."""
    return Job.objects.filter(asset=asset, job_type=JobType.CUT)


def _is_ready(asset: Asset) -> bool:
    """Whether something can be made of an asset: it plays, has been processed, and is kept."""
    processed = asset.upload_status == UploadStatus.COMPLETED and access.gate_passed(asset)
    kept = asset.deleted_at is None and asset.original_removed_at is None
    return asset.kind in _KINDS and processed and kept


def _order(asset: Asset) -> None:
    """Make the job, in the rungs of the asset's own recipe."""
    recipe = presets.last_recipe(asset) or STANDARD.as_data()
    parameters = {"recipe": recipe, cutsets.PARAMETER: asset.cut}
    planning.begin(asset=asset, job_type=JobType.CUT, plans=CUT, parameters=parameters)

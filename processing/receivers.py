"""What `processing` hears: an asset is stored, so its job begins; it is thrown away, so the work on it ends; a job has
ended, and what share links want of its asset can be made.
"""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from assets.signals import asset_removed, asset_stored, scan_released
from processing.services import burning, cutting, jobs, planning
from processing.signals import job_changed


@receiver(asset_stored, dispatch_uid="processing.asset_stored")
def begin_job(asset: Any, options: dict[str, Any], began_at: datetime | None = None, **_kwargs: Any) -> None:
    """Make the job in the transaction that stores the asset."""
    planning.create(asset=asset, job_id=asset.job_id, parameters=options, began_at=began_at)


@receiver(scan_released, dispatch_uid="processing.scan_released")
def go_on(asset: Any, user: Any, **_kwargs: Any) -> None:
    """Take up the job that ended at the scan."""
    jobs.resume(asset=asset, user=user)


@receiver(asset_removed, dispatch_uid="processing.asset_removed")
def give_up(asset: Any, user: Any, **_kwargs: Any) -> None:
    """Do not go on with what lies in the trash."""
    jobs.cancel_all(asset=asset, user=user)


@receiver(job_changed, dispatch_uid="processing.job_changed")
def make_for_others(job: Any, **_kwargs: Any) -> None:
    """Have made what share links and decisions want of an asset that is ready now."""
    burning.follow(job=job)
    cutting.follow(job=job)

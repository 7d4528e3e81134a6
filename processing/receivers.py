"""What `processing` hears: an asset is stored, so its job begins."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from assets.signals import asset_stored
from processing.services import jobs


@receiver(asset_stored, dispatch_uid="processing.asset_stored")
def begin_job(asset: Any, options: dict[str, Any], began_at: datetime | None = None, **_kwargs: Any) -> None:
    """Make the job in the transaction that stores the asset."""
    jobs.create(asset=asset, job_id=asset.job_id, parameters=options, began_at=began_at)

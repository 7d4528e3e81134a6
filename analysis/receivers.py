"""What `analysis` hears: an upload has become an asset, or never will; an asset has gone; a job
has moved.
"""

from typing import Any

from django.dispatch import receiver

from analysis.services import automatic, matching, orders
from assets.signals import asset_removed, asset_stored, upload_failed
from processing.signals import job_changed


@receiver(asset_stored, dispatch_uid="analysis.asset_stored")
def bind(asset: Any, options: dict[str, Any], **_kwargs: Any) -> None:
    """Let an order know the asset that it waited for."""
    orders.arrive(asset=asset, options=options)


@receiver(asset_removed, dispatch_uid="analysis.asset_removed")
def forget(asset: Any, **_kwargs: Any) -> None:
    """Let what goes to the trash be compared anew once it is back."""
    matching.forget(asset=asset)


@receiver(upload_failed, dispatch_uid="analysis.upload_failed")
def give_up(session_id: Any, code: str, detail: str, **_kwargs: Any) -> None:
    """Let an order fail that waited for this upload."""
    orders.never_came(session_id=session_id, code=code, detail=detail)


@receiver(job_changed, dispatch_uid="analysis.job_changed")
def follow(job: Any, durable: bool, **_kwargs: Any) -> None:
    """Begin, end and open orders with their jobs."""
    if durable:
        automatic.follow(job=job)

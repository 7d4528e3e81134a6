"""What `analysis` hears: an upload has become an asset, or never will; an asset has gone; a job has moved; a collection
got an asset.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import m2m_changed
from django.dispatch import receiver

from analysis.services import automatic, matching, orders
from assets.models import Asset
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


@receiver(m2m_changed, sender=Asset.collections.through, dispatch_uid="analysis.collections_changed")
def come_in(instance: Any, action: str, reverse: bool, pk_set: Any, **_kwargs: Any) -> None:
    """Begin with what a collection wants of the assets that have been put into it."""
    if action == "post_add" and pk_set:
        for asset_id in pk_set if reverse else [instance.pk]:
            transaction.on_commit(partial(automatic.come_in, asset_id=asset_id), robust=True)

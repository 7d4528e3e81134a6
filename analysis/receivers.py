"""What `analysis` hears: an upload has become an asset, or never will; an asset has gone, or others may see it; a job
has moved; an analysis has ended, a match was found; a collection got an asset.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import m2m_changed
from django.dispatch import receiver

from analysis.services import automatic, matching, orders
from analysis.services.moderation import deciding, door, holding, judging, opening, reportcases, strikes
from analysis.signals import (
    analysis_finished,
    case_opened,
    case_undone,
    fingerprint_compared,
    moments_changed,
    work_matched,
)
from assets.models import Asset
from assets.signals import (
    access_changed,
    asset_released,
    asset_removed,
    asset_stored,
    bytes_read,
    upload_failed,
    words_changed,
)
from processing.models import Status
from processing.signals import job_changed


@receiver(asset_stored, dispatch_uid="analysis.asset_stored")
def bind(asset: Any, options: dict[str, Any], **_kwargs: Any) -> None:
    """Let an order know the asset that it waited for, and the policies of what came in."""
    orders.arrive(asset=asset, options=options)
    holding.hold(asset=asset)
    strikes.hold(asset=asset)
    judging.mark(asset_ids=[asset.pk])
    door.meet(asset=asset)


@receiver(bytes_read, dispatch_uid="analysis.bytes_read")
def read(asset: Any, **_kwargs: Any) -> None:
    """Compare the bytes of what came straight into a bucket with the lists, now that somebody has read them."""
    door.meet(asset=asset)


@receiver(asset_removed, dispatch_uid="analysis.asset_removed")
def forget(asset: Any, **_kwargs: Any) -> None:
    """Let what goes to the trash be compared anew once it is back, and its cases wait until then."""
    matching.forget(asset=asset)
    opening.put_away(asset=asset)


@receiver(upload_failed, dispatch_uid="analysis.upload_failed")
def give_up(session_id: Any, code: str, detail: str, **_kwargs: Any) -> None:
    """Let an order fail that waited for this upload."""
    orders.never_came(session_id=session_id, code=code, detail=detail)


@receiver(job_changed, dispatch_uid="analysis.job_changed")
def follow(job: Any, durable: bool, **_kwargs: Any) -> None:
    """Begin, end and open orders with their jobs, and ask the policies about what has been processed."""
    if durable:
        automatic.follow(job=job)
        if job.status == Status.COMPLETED:
            judging.mark(asset_ids=[job.asset_id])


@receiver(m2m_changed, sender=Asset.collections.through, dispatch_uid="analysis.collections_changed")
def come_in(instance: Any, action: str, reverse: bool, pk_set: Any, **_kwargs: Any) -> None:
    """Begin with what a collection wants of the assets that have been put into it."""
    if action == "post_add" and pk_set:
        for asset_id in pk_set if reverse else [instance.pk]:
            transaction.on_commit(partial(automatic.come_in, asset_id=asset_id), robust=True)


@receiver(access_changed, dispatch_uid="analysis.access_changed")
def shown_otherwise(asset: Any, **_kwargs: Any) -> None:
    """Ask the policies about an asset that others may see now, or not any more."""
    judging.mark(asset_ids=[asset.pk])


@receiver(analysis_finished, dispatch_uid="analysis.analysis_finished")
def found_more(order: Any, **_kwargs: Any) -> None:
    """Ask the policies about an asset of which more is known now."""
    if order.asset_id is not None:
        judging.mark(asset_ids=[order.asset_id])


@receiver(fingerprint_compared, dispatch_uid="analysis.fingerprint_compared")
def compared(asset: Any, **_kwargs: Any) -> None:
    """Ask the policies about an asset that was compared with what is known."""
    judging.mark(asset_ids=[asset.pk])


@receiver(work_matched, dispatch_uid="analysis.work_matched")
def alike(match: Any, **_kwargs: Any) -> None:
    """Ask the policies about an asset that is alike to a protected work."""
    judging.mark(asset_ids=[match.asset_id])


@receiver(asset_released, dispatch_uid="analysis.asset_released")
def let_through(asset: Any, user: Any, **_kwargs: Any) -> None:
    """End the case of what a guest has sent and a manager let through."""
    deciding.let_through(user=user, asset=asset)


@receiver(case_opened, dispatch_uid="analysis.case_opened")
def take_reports(case: Any, **_kwargs: Any) -> None:
    """Let what people have reported of an asset go with the cases of it that answer it."""
    reportcases.share_out(asset=case.asset)


@receiver(case_undone, dispatch_uid="analysis.case_undone")
def count_no_more(decision: Any, **_kwargs: Any) -> None:
    """Let a decision that was undone count against nobody."""
    strikes.take_back(decision=decision)


@receiver(words_changed, dispatch_uid="analysis.words_changed")
def said_otherwise(asset_ids: Any, **_kwargs: Any) -> None:
    """Ask the policies about assets whose title, description or tags are others now."""
    judging.mark(asset_ids=asset_ids)


@receiver(moments_changed, dispatch_uid="analysis.moments_changed")
def corrected(asset: Any, **_kwargs: Any) -> None:
    """Ask the policies about an asset of which something else is said now."""
    judging.mark(asset_ids=[asset.pk])

"""Turning the news of the rooms below into events: what is written down, what is only sent, and who hears it."""

import uuid
from copy import copy
from typing import Any

from django.db import transaction

from analysis.models import Match, Order
from analysis.services.outcome import status_of
from assets.models import Asset, UploadSession, Variant, VariantType
from assets.services.state import state_of
from notifications.events import (
    LIBRARY,
    AnalysisData,
    AssetData,
    EventType,
    MatchData,
    Told,
    UploadData,
    UploadFailedData,
    VariantData,
    asset_topic,
    job_topic,
    now,
    upload_topic,
)
from notifications.models import Event
from notifications.services import audience, bell, broadcast, outbox
from processing.models import Job, JobType, Status
from processing.services.status import progress_of

_ASIDE = frozenset({JobType.QUALITY, JobType.PREVIEW, JobType.SHARE, JobType.ANALYZE})
_ENDED: dict[str, EventType] = {
    Status.COMPLETED: "job.completed",
    Status.FAILED: "job.failed",
    Status.CANCELLED: "job.failed",
}
# Variants that change how an asset looks in the library.
_ON_CARDS = frozenset({VariantType.POSTER, VariantType.WAVEFORM})


def asset_data(asset: Asset) -> AssetData:
    """The data of the `asset.*` events, and the snapshot of an asset's topic."""
    data: AssetData = {
        "asset_id": str(asset.pk),
        "title": asset.title,
        "kind": asset.kind,
        "state": state_of(asset).code,
    }
    if asset.error_code and not asset.veiled:
        data["error"] = {"code": asset.error_code, "detail": asset.error_detail}
    return data


def upload_data(*, upload_id: uuid.UUID, received: int, total: int | None) -> UploadData:
    """The data of `upload.progress`; sizes in bytes."""
    percent = min(100, received * 100 // total) if total else None
    return {
        "upload_id": str(upload_id),
        "bytes_received": received,
        "bytes_total": total,
        "progress": percent,
    }


def tell_of_upload(*, session_id: uuid.UUID, bytes_received: int, bytes_total: int | None) -> None:
    """Send how far an upload is; nothing is written down."""
    topic = upload_topic(session_id)
    data = upload_data(upload_id=session_id, received=bytes_received, total=bytes_total)
    told = _transient("upload.progress", topic, dict(data))
    broadcast.send((group, told) for group, _t in audience.groups_of([topic], owner_id=None, told_all=False))


def tell_of_failed_upload(*, session_id: uuid.UUID, code: str, detail: str) -> None:
    """Send, after the commit, why an upload has ended; nothing is written down, as its progress tells it too."""
    topic = upload_topic(session_id)
    data: UploadFailedData = {
        "upload_id": str(session_id),
        "status": "failed",
        "error": {"code": code, "detail": detail},
    }
    told = _transient("upload.failed", topic, dict(data))
    groups = audience.groups_of([topic], owner_id=None, told_all=False)
    transaction.on_commit(lambda: broadcast.send((group, told) for group, _t in groups), robust=True)


def tell_of_asset(*, event_type: EventType, asset: Asset, error: tuple[str, str] | None = None) -> Event:
    """Write down that something happened to an asset, and put it into its owner's bell when it concerns them.

    `error` is a stable code and a sentence, when the news is a refusal.
    """
    data = asset_data(_as_it_is(asset))
    if error is not None:
        data["error"] = {"code": error[0], "detail": error[1]}
    topics = [asset_topic(asset.pk), job_topic(asset.job_id), LIBRARY]
    upload_id = UploadSession.objects.filter(asset=asset).values_list("pk", flat=True).first()
    if upload_id is not None:
        topics.append(upload_topic(upload_id))
    event = _write(event_type=event_type, topics=topics, data=dict(data), asset=asset)
    bell.ring(event=event, asset=asset)
    if event_type == "asset.stored" and asset.guest_link is not None:
        bell.arrived(event=event, asset=asset, link=asset.guest_link)
    if error is not None and error[0] == "malware_found":
        bell.alarm(event=event, asset=asset)
    return event


def tell_of_access(*, asset: Asset, for_some: bool = False) -> Event | None:
    """Tell those who can see an asset now and could not, or the other way round; None when nobody is concerned.

    `for_some`: where everybody's access is as it was, that of some is not, as when an asset is for older people now;
    those hear of it who look at it.
    """
    last = Event.objects.filter(asset_id=asset.pk, type__startswith="asset.").order_by("-id").first()
    shown_before = last is not None and last.shown
    back_again = last is not None and last.type == "asset.removed" and asset.deleted_at is None
    if shown_before == audience.shown_to_everyone(asset) and not back_again:
        if not for_some:
            return None
        topics = [asset_topic(asset.pk)]
        return _write(
            event_type="asset.changed", topics=topics, data=dict(asset_data(_as_it_is(asset))), asset=asset
        )
    return tell_of_asset(event_type="asset.changed", asset=asset)


def tell_of_captions(*, asset: Asset) -> Event:
    """Write down, for those who look at an asset, that its text tracks are others now."""
    data = asset_data(_as_it_is(asset))
    data["changed"] = ["captions"]
    return _write(event_type="asset.changed", topics=[asset_topic(asset.pk)], data=dict(data), asset=asset)


def tell_of_job(*, job: Job, durable: bool) -> None:
    """Write down that a job has ended; send any other movement as it comes (after the commit, if there is one).

    What is only measured when an asset is ready, and pictures that somebody has taken or that are made for a share
    link, ring no bell and are told to those who look at it.
    """
    aside = job.job_type in _ASIDE
    event_type = _ENDED.get(job.status) if durable else None
    if event_type is not None:
        event = _write(
            event_type=event_type,
            topics=[job_topic(job.pk), asset_topic(job.asset_id), *([] if aside else [LIBRARY])],
            data=_job_data(job),
            asset=job.asset,
        )
        if not aside:
            bell.ring(event=event, asset=job.asset)
    elif durable:
        transaction.on_commit(lambda: _send_progress(job), robust=True)
    else:
        _send_progress(job)


def tell_of_variant(*, asset: Asset, variant: Variant, job: Job) -> Event:
    """Write down that a file was made of an asset."""
    data: VariantData = {
        "asset_id": str(asset.pk),
        "variant_id": str(variant.pk),
        "variant_type": variant.variant_type,
        "quality": variant.quality,
        "format": variant.format,
    }
    topics = [asset_topic(asset.pk), job_topic(job.pk)]
    if variant.variant_type in _ON_CARDS:
        topics.append(LIBRARY)
    return _write(event_type="variant.ready", topics=topics, data=dict(data), asset=asset)


def tell_of_analysis(*, order: Order) -> Event | None:
    """Write down that nothing of an order is open any longer; None for one whose file never came, as its upload tells
    that.
    """
    if order.asset is None:
        return None
    analyses = list(order.analyses.order_by("type"))
    data: AnalysisData = {
        "analysis_id": str(order.pk),
        "asset_id": str(order.asset_id),
        "status": str(status_of(analyses)),
        "types": {one.type: one.status for one in analyses},
    }
    topics = [asset_topic(order.asset.pk)]
    return _write(event_type="analysis.completed", topics=topics, data=dict(data), asset=order.asset)


def tell_of_work(*, match: Match) -> Event | None:
    """Tell those who keep the list of protected works that an asset is alike to one; nobody else, as neither of the two
    has to be known to them. None for a match without a work.
    """
    if match.work is None:
        return None
    data: MatchData = {
        "asset_id": str(match.asset_id),
        "work_id": str(match.work.pk),
        "work": match.work.title,
    }
    event = _write(event_type="work.matched", topics=[], data=dict(data), asset=match.asset)
    bell.matched(event=event, asset=match.asset, work=match.work.title)
    return event


def _as_it_is(asset: Asset) -> Asset:
    """An asset for all who hear of it, whoever has loaded it: each is told what they may know when it is sent."""
    found = copy(asset)
    found.veiled = False
    return found


def _job_data(job: Job) -> dict[str, Any]:
    return {**progress_of(job), "state": state_of(_as_it_is(job.asset)).code}


def _write(*, event_type: EventType, topics: list[str], data: dict[str, Any], asset: Asset) -> Event:
    return outbox.write(
        event_type=event_type,
        topics=topics,
        data=data,
        asset_id=asset.pk,
        owner_id=asset.uploaded_by_id,
        shown=audience.shown_to_everyone(asset),
    )


def _send_progress(job: Job) -> None:
    data = _job_data(job)
    asset = job.asset
    topics = [job_topic(job.pk)]
    if job.job_type not in _ASIDE:
        topics += [asset_topic(job.asset_id), LIBRARY]
    groups = audience.groups_of(
        topics, owner_id=asset.uploaded_by_id, told_all=audience.shown_to_everyone(asset)
    )
    broadcast.send((group, _transient("job.progress", topic, data, asset=asset)) for group, topic in groups)


def _transient(
    event_type: EventType, topic: str, data: dict[str, Any], *, asset: Asset | None = None
) -> Told:
    return {
        "topic": topic,
        "type": event_type,
        "id": None,
        "seq": None,
        "at": now(),
        "data": data,
        "asset_id": None if asset is None else str(asset.pk),
        "owner_id": None if asset is None else str(asset.uploaded_by_id),
        "told_all": False,
    }

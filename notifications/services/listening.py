"""The reading side of a topic: may this person listen, what stands there now, and what was missed."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from analysis.services.moderation import standings
from assets.models import Asset, UploadSession
from assets.services.uploads import progress_document
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotPermitted
from notifications.events import ME, Told, Topic, person_topic
from notifications.models import Event
from notifications.services import audience, bell, news, outbox
from processing.models import Job
from processing.services.status import progress_of

REPLAYED_AT_MOST: Final = 500
_COUNTED_UP_TO: Final = 1_000


@dataclass(frozen=True)
class Opening:
    """What a listener is told first. `seq` is the number up to which everything is covered; `complete` is False
    when too much was missed to be replayed, so that the client has to load afresh.
    """

    snapshot: dict[str, Any]
    seq: int
    missed: list[Told] = field(default_factory=list)
    complete: bool = True


@dataclass(frozen=True)
class Missed:
    """Events that a listener has not been sent, in order, for everything up to the number `seq`."""

    seq: int
    told: list[Told]


def open_topic(*, user: User, topic: Topic, since: int | None) -> Opening:
    """The snapshot of a topic, and the durable events after `since`.

    To be called when the listener's groups have been joined, so that nothing falls between. Raises `NotPermitted`
    for what the person may not see and for what does not exist, alike.
    """
    with transaction.atomic():
        outbox.settled()
        seq = _last_number()
        events = [] if since is None else _events_after(since, [_stored(topic, user)])
    snapshot = _SNAPSHOTS[topic.kind](user, topic.object_id or user.pk)
    if len(events) > REPLAYED_AT_MOST:
        return Opening(snapshot, seq, complete=False)
    return Opening(snapshot, seq, _for_person(user, [(event, str(topic)) for event in events]))


def missed_since(*, user: User, topics: Mapping[str, int]) -> Missed:
    """The durable events of several topics, each after the number that its listener has covered already.

    `topics` maps names as the client knows them. Finds what Redis lost, and what another process left unsent.
    """
    outbox.sweep()
    with transaction.atomic():
        outbox.settled()
        seq = _last_number()
        low = min(topics.values(), default=seq)
        if seq <= low:
            return Missed(seq, [])
        stored = {_stored_name(name, user): name for name in topics}
        events = _events_after(low, list(stored))
    wanted = [
        (event, stored[name])
        for event in events
        for name in event.topics
        if name in stored and (event.seq or 0) > topics[stored[name]]
    ]
    covered = seq if len(events) <= REPLAYED_AT_MOST else (events[-1].seq or low)
    return Missed(covered, _for_person(user, wanted))


def _last_number() -> int:
    return Event.objects.aggregate(last=Max("seq"))["last"] or 0


def _events_after(number: int, stored: list[str]) -> list[Event]:
    """One more than may be replayed, so that the caller sees when there are too many."""
    events = Event.objects.filter(seq__gt=number).order_by("seq")
    # Only the first form can use the index; the second reads the few events that are new.
    one = len(stored) == 1
    events = events.filter(topics__contains=stored) if one else events.filter(topics__has_any_keys=stored)
    return list(events[: REPLAYED_AT_MOST + 1])


def _for_person(user: User, events: list[tuple[Event, str]]) -> list[Told]:
    """What the person may learn of each event, by the present state of its asset."""
    known = {event.asset_id for event, _topic in events if event.asset_id is not None}
    assets = Asset.objects.all().veiled_for(user).in_bulk(known)
    found = []
    for event, topic in events:
        asset = None if event.asset_id is None else assets.get(event.asset_id)
        told = audience.told_to(user, outbox.as_told(event, topic), asset)
        if told is not None:
            found.append(told)
    return found


def _stored(topic: Topic, user: User) -> str:
    return _stored_name(str(topic), user)


def _stored_name(name: str, user: User) -> str:
    """A topic's name in the outbox."""
    return person_topic(user.pk) if name == ME else name


def _job(user: User, job_id: uuid.UUID) -> dict[str, Any]:
    job = Job.objects.visible_to(user).with_steps(user=user).filter(pk=job_id).first()
    if job is None:
        raise NotPermitted
    return dict(progress_of(job))


def _asset(user: User, asset_id: uuid.UUID) -> dict[str, Any]:
    asset = Asset.objects.visible_to(user).filter(pk=asset_id).first()
    if asset is None:
        raise NotPermitted
    job = Job.objects.of_assets().with_steps(user=user).filter(asset=asset).order_by("-created_at").first()
    return {**news.asset_data(asset), "job": None if job is None else progress_of(job)}


def _upload(user: User, upload_id: uuid.UUID) -> dict[str, Any]:
    session = UploadSession.objects.visible_to(user).select_related("asset").filter(pk=upload_id).first()
    if session is None:
        raise NotPermitted
    return progress_document(session=session)


def _library(user: User, _own_id: uuid.UUID) -> dict[str, Any]:
    seen = Asset.objects.visible_to(user)
    working = seen.filter(upload_status__in=["pending", "uploading", "processing"])
    limit = _COUNTED_UP_TO + 1
    return {"counts": {"assets": seen[:limit].count(), "in_work": working[:limit].count()}}


def _me(user: User, _own_id: uuid.UUID) -> dict[str, Any]:
    return {"unread": bell.unread_count(user=user)}


def _moderation(user: User, _own_id: uuid.UUID) -> dict[str, Any]:
    return standings.counts_for(user=user)


_SNAPSHOTS: Final[dict[str, Callable[[User, uuid.UUID], dict[str, Any]]]] = {
    "job": _job,
    "asset": _asset,
    "upload": _upload,
    "library": _library,
    "me": _me,
    "moderation": _moderation,
}

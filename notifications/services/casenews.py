"""Turning the news of cases into events: for those who moderate, for who brought the asset, and for who was named."""

from collections.abc import Collection

from django.db import transaction

from analysis import access
from analysis.models import Case, CaseComment, Decision
from mediaportal.accounts.models import User
from notifications.events import (
    MODERATION,
    CaseData,
    EventType,
    MentionData,
    RulingData,
    Told,
    asset_topic,
    now,
    person_topic,
)
from notifications.models import Event
from notifications.services import audience, bell, broadcast, outbox


def case_data(case: Case) -> CaseData:
    """What those who moderate are told of a case by its events."""
    blind = access.awaits_second_look(case)
    assignee = case.assignee
    return {
        "case_id": str(case.pk),
        "asset_id": str(case.asset_id),
        "policy": case.policy.slug,
        "severity": case.severity,
        "queue": case.queue,
        "status": case.status,
        "ruling": None if blind else (case.ruling or None),
        "assignee": None if assignee is None else {"id": str(assignee.pk), "name": str(assignee)},
        "lease_until": None if case.lease_until is None else case.lease_until.isoformat(),
        "restricted": case.policy.restricted,
    }


def tell_of_case(*, event_type: EventType, case: Case) -> Event:
    """Write down, for those who moderate, that something happened to a case. The asset has its own events."""
    return outbox.write(
        event_type=event_type, topics=[MODERATION], data=dict(case_data(case)), owner_id=case.owner_id
    )


def send_change(*, case: Case) -> None:
    """Send, after the commit, with whom a case is now; nothing is written down."""
    told: Told = {
        "topic": MODERATION,
        "type": "case.changed",
        "id": None,
        "seq": None,
        "at": now(),
        "data": dict(case_data(case)),
        "asset_id": None,
        "owner_id": str(case.owner_id),
        "told_all": False,
    }
    transaction.on_commit(lambda: broadcast.send([(MODERATION, told)]), robust=True)


def tell_of_decision(*, case: Case, decision: Decision) -> None:
    """Tell those who moderate that a case was decided on, and its owner what holds now: not who has decided, and not
    when somebody has only said the same again.
    """
    tell_of_case(event_type="case.decided", case=case)
    if decision.effective:
        _tell_owner(case, decision, ruling=case.ruling)


def tell_of_undoing(*, case: Case, decision: Decision) -> None:
    """Tell that a decision was taken back."""
    send_change(case=case)
    if decision.effective:
        _tell_owner(case, decision, ruling=case.ruling or None)


def tell_of_mention(*, comment: CaseComment, people: Collection[User]) -> None:
    """Tell people that they were named in a comment."""
    case = comment.case
    data: MentionData = {"case_id": str(case.pk), "asset_id": str(case.asset_id)}
    event = outbox.write(event_type="case.mentioned", topics=[], data=dict(data))
    bell.mentioned(event=event, asset=case.asset, author=str(comment.author), people=people)


def _tell_owner(case: Case, decision: Decision, *, ruling: str | None) -> None:
    """Tell who brought an asset what holds for it now."""
    data: RulingData = {
        "case_id": str(case.pk),
        "asset_id": str(case.asset_id),
        "policy": decision.policy.slug,
        "ruling": ruling,
        "reason": decision.reason,
    }
    outbox.write(
        event_type="case.decided",
        topics=[asset_topic(case.asset_id), person_topic(case.owner_id)],
        data=dict(data),
        asset_id=case.asset_id,
        owner_id=case.owner_id,
        shown=audience.shown_to_everyone(case.asset),
    )

"""Deciding on a case: by whoever holds its lease, with a policy and a reason, and taken back for a minute."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import access
from analysis.exceptions.moderation import CaseDecided, LeaseGone, TooLate
from analysis.models import (
    OPEN_CASE,
    Action,
    Batch,
    Case,
    CaseQueue,
    CaseSource,
    CaseStatus,
    Decision,
    Policy,
    Reason,
    Ruling,
)
from analysis.services.moderation import appeals, claiming, judging, opening, precedents, standing
from analysis.services.moderation.rights import require_reviewer
from analysis.services.moderation.verdicts import Verdict, answer_of, policy_of, require_sense
from analysis.signals import case_changed, case_decided, case_undone
from assets import registry
from assets.access import Caller
from assets.models import Asset, Hold
from assets.services import publication
from mediaportal.accounts.ages import AgeRating
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted

_RULINGS = {
    Action.APPROVE: Ruling.APPROVED,
    Action.REJECT: Ruling.REJECTED,
    Action.RESTRICT: Ruling.RESTRICTED,
}
_KEPT = (
    "queue",
    "ruling",
    "deciders",
    "considered",
    "holds",
    "blocks",
    "regions",
    "rating",
    "cap",
    "decided_at",
)


@transaction.atomic
def decide(*, user: Caller, case_id: UUID, verdict: Verdict, batch: Batch | None = None) -> Decision:
    """Decide on a case that one has claimed.

    Raises `NotFound`, `NotPermitted`, `LeaseGone`, `CaseDecided`, and `InvalidInput`.
    """
    user = require_reviewer(user)
    case = _locked(user, case_id)
    if case.status != CaseStatus.CLAIMED or case.assignee_id != user.pk:
        raise LeaseGone if case.status in OPEN_CASE else CaseDecided
    if not access.can_take_case(user, case):
        raise NotPermitted
    if not Case.objects.filter(pk=case.pk, lease_until__gt=Now()).exists():
        raise LeaseGone
    policy = policy_of(user, case, verdict)
    require_sense(case, verdict)
    decision = _write(user, case, policy, verdict, batch)
    _STAGES[CaseQueue(case.queue)](case, decision)
    record(
        action="case.decided",
        target=case,
        actor=user,
        asset=str(case.asset_id),
        policy=policy.slug,
        act=verdict.action,
        reason=verdict.reason,
        stage=decision.stage,
        decision=str(decision.pk),
    )
    return decision


@transaction.atomic
def undo(*, user: Caller, decision_id: UUID, asked_at: datetime | None = None) -> Case:
    """Take back what one has just decided: everything stands as before, and the case is one's own again. What was
    decided in a batch counts from the batch's end; `asked_at` is when somebody wanted it, if that is some time ago.

    Raises `NotFound`, `NotPermitted`, and `TooLate` after `MODERATION_UNDO` seconds, when somebody has gone on, or when
    the asset has gone.
    """
    found = Decision.objects.select_related("batch").filter(pk=decision_id).first()
    if found is None or not isinstance(user, User) or not access.can_review(user):
        raise NotFound
    case = _locked(user, found.case_id)
    if found.made_by_id != user.pk:
        raise NotPermitted
    at = asked_at or timezone.now()
    if not _can_undo(case, found, at=at) or not opening.make_room(case=case):
        raise TooLate
    Decision.objects.filter(pk=found.pk).update(undone_at=timezone.now(), effective=False)
    appeals.take_back(decision=found)
    before = dict(found.before)
    for pk in before.pop("replaced", []):
        Decision.objects.filter(pk=pk).update(effective=True)
    let_go = before.pop("let_go", [])
    Case.objects.filter(pk=case.pk).update(
        **before,
        status=CaseStatus.CLAIMED,
        assignee=user,
        lease_until=claiming.lease_from_now(),
        claimed_at=Now(),
        updated_at=timezone.now(),
    )
    case.refresh_from_db()
    publication.give_verdicts(asset=case.asset, holds={Hold(one): True for one in let_go})
    standing.settle(asset=case.asset)
    judging.mark(asset_ids=[case.asset_id])
    record(action="case.undone", target=case, actor=user, asset=str(case.asset_id), decision=str(found.pk))
    case_undone.send(sender=Case, case=case, decision=found)
    return case


@transaction.atomic
def let_through(*, user: User, asset: Asset) -> None:
    """End the case of a guest's upload that a manager has let through at the list of what is held. Other cases of the
    asset stay, and so does one at which somebody is looking.
    """
    mine = Case.objects.filter(asset=asset, source=CaseSource.GUEST, status=CaseStatus.WAITING, ruling="")
    for case in mine.select_for_update(of=("self",)).select_related("policy", "version"):
        case.asset = asset
        said = Verdict(Action.APPROVE, Reason.FINE, seconds=0.0)
        _rule(case, _write(user, case, case.policy, said, None))
        record(action="case.decided", target=case, actor=user, asset=str(asset.pk), act=Action.APPROVE)


def _can_undo(case: Case, decision: Decision, *, at: datetime) -> bool:
    """Whether a decision is the last one on a case that nobody has gone on with, and was new enough then."""
    last = Decision.objects.filter(case=case, undone_at=None).order_by("-made_at", "-pk").first()
    untouched = case.status in {CaseStatus.DECIDED, CaseStatus.WAITING} and case.asset.deleted_at is None
    made = (decision.batch.ended_at if decision.batch else None) or decision.made_at
    in_time = at - made <= timedelta(seconds=settings.MODERATION_UNDO)
    is_last = last is not None and last.pk == decision.pk and not appeals.is_appealed(decision=decision)
    return is_last and untouched and in_time


# --- What a decision does, by the queue in which the case stands --------------------------------------------------
def _first(case: Case, decision: Decision) -> None:
    """The first look: it holds at once; of some, somebody else decides again without knowing of it."""
    if decision.action == Action.ESCALATE:
        _move(case, decision, queue=CaseQueue.SENIOR)
        return
    if _is_drawn(case):
        _rule(case, decision, ended=False, queue=CaseQueue.SECOND)
    else:
        _rule(case, decision)


def _is_drawn(case: Case) -> bool:
    """Whether somebody else decides on a case again: drawn by the case and its own policy's version, once and for all,
    so neither citing another policy nor undoing draws anew.
    """
    double = case.version.double if case.version else 0.0
    drawn = hashlib.sha256(f"{case.pk}{case.version_id}".encode()).digest()
    return int.from_bytes(drawn[:6], "big") < double * 2**48


def _second(case: Case, decision: Decision) -> None:
    """The blind second look: who says the same ends the case, anything else goes to somebody with more experience."""
    first = Decision.objects.filter(case=case, effective=True).exclude(pk=decision.pk).first()
    Decision.objects.filter(pk=decision.pk).update(effective=False)
    decision.effective = False
    if first is None or _answer(decision) != _answer(first):
        _move(case, decision, queue=CaseQueue.SENIOR)
        return
    Case.objects.filter(pk=case.pk).update(
        status=CaseStatus.DECIDED,
        decided_at=timezone.now(),
        deciders=[*case.deciders, decision.made_by_id],
        **_UNCLAIMED,
    )
    _told(case, decision)


def _answer(decision: Decision) -> str:
    return answer_of(decision.action, decision.restriction)


def _senior(case: Case, decision: Decision) -> None:
    """Whoever has more experience has the last word."""
    if decision.action == Action.ESCALATE:
        raise InvalidInput(
            errors=[FieldProblem("action", "invalid", _("There is nobody to escalate this case to."))]
        )
    _rule(case, decision)


def _appeal(case: Case, decision: Decision) -> None:
    """Somebody else looks at it again; what they say holds."""
    if decision.action == Action.ESCALATE:
        _move(case, decision, queue=CaseQueue.SENIOR)
        return
    _rule(case, decision)


_STAGES = {
    CaseQueue.FIRST: _first,
    CaseQueue.SECOND: _second,
    CaseQueue.SENIOR: _senior,
    CaseQueue.APPEAL: _appeal,
}
_UNCLAIMED: dict[str, Any] = {"assignee": None, "lease_until": None, "claimed_at": None}


def _rule(case: Case, decision: Decision, *, ended: bool = True, queue: str | None = None) -> None:
    """Let a decision hold for the asset, in place of any before it."""
    ruling = _RULINGS[Action(decision.action)]
    restriction = decision.restriction if ruling == Ruling.RESTRICTED else {}
    hits = _considered(case)
    for hit in case.evidence:
        hits[hit["rule"]] = max(hits.get(hit["rule"], 0.0), hit["score"])
    Case.objects.filter(pk=case.pk).update(
        status=CaseStatus.DECIDED if ended else CaseStatus.WAITING,
        queue=queue or case.queue,
        ruling=ruling,
        deciders=[*case.deciders, decision.made_by_id],
        considered=hits,
        holds=False,
        blocks=ruling == Ruling.REJECTED,
        regions=restriction.get("regions", []),
        rating=restriction.get("rating", AgeRating.ALL),
        cap=restriction.get("cap", ""),
        decided_at=timezone.now() if ended else None,
        updated_at=timezone.now(),
        **_UNCLAIMED,
    )
    replaced = Decision.objects.filter(case=case, effective=True).exclude(pk=decision.pk)
    decision.before["replaced"] = [str(pk) for pk in replaced.values_list("pk", flat=True)]
    replaced.update(effective=False)
    if case.source == CaseSource.GUEST and Hold.GUEST in case.asset.holds and ruling != Ruling.REJECTED:
        decision.before["let_go"] = [Hold.GUEST]
        publication.give_verdicts(asset=case.asset, holds={Hold.GUEST: False})
    decision.save(update_fields=["before"])
    appeals.answer(case=case, decision=decision)
    _told(case, decision)


def _considered(case: Case) -> dict[str, float]:
    """What was known of each rule when somebody decided the last time on this asset and policy."""
    before = Case.objects.filter(asset=case.asset_id, policy=case.policy_id, status=CaseStatus.DECIDED)
    last = before.exclude(pk=case.pk).order_by("-decided_at").values_list("considered", flat=True).first()
    return dict(last or {})


def _move(case: Case, decision: Decision, *, queue: str) -> None:
    """Put a case into another queue; what holds for the asset stays."""
    Decision.objects.filter(pk=decision.pk).update(effective=False)
    decision.effective = False
    Case.objects.filter(pk=case.pk).update(
        status=CaseStatus.WAITING,
        queue=queue,
        deciders=[*case.deciders, decision.made_by_id],
        updated_at=timezone.now(),
        **_UNCLAIMED,
    )
    case.refresh_from_db()
    case_changed.send(sender=Case, case=case)


def _told(case: Case, decision: Decision) -> None:
    """Let the asset stand as its cases say now, and tell of it."""
    case.refresh_from_db()
    standing.settle(asset=case.asset)
    judging.mark(asset_ids=[case.asset_id])
    case_decided.send(sender=Case, case=case, decision=decision)


# --- What is asked before -----------------------------------------------------------------------------------------
def _locked(user: User, case_id: UUID) -> Case:
    """A case that this person may see, locked after its asset's work and its asset. Raises `NotFound`."""
    seen = Case.objects.visible_to(user).filter(pk=case_id).values_list("asset_id", flat=True).first()
    if seen is None:
        raise NotFound
    registry.lock_work(seen)
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=seen)
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("policy", "version", "assignee")
        .get(pk=case_id)
    )
    case.asset = asset
    return case


def _write(user: User, case: Case, policy: Policy, verdict: Verdict, batch: Batch | None) -> Decision:
    """The decision's row, with what stood before it."""
    before = {name: getattr(case, name) for name in _KEPT}
    before["deciders"] = [str(pk) for pk in case.deciders]
    before["decided_at"] = case.decided_at.isoformat() if case.decided_at else None
    chosen = range(len(case.evidence)) if verdict.seen is None else verdict.seen
    made = Decision.objects.create(
        case=case,
        policy=policy,
        version=policy.current if policy.pk != case.policy_id else case.version,
        stage=case.queue,
        action=verdict.action,
        reason=verdict.reason,
        note=verdict.note,
        restriction=verdict.restriction.as_data() if verdict.action == Action.RESTRICT else {},
        seen=[case.evidence[place] for place in chosen if 0 <= place < len(case.evidence)],
        before=before,
        seconds=max(0.0, verdict.seconds),
        batch=batch,
        made_by=user,
    )
    precedents.keep_labels(decision=made)
    return made

"""Telling people what came of moderation: owners of decisions and appeals, reporters of their reports."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from analysis.models import Action, Appeal, Case, Decision, Report, Strike
from analysis.services.moderation import appeals
from notifications.models import Notification
from notifications.services import notices

_AGAINST = {Action.REJECT: "decision.rejected", Action.RESTRICT: "decision.restricted"}


def tell_of_decision(*, case: Case, decision: Decision) -> Notification | None:
    """Tell an owner of a decision that holds: where it is against what is theirs, answers their appeal, or takes back
    what they were told before. None when it says nothing new to them.
    """
    answered = Appeal.objects.filter(answer=decision).select_related("decision").first()
    against = _AGAINST.get(Action(decision.action))
    if answered is not None:
        kind = f"appeal.{answered.status}"
    elif against is not None:
        kind = against
    elif _was_told(case, decision):
        kind = "decision.lifted"
    else:
        return None
    shown = decision if against is not None else (answered.decision if answered is not None else None)
    link = (
        reverse("own-decision", args=[shown.pk])
        if shown is not None
        else reverse("asset", args=[case.asset_id])
    )
    return notices.tell(
        user=case.owner,
        kind=kind,
        link=link,
        asset_id=str(case.asset_id),
        title=case.asset.title,
        always=True,
        decision=_facts(decision, final=answered is not None) if against is not None else None,
    )


def tell_of_undoing(*, case: Case, decision: Decision) -> Notification | None:
    """Tell an owner that a decision was undone of which they were told already; None when they were not."""
    if decision.settled_at is None or decision.action not in _AGAINST:
        return None
    return notices.tell(
        user=case.owner,
        kind="decision.lifted",
        link=reverse("asset", args=[case.asset_id]),
        asset_id=str(case.asset_id),
        title=case.asset.title,
        always=True,
    )


def tell_of_report(*, report: Report) -> Notification:
    """Tell somebody what came of what they have reported; not who decided it."""
    return notices.tell(
        user=report.reporter,
        kind=f"report.{report.outcome}",
        link=reverse("my-reports"),
        asset_id=str(report.asset_id),
        title=report.asset.title,
    )


def tell_of_strike(*, strike: Strike) -> Notification:
    """Tell somebody that something does not count against them any more."""
    asset = strike.decision.case.asset
    return notices.tell(
        user=strike.user,
        kind="strike.lifted",
        link=reverse("account"),
        asset_id=str(asset.pk),
        title=asset.title,
        always=True,
    )


def _facts(decision: Decision, *, final: bool) -> dict[str, Any]:
    """What the words on a decision are made of, whatever becomes of it and its policy later."""
    policy = decision.policy
    strike = Strike.objects.filter(decision=decision, lifted_at=None).first()
    return {
        "policy": {"en": policy.name, "ar": policy.name_ar},
        "statement": {"en": policy.statement, "ar": policy.statement_ar},
        "reason": decision.reason,
        "action": decision.action,
        "restriction": decision.restriction,
        "until": "" if final else timezone.localdate(appeals.until(decision)).isoformat(),
        "strike_until": timezone.localdate(strike.expires_at).isoformat() if strike else "",
    }


def _was_told(case: Case, decision: Decision) -> bool:
    """Whether the last that an owner was told of a case was against them."""
    before = Decision.objects.filter(case=case, settled_at__isnull=False).exclude(pk=decision.pk)
    last = before.order_by("-made_at", "-pk").first()
    return last is not None and last.action in appeals.APPEALABLE

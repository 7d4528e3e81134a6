"""What was before a case, as its page tells it: of the case, of its asset, of what else its owner sent, of the like."""

from typing import Any
from uuid import UUID

from analysis import access
from analysis.models import Action, Case, CaseStatus, Reason, Ruling
from analysis.services.moderation import background, comments, precedents
from mediaportal.accounts.models import User

_MOST_ALIKE = 3
_MOST_CASES = 10


def context_of(case: Case, *, user: User, blind: bool) -> dict[str, Any]:
    """What the page tells of the past of a case that comes from `casebook.find`. `blind`: nothing of what somebody else
    has decided on this very case.
    """
    told: Any = case
    past = background.history(user=user, case_id=case.pk)
    alike = precedents.precedents(user=user, case_id=case.pk)
    return {
        "decisions": [] if blind else list(reversed(told.standing_decisions)),
        "appeal": None if blind else next(iter(told.open_appeals), None),
        "comments": list(comments.listed(user=user, case_id=case.pk)),
        "others": [_line(one) for one in past["asset_cases"][:_MOST_CASES]],
        "rulings": _counts(past["owner_cases"]),
        "strikes": past["strikes"]["standing"],
        "uploads": past["uploads"],
        "alike": [_precedent(one) for one in alike[:_MOST_ALIKE]],
    }


def of_asset(asset_id: UUID, *, user: User) -> list[dict[str, Any]]:
    """The cases of an asset that a person may read, the newest first; one query."""
    rows = Case.objects.visible_to(user).filter(asset=asset_id).select_related("policy")
    return [
        {
            "id": one.pk,
            "name": one.policy.shown_name,
            "outcome": _outcome(one.status, "" if access.looks_blindly(user, one) else one.ruling),
            "severity": one.get_severity_display(),
            "opened_at": one.opened_at,
        }
        for one in rows.order_by("-opened_at", "-pk")[:_MOST_CASES]
    ]


def _line(case: dict[str, Any]) -> dict[str, Any]:
    """One of the other cases of the asset."""
    return {
        "id": case["id"],
        "name": case["policy"]["name"],
        "outcome": _outcome(case["status"], case["ruling"] or ""),
        "opened_at": case["opened_at"],
    }


def _outcome(status: str, ruling: str) -> str:
    """How a case stands, in words."""
    return str(Ruling(ruling).label if ruling else CaseStatus(status).label)


def _counts(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many of these cases ended how, in words."""
    ended = [case["ruling"] for case in cases if case["ruling"]]
    return [{"name": one.label, "count": ended.count(one)} for one in Ruling if one in ended]


def _precedent(found: dict[str, Any]) -> dict[str, Any]:
    """A decision on the like of it."""
    decision = found["decision"]
    return {
        "title": found["title"],
        "label": found["label"],
        "percent": round(min(found["score"], 1.0) * 100),
        "act": Action(decision["action"]).label,
        "reason": Reason(decision["reason"]).label,
        "made_at": decision["made_at"],
    }

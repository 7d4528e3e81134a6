"""Cases as those who moderate read them: nobody those of their own, nor before a second look what the first said."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from analysis import access
from analysis.models import Appeal, Case, CaseStatus, Decision
from analysis.services.moderation import pictures
from analysis.services.moderation.rights import require_reviewer
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound


def listed(*, user: Caller) -> QuerySet[Case]:
    """The cases that a person may read, with all that `document_of` says of them: five queries."""
    decisions = Decision.objects.filter(undone_at=None).select_related("policy", "made_by")
    appeals = Appeal.objects.filter(status=Appeal.Status.OPEN)
    rows = Case.objects.visible_to(require_reviewer(user))
    rows = rows.select_related("asset", "policy", "assignee", "owner")
    return pictures.with_pictures(rows).prefetch_related(
        "reports",
        Prefetch("decisions", queryset=decisions.order_by("made_at", "pk"), to_attr="standing_decisions"),
        Prefetch("appeals", queryset=appeals, to_attr="open_appeals"),
    )


def find(*, user: Caller, case_id: UUID) -> Case:
    """One of them. Raises `NotPermitted` for who may not review, and `NotFound`."""
    found = listed(user=user).filter(pk=case_id).first()
    if found is None:
        raise NotFound
    return found


def find_plain(*, user: Caller, case_id: UUID) -> tuple[User, Case]:
    """The person, and one of the cases that they may read, with its policy and nothing else; raises as `find`."""
    person = require_reviewer(user)
    found = Case.objects.visible_to(person).select_related("policy").filter(pk=case_id).first()
    if found is None:
        raise NotFound
    return person, found


def document_of(case: Case, *, user: User) -> dict[str, Any]:
    """A case, loaded by `listed`, as this person may read it."""
    blind = access.looks_blindly(user, case)
    told: Any = case
    mine = case.status == CaseStatus.CLAIMED and case.assignee_id == user.pk
    document = {
        "id": case.pk,
        "asset_id": case.asset_id,
        "title": case.asset.title,
        "kind": case.asset.kind,
        "duration": case.asset.duration,
        "policy": {"slug": case.policy.slug, "name": case.policy.shown_name},
        "source": case.source,
        "severity": case.severity,
        "status": case.status,
        "queue": case.queue,
        "due_at": case.due_at,
        "reach": case.reach,
        "opened_at": case.opened_at,
        "evidence": _evidence(case, user),
        "worst_start": case.worst_start,
        "assignee": person(case.assignee),
        "mine": mine,
        "lease_until": case.lease_until,
        "ruling": None if blind else (case.ruling or None),
        "blind": blind,
        "reports": [_report(one) for one in told.reports.all()],
        "appeal": None if blind else next((_appeal(one) for one in told.open_appeals), None),
        "owner": person(case.owner),
    }
    if not blind:
        document["decisions"] = [decision_document(one) for one in told.standing_decisions]
    return document


def decision_document(decision: Decision) -> dict[str, Any]:
    """A decision as those who moderate read it."""
    return {
        "id": decision.pk,
        "stage": decision.stage,
        "action": decision.action,
        "policy": {"slug": decision.policy.slug, "name": decision.policy.shown_name},
        "reason": decision.reason,
        "note": decision.note,
        "restriction": decision.restriction,
        "effective": decision.effective,
        "made_by": person(decision.made_by),
        "made_at": decision.made_at,
    }


def person(user: User | None) -> dict[str, Any] | None:
    """Somebody by their name."""
    return None if user is None else {"id": user.pk, "name": str(user)}


def _evidence(case: Case, user: User) -> list[dict[str, Any]]:
    """The hits, the worst first, each with a picture of its moment where there is one."""
    pictured = pictures.pictures_of(case.asset, user=user)
    told = []
    for hit in case.evidence:
        picture = pictured(hit)
        told.append({**hit, "picture": picture, "moment_url": pictures.address_of(picture)})
    return told


def _report(report: Any) -> dict[str, Any]:
    return {
        "reason": report.reason,
        "note": report.note,
        "second": report.second,
        "created_at": report.created_at,
    }


def _appeal(appeal: Appeal) -> dict[str, Any]:
    return {"text": appeal.text, "made_at": appeal.made_at}

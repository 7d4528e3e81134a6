"""What is known around a case: decisions on the like of it, and what was with the asset and its uploader before."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from analysis import access
from analysis.models import Case, Decision, Strike
from analysis.services.moderation.casebook import decision_document, require_reviewer
from assets.access import Caller
from assets.models import Asset, Publication
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound

_LOOKED_THROUGH = 2_000
_LABELS = 5
_PRECEDENTS = 10
_EARLIER = 20
_UPLOADS = 10


def precedents(*, user: Caller, case_id: UUID) -> list[dict[str, Any]]:
    """Decisions that hold on the same policy and label, those with the nearest score first; ten of the newest 2,000.

    Raises `NotPermitted` for who may not review, and `NotFound`.
    """
    person = require_reviewer(user)
    case = _case(person, case_id)
    scores = _scores(case.evidence)
    if not scores:
        return []
    readable = Case.objects.visible_to(person).told_to(person).exclude(pk=case.pk)
    newest = Decision.objects.filter(policy=case.policy_id).order_by("-made_at").values("pk")
    alike = Q()
    for label in scores:
        alike |= Q(seen__contains=[{"label": label}])
    found = Decision.objects.filter(alike, pk__in=newest[:_LOOKED_THROUGH]).filter(
        case__in=readable, effective=True, undone_at=None
    )
    rows = list(found.select_related("policy", "made_by", "case", "case__asset").order_by("-made_at", "pk"))
    ranked = sorted((_near(row, scores) for row in rows), key=lambda one: one["distance"])
    return ranked[:_PRECEDENTS]


def history(*, user: Caller, case_id: UUID) -> dict[str, Any]:
    """What was with an asset and with who brought it: earlier cases with their outcome, strikes, uploads. Of the case
    itself, and of what follows from it, nothing is said.

    Raises `NotPermitted` for who may not review, and `NotFound`.
    """
    person = require_reviewer(user)
    case = _case(person, case_id)
    others = Case.objects.visible_to(person).exclude(pk=case.pk).select_related("policy", "asset")
    of_owner = others.filter(owner=case.owner_id).exclude(asset=case.asset_id)
    return {
        "asset_cases": _lines(others.filter(asset=case.asset_id), person),
        "owner_cases": _lines(of_owner, person),
        "strikes": _strikes(case, person),
        "uploads": _uploads(case),
    }


def _case(person: User, case_id: UUID) -> Case:
    case = Case.objects.visible_to(person).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    return case


def _scores(hits: list[dict[str, Any]]) -> dict[str, float]:
    """The highest score of each label, of the worst few."""
    found: dict[str, float] = {}
    for hit in hits:
        if hit["label"] and (hit["label"] in found or len(found) < _LABELS):
            found[hit["label"]] = max(found.get(hit["label"], 0.0), float(hit["score"]))
    return found


def _near(decision: Decision, scores: dict[str, float]) -> dict[str, Any]:
    """A decision with the label in which it comes nearest."""
    theirs = _scores(decision.seen)
    both = [(abs(theirs[label] - scores[label]), label) for label in scores if label in theirs]
    # A label behind the first few of a long list is looked up in full.
    every = both or [
        (abs(float(hit["score"]) - scores[hit["label"]]), hit["label"])
        for hit in decision.seen
        if hit["label"] in scores
    ]
    distance, label = min(every)
    of_label = [float(hit["score"]) for hit in decision.seen if hit["label"] == label]
    return {
        "case_id": decision.case_id,
        "asset_id": decision.case.asset_id,
        "title": decision.case.asset.title,
        "label": label,
        "score": max(of_label),
        "distance": round(distance, 4),
        "decision": decision_document(decision),
    }


def _lines(cases: QuerySet[Case], person: User) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "asset_id": one.asset_id,
            "title": one.asset.title,
            "policy": {"slug": one.policy.slug, "name": one.policy.shown_name},
            "source": one.source,
            "severity": one.severity,
            "status": one.status,
            "ruling": None if access.looks_blindly(person, one) else (one.ruling or None),
            "opened_at": one.opened_at,
            "decided_at": one.decided_at,
        }
        for one in cases.order_by("-opened_at", "pk")[:_EARLIER]
    ]


def _strikes(case: Case, person: User) -> dict[str, Any]:
    """Strikes against the owner that this person may know of, but for those of this case."""
    seen = Case.objects.visible_to(person)
    found = Strike.objects.filter(user=case.owner_id, decision__case__in=seen).exclude(decision__case=case)
    if not access.can_review_restricted(person):
        found = found.filter(decision__policy__restricted=False)
    rows = found.select_related("decision__policy").order_by("-made_at", "-pk")[:_EARLIER]
    return {
        "standing": found.filter(lifted_at=None, expires_at__gt=timezone.now()).count(),
        "list": [
            {
                "made_at": one.made_at,
                "expires_at": one.expires_at,
                "lifted_at": one.lifted_at,
                "policy": {"slug": one.decision.policy.slug, "name": one.decision.policy.shown_name},
                "reason": one.decision.reason,
            }
            for one in rows
        ],
    }


def _uploads(case: Case) -> dict[str, Any]:
    """What else its owner has brought."""
    found = Asset.objects.filter(uploaded_by=case.owner_id, deleted_at=None).exclude(pk=case.asset_id)
    counts = found.aggregate(
        count=Count("pk"), blocked=Count("pk", filter=Q(publication=Publication.BLOCKED))
    )
    newest = found.order_by("-created_at", "-pk")[:_UPLOADS]
    return {
        **counts,
        "newest": [
            {
                "asset_id": one.pk,
                "title": one.title,
                "kind": one.kind,
                "publication": one.publication,
                "created_at": one.created_at,
            }
            for one in newest
        ],
    }

"""What is known around a case: what was with the asset and its uploader before."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from analysis import access
from analysis.models import Case, Strike
from analysis.services.moderation.casebook import find_plain
from assets.access import Caller
from assets.models import Asset, Publication
from mediaportal.accounts.models import User

_EARLIER = 20
_UPLOADS = 10


def history(*, user: Caller, case_id: UUID) -> dict[str, Any]:
    """What was with an asset and with who brought it: earlier cases with their outcome, strikes, uploads. Of the case
    itself, and of what follows from it, nothing is said.

    Raises `NotPermitted` for who may not review, and `NotFound`.
    """
    person, case = find_plain(user=user, case_id=case_id)
    others = Case.objects.visible_to(person).exclude(pk=case.pk).select_related("policy", "asset")
    of_owner = others.filter(owner=case.owner_id).exclude(asset=case.asset_id)
    return {
        "asset_cases": _lines(others.filter(asset=case.asset_id), person),
        "owner_cases": _lines(of_owner, person),
        "strikes": _strikes(case, person),
        "uploads": _uploads(case, person),
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
    seen = Case.objects.visible_to(person).told_to(person)
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


def _uploads(case: Case, person: User) -> dict[str, Any]:
    """What else its owner has brought, as far as this person may know how it stands."""
    found = Asset.objects.filter(uploaded_by=case.owner_id, deleted_at=None).exclude(pk=case.asset_id)
    found = found.veiled_for(person)
    blocked = found.standing(Q(publication=Publication.BLOCKED), held=False).order_by().values("pk")
    counts = found.aggregate(count=Count("pk"), blocked=Count("pk", filter=Q(pk__in=blocked)))
    newest = found.order_by("-created_at", "-pk")[:_UPLOADS]
    return {
        **counts,
        "newest": [
            {
                "asset_id": one.pk,
                "title": one.title,
                "kind": one.kind,
                "publication": Publication.HELD if one.veiled else one.publication,
                "created_at": one.created_at,
            }
            for one in newest
        ],
    }

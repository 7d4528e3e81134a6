"""Decisions on the like of a case: on the same policy and one of its labels, those with the nearest score first."""

from typing import Any
from uuid import UUID

from django.db import connection

from analysis import access
from analysis.models import Case, CaseQueue, CaseStatus, Decision, DecisionLabel
from analysis.services.moderation.casebook import decision_document, find_plain
from assets.access import Caller
from mediaportal.accounts.models import User

_LABELS = 5
_MOST = 10
_LONGEST = 200

# From the score of each label on, upwards and downwards by the index, as far as there are enough that this person may
# know of: the same rules as `CaseQuerySet.visible_to` and `told_to`.
_MAY_KNOW = """
JOIN analysis_decision AS decision ON decision.id = one.decision_id AND decision.effective
    AND decision.undone_at IS NULL
JOIN analysis_case AS its ON its.id = decision.case_id AND its.id <> %(case)s AND its.owner_id <> %(person)s
    AND (its.queue <> %(second)s OR its.status = %(decided)s OR its.deciders @> ARRAY[%(person)s]::uuid[])
JOIN analysis_policy AS its_policy ON its_policy.id = its.policy_id AND (%(restricted)s OR NOT its_policy.restricted)
"""
_ON_ONE_SIDE = """
SELECT one.decision_id, one.score FROM analysis_decisionlabel AS one {may_know}
WHERE one.policy_id = %(policy)s AND one.label = asked.label AND one.score {side} asked.score
ORDER BY one.score {way}, one.id {back} LIMIT %(most)s
"""
_NEAREST = """
SELECT decision_id, label, score, distance FROM (
    SELECT DISTINCT ON (near.decision_id) near.decision_id, asked.label, near.score,
        abs(near.score - asked.score) AS distance
    FROM unnest(%(labels)s::text[], %(scores)s::float[]) AS asked(label, score)
    CROSS JOIN LATERAL (({above}) UNION ALL ({below})) AS near
    ORDER BY near.decision_id, distance, asked.label
) AS found
ORDER BY distance, decision_id DESC LIMIT %(most)s
""".format(  # noqa: S608 - constants alone
    above=_ON_ONE_SIDE.format(may_know=_MAY_KNOW, side=">=", way="", back="DESC"),
    below=_ON_ONE_SIDE.format(may_know=_MAY_KNOW, side="<", way="DESC", back=""),
)


def precedents(*, user: Caller, case_id: UUID) -> list[dict[str, Any]]:
    """Decisions that hold on the same policy and label, those with the nearest score first: ten at most, in three
    queries.

    Raises `NotPermitted` for who may not review, and `NotFound`.
    """
    person, case = find_plain(user=user, case_id=case_id)
    scores = dict(list(scores_of(case.evidence).items())[:_LABELS])
    near = _nearest(person, case, scores) if scores else []
    rows = Decision.objects.select_related("policy", "made_by", "case", "case__asset").in_bulk(
        [one[0] for one in near]
    )
    return [_document(rows[pk], label, score, distance) for pk, label, score, distance in near if pk in rows]


def keep_labels(*, decision: Decision) -> None:
    """Let a decision be found by what it was made on. Must run in the deciding transaction."""
    DecisionLabel.objects.bulk_create(
        DecisionLabel(decision=decision, policy_id=decision.policy_id, label=label, score=score)
        for label, score in scores_of(decision.seen).items()
    )


def scores_of(hits: list[dict[str, Any]]) -> dict[str, float]:
    """The highest score of each label; the label of the worst hit comes first."""
    found: dict[str, float] = {}
    for hit in hits:
        if label := hit["label"][:_LONGEST]:
            found[label] = max(found.get(label, 0.0), float(hit["score"]))
    return found


def _nearest(person: User, case: Case, scores: dict[str, float]) -> list[tuple[UUID, str, float, float]]:
    """The decisions with the label in which each comes nearest, its score, and how far that lies from the case's."""
    facts: dict[str, Any] = {
        "labels": list(scores),
        "scores": list(scores.values()),
        "case": case.pk,
        "policy": case.policy_id,
        "person": person.pk,
        "restricted": access.can_review_restricted(person),
        "second": str(CaseQueue.SECOND),
        "decided": str(CaseStatus.DECIDED),
        "most": _MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, facts)
        return [(row[0], row[1], row[2], row[3]) for row in cursor.fetchall()]


def _document(decision: Decision, label: str, score: float, distance: float) -> dict[str, Any]:
    return {
        "case_id": decision.case_id,
        "asset_id": decision.case.asset_id,
        "title": decision.case.asset.title,
        "label": label,
        "score": score,
        "distance": round(distance, 4),
        "decision": decision_document(decision),
    }

"""Decisions on the like of a case are found by an index, however many there are."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.models import Case, Decision, DecisionLabel
from analysis.services.moderation import claiming, deciding, precedents
from analysis.services.moderation.verdicts import Verdict
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, policy
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

_MANY = """
INSERT INTO analysis_decision (id, case_id, policy_id, stage, action, reason, note, restriction, seen, before, seconds,
    effective, made_by_id, made_at)
SELECT gen_random_uuid(), d.case_id, d.policy_id, d.stage, d.action, d.reason, '', '{}', d.seen, '{}', 1,
    number %% 3 = 0, d.made_by_id, d.made_at
FROM analysis_decision d, generate_series(1, %(many)s) AS number WHERE d.id = %(one)s
"""
_LABELLED = """
INSERT INTO analysis_decisionlabel (decision_id, policy_id, label, score)
SELECT id, policy_id, 'Explicit Nudity', random() FROM analysis_decision
"""


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator")


def decided(one: Case, *, effective: bool = True, by: User | None = None) -> Decision:
    """A decision on a case."""
    who = by or UserFactory(role="moderator")
    claiming.claim(user=who, case_id=one.pk)
    made = deciding.decide(user=who, case_id=one.pk, verdict=Verdict("reject", "sexual"))
    if not effective:
        Decision.objects.filter(pk=made.pk).update(effective=False)
    return made


def scores(one: Case, user: User) -> list[float]:
    return [found["score"] for found in precedents.precedents(user=user, case_id=one.pk)]


def test_the_nearest_ten_on_both_sides(moderator: User) -> None:
    for hundredth in range(10, 100, 5):
        decided(case(score=hundredth / 100))
    found = scores(case(score=0.51), moderator)
    assert sorted(found) == [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75]
    assert found[0] == 0.5


def test_only_what_holds_and_this_person_may_know_of(moderator: User) -> None:
    decided(case(score=0.71), effective=False)
    undone = decided(case(score=0.72), by=moderator)
    deciding.undo(user=moderator, decision_id=undone.pk)
    own = case(score=0.73)
    decided(own)
    Case.objects.filter(pk=own.pk).update(owner=moderator)
    one, good = case(score=0.7), case(score=0.9)
    made = decided(good)
    assert scores(one, moderator) == [0.9]
    house = one.policy
    Case.objects.filter(pk=good.pk).update(policy=policy("grave", restricted=True))
    assert (scores(one, moderator), scores(one, UserFactory(role="manager"))) == ([], [0.73, 0.9])
    assert DecisionLabel.objects.get(decision=made).policy == house


def test_a_precedent_that_shares_several_labels_is_told_once_by_the_nearest(moderator: User) -> None:
    hits = [
        {"label": "Weapons", "score": 0.9},
        {"label": "Drugs", "score": 0.6},
        {"label": "Drugs", "score": 0.4},
    ]
    with_both = case(evidence=[{**case().evidence[0], **hit} for hit in hits])
    decided(with_both)
    one = case(evidence=[{**with_both.evidence[0], "label": "Weapons", "score": 0.5}, with_both.evidence[1]])
    (found,) = precedents.precedents(user=moderator, case_id=one.pk)
    assert (found["label"], found["score"], found["distance"]) == ("Drugs", 0.6, 0.0)


def test_among_fifty_thousand_the_index_finds_them(moderator: User) -> None:
    first = decided(case(score=0.8))
    DecisionLabel.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_MANY, {"many": 50_000, "one": first.pk})
        cursor.execute(_LABELLED)
        cursor.execute("ANALYZE analysis_decision, analysis_decisionlabel, analysis_case, analysis_policy")
    one = case(score=0.5)
    assert moderator.has_perm("analysis.review_cases") and not moderator.has_perm("x.y")
    with CaptureQueriesContext(connection) as captured:
        found = precedents.precedents(user=moderator, case_id=one.pk)
    assert (len(found), len(captured)) == (10, 3)
    assert all(row["distance"] < 0.01 for row in found)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {captured[1]['sql']}")
        ((told,),) = cursor.fetchall()
    read = list(_scans(told[0]["Plan"]))
    assert {name for name, _rows in read} == {"analysis_decision_alike"}
    # Two of three do not hold any more: about thirty are read on each side, and not fifty thousand.
    assert max(rows for _name, rows in read) < 500


def _scans(plan: dict[str, Any]) -> Any:
    """How the labels are read: the index, and how many rows of it."""
    if plan.get("Relation Name") == "analysis_decisionlabel":
        yield plan.get("Index Name"), plan["Actual Rows"] * plan["Actual Loops"]
    for part in plan.get("Plans", []):
        yield from _scans(part)

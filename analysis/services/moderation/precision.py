"""How often the engines were right, by what people decided on the cases that policies opened; and where thresholds
would stand that follow from it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from analysis.models import Action, CaseSource, Policy, Reason
from analysis.rules.agreement import Share
from analysis.rules.thresholds import Suggestion, Told, bands, precision, suggest_block, suggest_review
from analysis.services.moderation.periods import Period

KINDS = ("label", "topic")
"""The kinds of rules whose scores are how sure an engine is."""
_MOST_LABELS = 8

# What was decided on cases that policies opened and still holds: right is what was acted on, wrong what was approved
# because there is nothing to it. What was approved for other reasons was found rightly, and judged by people alone.
_DECIDED = """
    FROM analysis_decision decided
    JOIN analysis_case asked ON asked.id = decided.case_id
    CROSS JOIN LATERAL {each}
    WHERE decided.made_at >= %(since)s AND decided.made_at < %(until)s
      AND decided.effective AND decided.undone_at IS NULL AND asked.source = %(policy)s
      AND (decided.action = ANY(%(acted)s) OR decided.action = %(approved)s AND decided.reason = ANY(%(nothing)s))
"""
_OF_RULES = (
    """
    SELECT asked.policy_id, score.key, LEAST(100, FLOOR(score.value::numeric * 100))::int,
           decided.action <> %(approved)s, COUNT(*)
    """
    + _DECIDED.format(each="jsonb_each_text(asked.considered) score")
    + " GROUP BY 1, 2, 3, 4"
)
_OF_LABELS = (
    """
    SELECT policy_id, rule, label, right_so, COUNT(*) FROM (
      SELECT DISTINCT decided.id, asked.policy_id, hit.value->>'rule' AS rule, hit.value->>'label' AS label,
             decided.action <> %(approved)s AS right_so
    """  # noqa: S608 - constants alone
    + _DECIDED.format(each="jsonb_array_elements(asked.evidence) hit")
    + " AND hit.value->>'label' <> '') seen GROUP BY 1, 2, 3, 4"
)


@dataclass(frozen=True)
class RulePrecision:
    """A rule of a policy as it stands: its thresholds, how often it was right in all and in ten bands of its score
    (from, to, share), the labels that were found most with theirs, and the thresholds that follow; None where too
    little is known.
    """

    policy: Policy
    rule: str
    kind: str
    review: float | None
    block: float | None
    precision: Share
    bands: list[tuple[float, float, Share | None]]
    labels: list[tuple[str, Share]]
    suggested_review: Suggestion | None
    suggested_block: Suggestion | None

    @property
    def has_news(self) -> bool:
        """Whether a suggestion differs from what the rule says now."""
        return any(
            found is not None and found.threshold != now
            for found, now in ((self.suggested_review, self.review), (self.suggested_block, self.block))
        )


def of_rules(*, period: Period, policies: Iterable[Policy]) -> list[RulePrecision]:
    """The rules of these policies, loaded with their current versions, on which something was decided in this time; two
    queries.
    """
    told = _by_rule(period)
    labels = _by_label(period)
    found = []
    for policy in policies:
        for rule in policy.current.rules if policy.current else []:
            place = (policy.pk, rule.get("key", ""))
            whole = precision(told.get(place, {}))
            if rule.get("kind") in KINDS and whole is not None:
                found.append(_of_rule(policy, rule, told[place], whole, labels.get(place, {})))
    return found


def _of_rule(
    policy: Policy, rule: dict[str, Any], told: dict[int, Told], whole: Share, labels: dict[str, Told]
) -> RulePrecision:
    shares = [(name, found) for name, one in labels.items() if (found := precision({0: one})) is not None]
    shares.sort(key=lambda one: (-one[1].total, one[0]))
    return RulePrecision(
        policy=policy,
        rule=rule["key"],
        kind=rule["kind"],
        review=rule.get("review"),
        block=rule.get("block"),
        precision=whole,
        bands=bands(told),
        labels=shares[:_MOST_LABELS],
        suggested_review=suggest_review(told),
        suggested_block=suggest_block(told),
    )


def _by_rule(period: Period) -> dict[tuple[UUID, str], dict[int, Told]]:
    """What was made of each rule's findings, by the score in hundredths."""
    told: dict[tuple[UUID, str], dict[int, Told]] = defaultdict(dict)
    for policy, rule, score, right, number in _rows(_OF_RULES, period):
        _add(told[policy, rule], score, right, number)
    return told


def _by_label(period: Period) -> dict[tuple[UUID, str], dict[str, Told]]:
    """What was made of each rule's findings, by their label."""
    told: dict[tuple[UUID, str], dict[str, Told]] = defaultdict(dict)
    for policy, rule, label, right, number in _rows(_OF_LABELS, period):
        _add(told[policy, rule], label, right, number)
    return told


def _add(told: dict[Any, Told], key: Any, right: bool, number: int) -> None:
    before = told.get(key, Told())
    told[key] = Told(before.right + number * right, before.wrong + number * (not right))


def _rows(statement: str, period: Period) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "since": period.since,
        "until": period.until,
        "policy": str(CaseSource.POLICY),
        "acted": [str(Action.REJECT), str(Action.RESTRICT)],
        "approved": str(Action.APPROVE),
        "nothing": [str(Reason.MISTAKE), str(Reason.FINE)],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found

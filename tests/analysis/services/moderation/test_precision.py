"""How often an engine was right follows from what people decided on what policies found."""

from typing import Any

import pytest

from analysis.models import Case, Policy
from analysis.services.moderation import precision
from analysis.services.moderation.periods import Period
from analysis.services.moderation.precision import RulePrecision
from tests.analysis.deciding import decided
from tests.analysis.moderating import policy

pytestmark = pytest.mark.django_db


def told(under: Policy) -> list[RulePrecision]:
    return precision.of_rules(period=Period.last(30), policies=[under])


def judged(under: Policy, score: float, act: str, times: int = 1, **facts: Any) -> None:
    for _one in range(times):
        decided(("first", act, None), of=under, score=score, **facts)


def test_rejected_is_right_and_approved_as_nothing_is_wrong(django_assert_num_queries: Any) -> None:
    under = policy()
    judged(under, 0.95, "reject", 3)
    judged(under, 0.9, "restrict")
    judged(under, 0.65, "approve", 2, reason="mistake")
    judged(under, 0.65, "approve", reason="fine")
    judged(under, 0.65, "approve", reason="context")
    judged(under, 0.65, "reject", source="report")
    with django_assert_num_queries(2):
        (found,) = told(under)
    assert (found.rule, found.kind, found.review, found.block) == ("nudity", "topic", 0.6, 0.95)
    assert (found.precision.hits, found.precision.total) == (4, 7)
    shares = {start: (one.hits, one.total) for start, _end, one in found.bands if one}
    assert shares == {0.6: (0, 3), 0.9: (4, 4)}
    assert [(label, one.hits, one.total) for label, one in found.labels] == [("Explicit Nudity", 4, 7)]
    assert (found.suggested_review, found.suggested_block, found.has_news) == (None, None, False)


def test_a_threshold_is_suggested_where_it_is_precise_enough() -> None:
    under = policy()
    judged(under, 0.62, "approve", 15)
    judged(under, 0.71, "reject", 5)
    judged(under, 0.92, "reject", 17)
    (found,) = told(under)
    assert found.suggested_review is not None and found.has_news
    assert (found.suggested_review.threshold, found.suggested_review.precision.total) == (0.71, 22)
    assert found.suggested_block is None


def test_a_senior_who_reversed_it_is_who_counts() -> None:
    under = policy()
    decided(("first", "reject", None), ("second", "approve", None), ("senior", "approve", None), of=under)
    (found,) = told(under)
    assert (found.precision.hits, found.precision.total) == (0, 1)


def test_a_score_is_counted_in_the_band_that_it_is_written_in() -> None:
    under = policy()
    judged(under, 0.29, "reject")
    judged(under, 1.0, "reject")
    (found,) = told(under)
    assert [start for start, _end, one in found.bands if one] == [0.2, 0.9]


def test_rules_that_are_gone_or_measure_nothing_are_left_out() -> None:
    under = policy("mixed", {"key": "guest", "kind": "guest", "review": 0.5, "block": None})
    judged(under, 0.9, "reject")
    Case.objects.update(considered={"guest": 1.0, "nudity": 0.9})
    assert told(under) == []

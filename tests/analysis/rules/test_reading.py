"""Rules in JSON: what is good comes back as it was, and every fault is told with its place."""

from typing import Any

import pytest

from analysis.rules import Bands, Rule, RuleKind, as_data, read
from analysis.rules.reading import MOST_OVERRIDES

LABEL = {"key": "a", "kind": "label", "names": ["Weapons"], "review": 0.5}


def faults(*rules: Any) -> list[tuple[str, str]]:
    """Where something is wrong with rules, and by which codes."""
    return [(one.path, one.code) for one in read(list(rules))[1]]


def rule(**changed: Any) -> dict[str, Any]:
    """A good rule, but for what is changed."""
    return LABEL | changed


def override(**changed: Any) -> dict[str, Any]:
    """A good rule with another band somewhere."""
    return rule(overrides=[{"region": "SA", "review": 0.3} | changed])


def test_a_rule_with_everything_is_read_and_written_alike() -> None:
    told = {
        "key": "arms",
        "kind": "label",
        "names": ["Weapons", "Weapon  Violence", "Weapons"],
        "places": ["moderation"],
        "review": 0.5,
        "block": 0.9,
        "overrides": [{"region": "SA", "rating": "12", "review": 0.2, "block": None}],
    }
    (read_,), problems = read([told])
    assert problems == []
    assert read_ == Rule(
        "arms",
        RuleKind.LABEL,
        Bands(0.5, 0.9),
        ("Weapons", "Weapon Violence"),
        ("moderation",),
        overrides={("SA", "12"): Bands(0.2, None)},
    )
    assert read(as_data([read_])) == ([read_], [])


def test_a_rule_looks_everywhere_when_it_says_nothing_else() -> None:
    rules, _problems = read([LABEL, {"key": "b", "kind": "words", "names": ["x"], "block": 1}])
    assert [one.places for one in rules] == [("moderation", "label"), ("speech", "text", "metadata")]


def test_a_rating_may_say_that_nothing_is_wrong() -> None:
    (one,), _problems = read([rule(overrides=[{"rating": "18"}])])
    assert one.overrides == {("", "18"): Bands(None, None)}


@pytest.mark.parametrize(
    ("told", "path", "code"),
    [
        ("no rule", "rules[0]", "not_a_rule"),
        ({}, "rules[0].kind", "unknown"),
        (rule(kind="feeling"), "rules[0].kind", "unknown"),
        (rule(kind=["label"]), "rules[0].kind", "unknown"),
        (rule(colour="red"), "rules[0]", "unknown_field"),
        (rule(key=None), "rules[0].key", "invalid"),
        (rule(key="Über"), "rules[0].key", "invalid"),
        (rule(key="a\n"), "rules[0].key", "invalid"),
        (rule(names="Weapons"), "rules[0].names", "not_a_list"),
        (rule(names=[1]), "rules[0].names", "not_a_list"),
        (rule(names=[" "]), "rules[0].names", "empty"),
        (rule(names=["a\x00b"]), "rules[0].names", "invalid"),
        (rule(names=["\ud800"]), "rules[0].names", "invalid"),
        (rule(names=["x" * 201]), "rules[0].names", "too_long"),
        (rule(names=[str(n) for n in range(501)]), "rules[0].names", "too_many"),
        (rule(kind="topic", names=["tea"]), "rules[0].names", "unknown"),
        (rule(places=["speech"]), "rules[0].places", "unknown"),
        (rule(places="label"), "rules[0].places", "unknown"),
        (rule(kind="metadata", field="colour"), "rules[0].field", "unknown"),
        (rule(kind="metadata", field="kind", names=[]), "rules[0].names", "empty"),
        (rule(kind="metadata", field="kind", names=["film"]), "rules[0].names", "unknown"),
        (rule(kind="metadata", field="duration", above="1"), "rules[0].above", "invalid"),
        (rule(kind="metadata", field="duration", above=-1), "rules[0].above", "invalid"),
        (rule(kind="uploader", field="role", names=["king"]), "rules[0].names", "unknown"),
        (rule(kind="uploader", field="age"), "rules[0].above", "invalid"),
        (rule(review=0), "rules[0].review", "out_of_range"),
        (rule(review=1.5), "rules[0].review", "out_of_range"),
        (rule(review=True), "rules[0].review", "out_of_range"),
        (rule(review="0.5"), "rules[0].review", "out_of_range"),
        (rule(review=float("nan")), "rules[0].review", "out_of_range"),
        (rule(review=10**400), "rules[0].review", "out_of_range"),
        (rule(block=1.5), "rules[0].block", "out_of_range"),
        (rule(kind="reports", names=[], review=1_000_001), "rules[0].review", "out_of_range"),
        (rule(review=None), "rules[0]", "says_nothing"),
        (rule(review=0.9, block=0.5), "rules[0].block", "below_review"),
        (rule(overrides="x"), "rules[0].overrides", "not_a_list"),
        (rule(overrides=["x"]), "rules[0].overrides", "not_a_list"),
        (rule(overrides=[{}] * (MOST_OVERRIDES + 1)), "rules[0].overrides", "too_many"),
        (override(region="sa"), "rules[0].overrides[0].region", "invalid"),
        (override(region="SA\n"), "rules[0].overrides[0].region", "invalid"),
        (override(rating="13"), "rules[0].overrides[0].rating", "unknown"),
        (override(region=""), "rules[0].overrides[0]", "says_nothing"),
        (override(colour="red"), "rules[0].overrides[0]", "unknown_field"),
        (override(review=2), "rules[0].overrides[0].review", "out_of_range"),
        (override(block=0.1), "rules[0].overrides[0].block", "below_review"),
        (rule(overrides=[{"region": "SA", "review": 0.3}] * 2), "rules[0].overrides[1]", "twice"),
    ],
)
def test_a_fault_is_told_with_its_place(told: Any, path: str, code: str) -> None:
    assert faults(told) == [(path, code)]


def test_faults_of_all_rules_are_told_at_once_and_no_rule_is_given() -> None:
    rules, problems = read([LABEL, rule(key="b", names=[]), rule(key="c", review=3)])
    assert rules == []
    assert [(one.path, one.code) for one in problems] == [
        ("rules[1].names", "empty"),
        ("rules[2].review", "out_of_range"),
    ]


def test_a_key_names_one_rule() -> None:
    assert faults(LABEL, LABEL) == [("rules[1].key", "twice")]


@pytest.mark.parametrize(
    ("told", "code"), [({}, "not_a_list"), (None, "not_a_list"), ([LABEL] * 101, "too_many")]
)
def test_rules_are_a_list_that_can_be_read_through(told: Any, code: str) -> None:
    rules, (problem,) = read(told)
    assert (rules, problem.path, problem.code) == ([], "rules", code)

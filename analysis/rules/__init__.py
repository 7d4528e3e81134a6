"""The workshop of policies: rules as data, and what they say of what is known of an asset. It knows no Django."""

from analysis.rules.base import BY_HAND, Band, Bands, Facts, Hit, Outcome, Rule, RuleKind, Sighting
from analysis.rules.judging import judge, worst_start
from analysis.rules.reading import RuleProblem, as_data, read

__all__ = [
    "BY_HAND",
    "Band",
    "Bands",
    "Facts",
    "Hit",
    "Outcome",
    "Rule",
    "RuleKind",
    "RuleProblem",
    "Sighting",
    "as_data",
    "judge",
    "read",
    "worst_start",
]

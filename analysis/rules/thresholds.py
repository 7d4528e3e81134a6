"""Where the thresholds of a rule would stand if they followed what people have decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.rules.agreement import Share, share

TARGET = 0.8
"""Of what is shown to people, so much at least should be worth their while."""
BLOCK_SURE = 0.98
"""Of what is blocked unseen, at least so much has to be right, at the lower end of its interval."""
LEAST = 20
"""From how many decisions on a threshold is suggested."""
STEPS = 100
"""Scores are counted in hundredths."""


@dataclass(frozen=True)
class Told:
    """What people made of findings of one score: `right`, and `wrong` where there was nothing to it."""

    right: int = 0
    wrong: int = 0

    @property
    def total(self) -> int:
        """How many there are."""
        return self.right + self.wrong


@dataclass(frozen=True)
class Suggestion:
    """A threshold, and the precision of all that lies on it or above."""

    threshold: float
    precision: Share


def precision(told: Mapping[int, Told], *, start: int = 0, end: int = STEPS) -> Share | None:
    """The precision of scores from `start` to `end`, both in hundredths and counted in; None without decisions."""
    inside = [one for score, one in told.items() if start <= score <= end]
    return share(sum(one.right for one in inside), sum(one.total for one in inside))


def bands(told: Mapping[int, Told]) -> list[tuple[float, float, Share | None]]:
    """The precision in ten bands of scores, each from, to; the last one takes the score 1 in."""
    found = []
    for start in range(0, STEPS, 10):
        end = STEPS if start == STEPS - 10 else start + 9
        found.append((start / STEPS, (start + 10) / STEPS, precision(told, start=start, end=end)))
    return found


def suggest_review(
    told: Mapping[int, Told], *, target: float = TARGET, least: int = LEAST
) -> Suggestion | None:
    """The lowest score from which on the precision is at least `target`, of `least` decisions or more. None when there
    is no such, or too little is known.
    """
    for score in sorted(told):
        found = precision(told, start=score)
        if found is not None and found.total >= least and found.value >= target:
            return Suggestion(score / STEPS, found)
    return None


def suggest_block(
    told: Mapping[int, Told], *, sure: float = BLOCK_SURE, least: int = LEAST
) -> Suggestion | None:
    """The lowest score from which on the lower end of the precision's interval is at least `sure`. None when there is
    no such, or too little is known: of fewer than some 190 decisions nobody can be so sure.
    """
    for score in sorted(told):
        found = precision(told, start=score)
        if found is not None and found.total >= least and found.low >= sure:
            return Suggestion(score / STEPS, found)
    return None

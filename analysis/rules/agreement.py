"""How far two people agree beyond chance, and how sure a share is; each with an interval of 95 %.

Cohen's kappa is given with the large-sample standard error for a kappa that is not zero: J. L. Fleiss, J. Cohen and
B. S. Everitt, "Large sample standard errors of kappa and weighted kappa", Psychological Bulletin 72 (1969), 323–327; in
the form of J. L. Fleiss, B. Levin and M. C. Paik, "Statistical Methods for Rates and Proportions", 3rd ed. (2003),
18.13. Shares have the score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical
inference", Journal of the American Statistical Association 22 (1927), 209–212.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

SURE = 1.959963984540054
"""The quantile of the normal distribution for 95 %, both sides."""
_TINY = 1e-12


@dataclass(frozen=True)
class Share:
    """`hits` out of `total`: its `value`, and the ends `low` and `high` of its interval; all 0 to 1."""

    hits: int
    total: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Kappa:
    """How far `pairs` of judgements agree: `observed` is the share that does, `expected` the one that chance alone
    would bring, `value` Cohen's kappa from -1 to 1 with the ends `low` and `high` of its interval. `value` is None
    where kappa says nothing: when both always say one and the same thing, chance alone explains it.
    """

    pairs: int
    observed: float
    expected: float
    value: float | None
    low: float | None
    high: float | None


def share(hits: int, total: int) -> Share | None:
    """A share with Wilson's interval; None of nothing. Raises `ValueError` for more hits than there are."""
    if not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total}")
    if total == 0:
        return None
    value, square = hits / total, SURE**2
    middle = (value + square / (2 * total)) / (1 + square / total)
    half = SURE * sqrt(value * (1 - value) / total + square / (4 * total**2)) / (1 + square / total)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == total else min(1.0, middle + half)
    return Share(hits, total, value, low, high)


def kappa(table: Sequence[Sequence[int]]) -> Kappa | None:
    """Cohen's kappa of a square table: what the one said in rows, what the other said in columns; None of an empty one.

    When all agree, the large-sample error is zero, however few they are. The lower end is then the kappa at the lower
    end of Wilson's interval of the agreement that was observed. Raises `ValueError` for what is no such table.
    """
    size = len(table)
    if any(len(row) != size for row in table) or any(count < 0 for row in table for count in row):
        raise ValueError("a square table of counts is wanted")
    total = sum(map(sum, table))
    if total == 0:
        return None
    rows = [sum(row) / total for row in table]
    columns = [sum(row[place] for row in table) / total for place in range(size)]
    alike = sum(table[place][place] for place in range(size))
    observed = alike / total
    expected = sum(row * column for row, column in zip(rows, columns, strict=True))
    if 1 - expected < _TINY:
        return Kappa(total, observed, expected, None, None, None)
    value = (observed - expected) / (1 - expected)
    if alike == total:
        of_all = share(alike, total)
        low = (of_all.low - expected) / (1 - expected) if of_all else -1.0
        return Kappa(total, observed, expected, 1.0, max(-1.0, low), 1.0)
    error = _error(table, rows, columns, value, expected)
    low, high = max(-1.0, value - SURE * error), min(1.0, value + SURE * error)
    return Kappa(total, observed, expected, value, low, high)


def _error(
    table: Sequence[Sequence[int]],
    rows: Sequence[float],
    columns: Sequence[float],
    value: float,
    expected: float,
) -> float:
    """The large-sample standard error of kappa."""
    total, size = sum(map(sum, table)), len(table)
    same = sum(table[i][i] / total * (1 - (rows[i] + columns[i]) * (1 - value)) ** 2 for i in range(size))
    other = (1 - value) ** 2 * sum(
        table[i][j] / total * (columns[i] + rows[j]) ** 2 for i in range(size) for j in range(size) if i != j
    )
    chance = (value - expected * (1 - value)) ** 2
    return sqrt(max(0.0, same + other - chance)) / ((1 - expected) * sqrt(total))

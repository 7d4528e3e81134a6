"""Kappa and shares are what was published of the same numbers."""

import pytest

from analysis.rules.agreement import SURE, kappa, share


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
        # table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_have_the_published_interval(hits: int, total: int, low: float, high: float) -> None:
    found = share(hits, total)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    turned = share(total - hits, total)
    assert turned is not None
    assert turned.low == pytest.approx(1 - found.high) and turned.high == pytest.approx(1 - found.low)


def test_a_share_of_nothing_is_none_and_one_of_too_much_is_refused() -> None:
    assert share(0, 0) is None
    for hits, total in ((2, 1), (-1, 3)):
        with pytest.raises(ValueError, match="of"):
            share(hits, total)


def test_kappa_of_the_psychiatric_diagnoses() -> None:
    # Fleiss, Levin and Paik (2003), table 18.1: kappa 0.68 with a standard error of 0.087.
    found = kappa([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    assert found is not None and found.value is not None and found.low is not None and found.high is not None
    assert (found.pairs, round(found.observed, 2), round(found.expected, 2)) == (100, 0.89, 0.66)
    assert round(found.value, 3) == 0.676
    assert (found.high - found.low) / 2 / SURE == pytest.approx(0.087, abs=0.001)


def test_kappa_of_the_skin_conditions() -> None:
    # SAS/STAT User's Guide, The FREQ Procedure, "Cohen's Kappa Coefficient": 0.3449, from 0.2030 to 0.4868.
    found = kappa([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]])
    assert found is not None and found.value is not None and found.low is not None and found.high is not None
    assert [round(one, 4) for one in (found.value, found.low, found.high)] == [0.3449, 0.2030, 0.4868]


def test_it_is_the_same_whoever_is_called_the_first() -> None:
    table = [[20, 5], [10, 15]]
    turned = [list(row) for row in zip(*table, strict=True)]
    assert kappa(table) == kappa(turned)
    found = kappa(table)
    assert found is not None and found.value == pytest.approx(0.4)


def test_few_who_all_agree_are_not_sure_of_it() -> None:
    few, many = kappa([[3, 0], [0, 2]]), kappa([[300, 0], [0, 200]])
    assert few is not None and many is not None and few.low is not None and many.low is not None
    assert few.value == many.value == few.high == 1.0
    assert few.low < 0.3
    assert 0.95 < many.low < 1.0


def test_who_always_say_the_same_one_thing_cannot_be_judged() -> None:
    found = kappa([[7, 0], [0, 0]])
    assert found is not None
    assert (found.pairs, found.observed, found.value, found.low) == (7, 1.0, None, None)
    assert kappa([[0, 0], [0, 0]]) is None


def test_those_who_never_agree_stay_within_the_scale() -> None:
    found = kappa([[0, 2], [2, 0]])
    assert found is not None and found.value == pytest.approx(-1.0) and found.low == pytest.approx(-1.0)


@pytest.mark.parametrize("table", [[[1, 2]], [[1, -1], [0, 2]]])
def test_what_is_no_table_is_refused(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="square"):
        kappa(table)

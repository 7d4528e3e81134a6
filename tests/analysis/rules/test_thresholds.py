"""Suggested thresholds follow what people decided, and are kept back as long as that is too little."""

from analysis.rules.thresholds import Told, bands, precision, suggest_block, suggest_review


def test_the_lowest_threshold_that_is_precise_enough_is_suggested() -> None:
    told = {60: Told(5, 15), 70: Told(6, 4), 80: Told(18, 2), 90: Told(10, 0)}
    found = suggest_review(told)
    assert found is not None
    # From 0.6 on 39 of 60 are right, from 0.7 on 34 of 40.
    assert (found.threshold, found.precision.hits, found.precision.total) == (0.7, 34, 40)
    assert suggest_review(told, target=0.99) is None


def test_of_too_little_nothing_is_suggested() -> None:
    assert suggest_review({90: Told(19, 0)}) is None
    assert suggest_review({90: Told(20, 0)}) is not None
    assert suggest_review({}) is None


def test_blocking_unseen_asks_for_much_more() -> None:
    assert suggest_block({95: Told(100, 0)}) is None
    found = suggest_block({80: Told(30, 8), 95: Told(400, 1)})
    assert found is not None and found.threshold == 0.95 and found.precision.low >= 0.98


def test_bands_take_every_score_once() -> None:
    told = {0: Told(1, 0), 9: Told(0, 1), 10: Told(1, 0), 99: Told(1, 0), 100: Told(1, 0)}
    found = bands(told)
    assert [part.total if part else 0 for _from, _to, part in found] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (found[0][0], found[-1][1]) == (0.0, 1.0)
    whole = precision(told)
    assert whole is not None and (whole.hits, whole.total) == (4, 5)

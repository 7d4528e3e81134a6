"""Charts stay in their room, and show what they were given."""

import re
from datetime import date

import pytest

from analysis.rules.agreement import kappa, share
from analysis.services.moderation import charts
from analysis.services.moderation.charts import Chart
from analysis.services.moderation.statistics import AGES, Pace, Waiting


def inside(chart: Chart) -> bool:
    """Whether all of it lies in its room."""
    numbers = [float(one) for _kind, path in chart.lines for one in re.findall(r"-?\d+\.?\d*", path)]
    bars = all(
        bar.x >= -0.01
        and bar.y >= -0.01
        and bar.x + bar.width <= chart.width + 0.01
        and bar.y + bar.height <= chart.height + 0.01
        and bar.width > 0
        and bar.height > 0
        for bar in chart.bars
    )
    return bars and all(0 <= one <= 100.01 for one in numbers)


def test_bars_of_what_waits_stand_one_after_the_other() -> None:
    found = [
        Waiting(4, dict.fromkeys(AGES, 0) | {"1h": 1}, 0),
        Waiting(2, dict.fromkeys(AGES, 0) | {"1h": 3, "more": 2}, 1),
    ]
    chart = charts.waiting(found)
    assert inside(chart) and chart.top == 4
    first, second, third = chart.bars
    assert (first.kind, first.x, first.width) == ("severity-4", 0.0, 25.0)
    assert (second.kind, second.x, second.width) == ("severity-2", 25.0, 75.0)
    assert (third.width, third.y) == (50.0, 42.0)
    assert charts.waiting([]).bars == ()


def test_a_line_breaks_where_nothing_was_decided() -> None:
    days = [
        Pace(date(2026, 3, 1), 1, 10.0, 20.0),
        Pace(date(2026, 3, 2), 1, 20.0, 40.0),
        Pace(date(2026, 3, 3), 0, None, None),
        Pace(date(2026, 3, 4), 1, 0.0, 10.0),
        Pace(date(2026, 3, 5), 0, None, None),
    ]
    chart = charts.pace(days)
    lines = dict(chart.lines)
    assert inside(chart) and chart.top == 40.0
    assert lines["median"] == "M0.00 30.00h0L25.00 20.00M75.00 40.00h0"
    assert lines["p90"].count("M") == 2
    assert dict(charts.pace([]).lines) == {"median": "", "p90": ""}


def test_columns_are_in_one_scale() -> None:
    weeks = [{"approved": 1, "rejected": 1}, {"open": 4}]
    chart = charts.volume(weeks, 8)
    assert inside(chart)
    assert [(bar.kind, bar.height) for bar in chart.bars] == [
        ("outcome-approved", 5.0),
        ("outcome-rejected", 5.0),
        ("outcome-open", 20.0),
    ]
    assert chart.bars[1].y == chart.bars[0].y - 5.0
    assert charts.volume([], 0).bars == ()


def test_kappa_is_drawn_with_its_interval() -> None:
    chart = charts.interval(kappa([[75, 1, 4], [5, 4, 1], [0, 0, 10]]))
    assert chart is not None and inside(chart)
    assert chart.lines == (("range", "M50.46 5H84.84"),)
    worse = charts.interval(kappa([[0, 2], [2, 0]]))
    assert worse is not None and inside(worse)
    assert charts.interval(None) is charts.interval(kappa([[3, 0], [0, 0]])) is None


def test_precision_is_drawn_where_it_is_known() -> None:
    half = share(5, 10)
    chart = charts.precision([(0.0, 0.5, None), (0.5, 1.0, half)])
    assert inside(chart)
    (bar,) = chart.bars
    assert (bar.height, bar.kind) == (20.0, "right") and bar.x == pytest.approx(54.5)
    assert len(chart.lines) == 1

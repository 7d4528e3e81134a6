"""Charts as plain shapes, drawn by the pages as SVG: all of them 100 wide, and without words, so that a page mirrors
them by itself and writes beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.models import Severity
from analysis.rules.agreement import Kappa, Share
from analysis.services.moderation.statistics import AGES, OUTCOMES, Pace, Waiting

_WIDE = 100.0
_ROW = 10.0
_HIGH = 40.0
_THICK = 6.0
_GAP = 0.18
"""The share of a column's place that is left free."""


@dataclass(frozen=True)
class Bar:
    """A rectangle; `kind` says what it stands for, and so which colour it has."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Chart:
    """Shapes in a room of `width` by `height`; `lines` are paths by their kind. `top` is what its greatest value is."""

    width: float
    height: float
    bars: tuple[Bar, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    top: float = 0.0


def waiting(found: Sequence[Waiting]) -> Chart:
    """A bar for each age, the youngest first, in parts by severity, the worst first."""
    totals = [sum(one.by_age[age] for one in found) for age in AGES]
    top = max(totals, default=0)
    bars = []
    for place, age in enumerate(AGES):
        x = 0.0
        for one in found:
            width = _part(one.by_age[age], top) * _WIDE
            if width:
                kind = f"severity-{Severity(one.severity).value}"
                bars.append(Bar(x, place * _ROW + (_ROW - _THICK) / 2, width, _THICK, kind))
            x += width
    return Chart(_WIDE, _ROW * len(AGES), tuple(bars), top=top)


def pace(days: Sequence[Pace]) -> Chart:
    """Two lines over the days: the median, and what nine of ten stay below; broken where nothing was decided."""
    top = max((one.p90 or 0.0 for one in days), default=0.0)
    step = _WIDE / max(1, len(days) - 1)
    lines = (
        ("p90", _path([one.p90 for one in days], step, top)),
        ("median", _path([one.median for one in days], step, top)),
    )
    return Chart(_WIDE, _HIGH, lines=lines, top=top)


def volume(weeks: Sequence[Mapping[str, int]], top: int) -> Chart:
    """A column for each week in parts by outcome; `top` is the greatest sum of all charts that stand beside it."""
    place = _WIDE / max(1, len(weeks))
    bars = []
    for number, week in enumerate(weeks):
        y = _HIGH
        for outcome in OUTCOMES:
            height = _part(week.get(outcome, 0), top) * _HIGH
            y -= height
            if height:
                bars.append(
                    Bar(place * (number + _GAP / 2), y, place * (1 - _GAP), height, f"outcome-{outcome}")
                )
    return Chart(_WIDE, _HIGH, tuple(bars), top=top)


def interval(found: Kappa | None) -> Chart | None:
    """Where kappa lies between none (0) and all (1), with its interval; below none counts as none."""
    if found is None or found.value is None or found.low is None or found.high is None:
        return None
    low, middle, high = (max(0.0, one) * _WIDE for one in (found.low, found.value, found.high))
    return Chart(
        _WIDE,
        _ROW,
        bars=(Bar(max(0.0, middle - 1), 2, 2, 6, "value"),),
        lines=(("range", f"M{low:.2f} 5H{high:.2f}"),),
        top=1.0,
    )


def precision(bands: Sequence[tuple[float, float, Share | None]]) -> Chart:
    """A column for each band of scores, as high as the model was right there, with the interval as a line."""
    place = _WIDE / max(1, len(bands))
    bars, lines = [], []
    for number, (_start, _end, found) in enumerate(bands):
        if found is None:
            continue
        height = found.value * _HIGH
        bars.append(Bar(place * (number + _GAP / 2), _HIGH - height, place * (1 - _GAP), height, "right"))
        middle = place * (number + 0.5)
        lines.append(("range", f"M{middle:.2f} {_HIGH * (1 - found.low):.2f}V{_HIGH * (1 - found.high):.2f}"))
    return Chart(_WIDE, _HIGH, tuple(bars), tuple(lines), top=1.0)


def _part(number: float, top: float) -> float:
    return number / top if top else 0.0


def _path(values: Sequence[float | None], step: float, top: float) -> str:
    """A line through the values; a value without a neighbour is a dot."""
    parts, drawing = [], False
    for number, value in enumerate(values):
        if value is None:
            drawing = False
            continue
        y = _HIGH - _part(value, top) * _HIGH
        parts.append(f"L{number * step:.2f} {y:.2f}" if drawing else f"M{number * step:.2f} {y:.2f}h0")
        drawing = True
    return "".join(parts)

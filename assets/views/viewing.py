"""The panel that tells how an asset is watched."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assets import access
from assets.models import Asset
from assets.services.viewing.figures import Day, Figures, Piece, figures_of
from assets.services.viewing.pieces import PIECE_SECONDS

# The charts are drawn in these measures and stretched to the page.
_WIDE, _HIGH = 600.0, 100.0
_HALF = 0.5


@require_GET
def views(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """How often an asset is played, on which days, and what is seen of it; for those who may change it."""
    found = Asset.objects.visible_to(request.user).filter(pk=asset_id).first()
    if found is None or not access.can_change(request.user, found):
        raise Http404
    figures = figures_of(user=request.user, asset=found)
    return render(
        request, "assets/views.html", {"asset": found, "figures": figures, "drawn": _drawn(figures)}
    )


def _drawn(figures: Figures) -> dict[str, Any]:
    """What the charts show, in their own measures, and what they say in words."""
    reach = max((piece.share for piece in figures.retention), default=0.0)
    return {
        "wide": int(_WIDE),
        "high": int(_HIGH),
        "line": _line(figures.retention, max(reach, 1.0)),
        "days": _bars(figures.days),
        "most": max((one for one in figures.retention if one.views), key=lambda one: one.views, default=None),
        "half": _until_half(figures.retention),
        "last_day": figures.days[-1].day,
    }


def _line(pieces: list[Piece], reach: float) -> str:
    """The outline of the retention curve as the path of an SVG: one step for each piece, filled to the ground."""
    if not pieces:
        return ""
    step = _WIDE / len(pieces)
    path = [f"M0 {_HIGH:g}"]
    for number, piece in enumerate(pieces):
        level = _HIGH - piece.share / reach * _HIGH
        path.append(f"L{number * step:.2f} {level:.2f}L{(number + 1) * step:.2f} {level:.2f}")
    return "".join([*path, f"L{_WIDE:g} {_HIGH:g}Z"])


def _bars(days: list[Day]) -> list[dict[str, Any]]:
    """One bar for each day; a day on which something was played shows at least a little."""
    most = max((day.plays for day in days), default=0) or 1
    step = _WIDE / len(days)
    bars = []
    for number, day in enumerate(days):
        height = max(day.plays / most * _HIGH, 2.0) if day.plays else 0.0
        place = {"x": number * step + 1, "y": _HIGH - height, "width": step - 2, "height": height}
        bars.append({"day": day} | {name: f"{value:.2f}" for name, value in place.items()})
    return bars


def _until_half(pieces: list[Piece]) -> int | None:
    """The second up to which at least half of the plays are still there, or None when that is so to the end."""
    for piece in pieces:
        if piece.share < _HALF:
            return piece.second
    return pieces[-1].second + PIECE_SECONDS if pieces else None

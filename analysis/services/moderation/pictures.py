"""Pictures of the moments of a case's evidence, of those that were made already, by links for whoever looks."""

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from analysis.models import Case
from assets.access import Caller
from assets.models import Asset, Kind, Variant, VariantType
from assets.services import links
from processing.ffmpeg.storyboard import Board, sheet_name
from processing.services import keyframes

_STILLS = (VariantType.THUMBNAIL, VariantType.POSTER)
_FORMS = {"jpg", "webp"}

Pictured = Callable[[dict[str, Any]], dict[str, Any] | None]


def with_pictures(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases with what pictures there are of their assets, in one further query: `asset.moment_pictures`."""
    of_types = Q(variant_type__in=[VariantType.STORYBOARD, *_STILLS])
    captures = Q(variant_type=VariantType.DERIVED, detail__step=keyframes.STEP)
    rows = Variant.objects.filter(of_types | captures).order_by("timestamp", "pk")
    return cases.prefetch_related(Prefetch("asset__variants", queryset=rows, to_attr="moment_pictures"))


def pictures_of(asset: Asset, *, user: Caller) -> Pictured:
    """What finds the picture of a hit: {url} of a still, {url, x, y, w, h} of a tile on a sheet of many (in pixels), or
    None. A still that lies in the moment is better than a tile, and a tile better than a still from elsewhere.

    The asset must have been loaded by `with_pictures`. Each file is signed once.
    """
    found: list[Variant] = getattr(asset, "moment_pictures", [])
    board = next((one for one in found if one.variant_type == VariantType.STORYBOARD), None)
    tiles = _Tiles(board, user) if board is not None else None
    stills = [one for one in found if one is not board and one.format in _FORMS]
    stills = [one for one in stills if one.timestamp is not None or asset.kind == Kind.IMAGE]
    signed: dict[Any, str | None] = {}

    def link(still: Variant) -> dict[str, Any] | None:
        if still.pk not in signed:
            signed[still.pk] = links.variant_url(variant=still, user=user)
        url = signed[still.pk]
        return {"url": url} if url else None

    def find(hit: dict[str, Any]) -> dict[str, Any] | None:
        start, end = float(hit["start"]), float(hit["end"])
        nearest = sorted(stills, key=lambda one: _far(one, start, end))
        inside = (one for one in nearest if _far(one, start, end) == 0.0)
        best = next((told for one in inside if (told := link(one))), None)
        if best is None and tiles is not None:
            best = tiles.at(start)
        return best or next((told for one in nearest if (told := link(one))), None)

    return find


def address_of(picture: dict[str, Any] | None) -> str | None:
    """A picture as one address: of a tile with its place as a media fragment."""
    if picture is None or "x" not in picture:
        return picture["url"] if picture else None
    return f"{picture['url']}#xywh={picture['x']},{picture['y']},{picture['w']},{picture['h']}"


class _Tiles:
    """The small pictures of a whole film, on sheets."""

    def __init__(self, variant: Variant, user: Caller) -> None:
        told = variant.detail.get("board")
        self._board = Board(**told) if told else None
        url = links.variant_url(variant=variant, user=user) if told else None
        self._folder = url.rpartition("/")[0] if url else None

    def at(self, second: float) -> dict[str, Any] | None:
        """The picture that stands for a second."""
        board = self._board
        if board is None or self._folder is None:
            return None
        number = min(board.tiles - 1, max(0, int(second / board.seconds)))
        sheet, place = divmod(number, board.columns * board.rows)
        row, column = divmod(place, board.columns)
        return {
            "url": f"{self._folder}/{sheet_name(sheet + 1)}",
            "x": column * board.width,
            "y": row * board.height,
            "w": board.width,
            "h": board.height,
        }


def _far(still: Variant, start: float, end: float) -> float:
    """How many seconds lie between a still and a span."""
    at = still.timestamp or 0.0
    return max(start - at, at - max(start, end), 0.0)

"""The visible watermark of a recipe: where it stands in a picture of any size, and how it is laid over one.

What it looks like is drawn beforehand, once for each size, into a file beside those that ffmpeg writes: text and image
are the same to the filters then, and letters are shaped by who knows how (`processing.pictures`).
"""

from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg import graph

PLACES: dict[str, tuple[float, float]] = {
    "top-left": (0.0, 0.0),
    "top": (0.5, 0.0),
    "top-right": (1.0, 0.0),
    "left": (0.0, 0.5),
    "center": (0.5, 0.5),
    "right": (1.0, 0.5),
    "bottom-left": (0.0, 1.0),
    "bottom": (0.5, 1.0),
    "bottom-right": (1.0, 1.0),
}
"""The nine places by their names: how far across and down, from 0 to 1."""

MARK, NAMED = "mark", "name"
"""What is burnt in, by the name under which it is drawn: the mark of a recipe, and the name of one viewer."""

# An image may be this much wider than high, and a letter is about this much of its height wide, generously.
_WIDEST_IMAGE = 4
_WIDEST_LETTER = 0.9
# PQ and HLG show white at these levels far brighter than a screen of ordinary pictures does.
_HDR_SIGNAL = 0.58


@dataclass(frozen=True)
class Mark:
    """Text, or the id of an image that the portal keeps, over the pictures. `opacity` is from 0 to 1; `size` is the
    height and `margin` the distance from the edges, both as shares of the picture's shorter side.
    """

    text: str = ""
    image: str = ""
    position: str = "bottom-right"
    opacity: float = 0.5
    size: float = 0.06
    margin: float = 0.04


@dataclass(frozen=True)
class Box:
    """Where a mark stands in a picture, in even pixels."""

    x: int
    y: int
    width: int
    height: int


def box(mark: Mark, width: int, height: int) -> Box:
    """Return where the mark stands in a picture of this size; it lies wholly inside."""
    shorter = min(width, height)
    margin = round(shorter * mark.margin)
    high = min(shorter * mark.size, height - 2 * margin)
    wide = high * (_WIDEST_LETTER * (len(mark.text) + 1) if mark.text else _WIDEST_IMAGE)
    own = (_even(min(wide, width - 2 * margin)), _even(high))
    across, down = PLACES[mark.position]
    return Box(
        _even(margin + across * (width - 2 * margin - own[0]), least=0),
        _even(margin + down * (height - 2 * margin - own[1]), least=0),
        *own,
    )


def path_of(folder: Path, width: int, height: int, name: str = MARK) -> Path:
    """Return where the mark of a name for pictures of this size is drawn."""
    return folder / f"{name}_{width}x{height}.png"


def laid_over(
    pictures: graph.Stream, mark: Mark, size: tuple[int, int], folder: Path, *, hdr: bool, name: str = MARK
) -> graph.Stream:
    """Lay the mark, as it was drawn in `folder`, over pictures of this size, without touching their times."""
    drawn = graph.image(path_of(folder, *size, name))
    if hdr:
        drawn = drawn.filter("format", "rgba").filter(
            "colorchannelmixer", rr=_HDR_SIGNAL, gg=_HDR_SIGNAL, bb=_HDR_SIGNAL
        )
    place = box(mark, *size)
    own = "yuv420p10" if hdr else "yuv420"
    return graph.join([pictures, drawn], "overlay", x=place.x, y=place.y, format=own, eof_action="repeat")


def _even(value: float, *, least: int = 2) -> int:
    return max(least, int(value) // 2 * 2)

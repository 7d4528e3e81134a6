"""What becomes of the frames of a video: thumbnails, the poster, sheets of tiles, moving previews; by Pillow in the
sandbox.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mediaportal.core.sandbox import Limits, ProgramFailed, run_python
from processing.exceptions import CorruptMedia

_CHILD = Path(__file__).with_name("_stills_child.py")
_LIMITS = Limits(wall_seconds=300, cpu_seconds=900, memory_bytes=6 << 30, file_bytes=512 << 20, processes=64)
_MOST_WORKERS = 4

Moving = Literal["avif", "webp", "gif"]


@dataclass(frozen=True)
class StillFile:
    """One picture file: size in pixels and bytes."""

    path: Path
    format: Literal["webp", "jpg", "gif", "avif", "png"]
    width: int
    height: int
    size: int


@dataclass(frozen=True)
class Sheet:
    """Tiles to be laid out: `columns` in each of `rows`, of `width` × `height` pixels. Missing ones stay black."""

    path: Path
    tiles: Sequence[Path]
    columns: int
    rows: int
    width: int
    height: int


@dataclass(frozen=True)
class Film:
    """A moving preview to be made: frames that last for so many milliseconds; `every` second or third of them is taken,
    at most `pixels` long.
    """

    path: Path
    format: Moving
    frames: Sequence[Path]
    milliseconds: int
    pixels: int
    every: int = 1


@dataclass(frozen=True)
class Capture:
    """A frame to be kept as it is, in its own size."""

    frame: Path
    path: Path
    format: Literal["png", "webp"]


@dataclass(frozen=True)
class Order:
    """Everything that is wanted at once, from raw frames (PPM).

    Thumbnails are told by the name that they get, without its ending, and poster and thumbnails by their longer side.
    Without a `poster` frame the best of the thumbnails' ones is taken; with no pixels there is none.
    """

    folder: Path
    thumbnails: Mapping[str, Path] = field(default_factory=dict)
    thumbnail_pixels: int = 640
    poster: Path | None = None
    poster_pixels: int = 0
    sheets: Sequence[Sheet] = ()
    films: Sequence[Film] = ()
    captures: Sequence[Capture] = ()


@dataclass(frozen=True)
class Finished:
    """What was made, in the order in which it was wanted; pictures as WebP first and then as JPEG. `best` is the number
    of the thumbnail whose frame shows most.
    """

    poster: tuple[StillFile, ...]
    thumbnails: tuple[tuple[StillFile, ...], ...]
    sheets: tuple[StillFile, ...]
    films: tuple[StillFile, ...]
    captures: tuple[StillFile, ...]
    best: int


def finish(order: Order, *, stop: Callable[[], bool] | None = None) -> Finished:
    """Write everything that an order tells into its folder. Raises `CorruptMedia` and the errors of the sandbox."""
    frames = {
        *order.thumbnails.values(),
        *([order.poster] if order.poster else []),
        *(tile for sheet in order.sheets for tile in sheet.tiles),
        *(frame for film in order.films for frame in film.frames),
        *(capture.frame for capture in order.captures),
    }
    try:
        made = run_python(
            _CHILD,
            _request(order),
            # Whole folders: the sandbox takes each path for a mount of its own.
            reads=sorted({frame.parent for frame in frames}),
            writes=[order.folder],
            limits=_LIMITS,
            stop=stop,
        )
    except ProgramFailed as error:
        raise CorruptMedia(error.stderr_tail) from error
    poster = made.get("poster", {"files": [], "thumbnail": 0})
    return Finished(
        poster=_files(poster["files"]),
        thumbnails=tuple(_files(one["files"]) for one in made["thumbnails"]),
        sheets=_files(made["sheets"]),
        films=_files(made["moving"]),
        captures=_files(made["captures"]),
        best=poster["thumbnail"],
    )


def _request(order: Order) -> dict[str, Any]:
    """What the child is asked for."""
    asked: dict[str, Any] = {
        "workers": min(_MOST_WORKERS, os.cpu_count() or 1),
        "thumbnails": [
            {"frame": str(frame), "stem": str(order.folder / name), "pixels": order.thumbnail_pixels}
            for name, frame in order.thumbnails.items()
        ],
        "sheets": [
            {
                "path": str(sheet.path),
                "tiles": [str(tile) for tile in sheet.tiles],
                "grid": [sheet.columns, sheet.rows, sheet.width, sheet.height],
            }
            for sheet in order.sheets
        ],
        "moving": [
            {
                "path": str(film.path),
                "format": film.format,
                "frames": [str(frame) for frame in film.frames],
                "milliseconds": film.milliseconds,
                "pixels": film.pixels,
                "every": film.every,
            }
            for film in order.films
        ],
    }
    asked["captures"] = [
        {"frame": str(one.frame), "path": str(one.path), "format": one.format} for one in order.captures
    ]
    if order.poster_pixels:
        asked["poster"] = {
            "frame": str(order.poster) if order.poster else "",
            "pixels": order.poster_pixels,
            "stem": str(order.folder / "poster"),
        }
    return asked


def _files(told: Sequence[dict[str, Any]]) -> tuple[StillFile, ...]:
    return tuple(StillFile(**{**one, "path": Path(one["path"])}) for one in told)

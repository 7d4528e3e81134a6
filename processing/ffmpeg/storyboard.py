"""A storyboard: sheets of small pictures of a whole video, and the WebVTT track that says which one shows when."""

import math
from dataclasses import dataclass
from typing import Any

VTT = "storyboard.vtt"


@dataclass(frozen=True)
class Board:
    """A finished storyboard. Each of `tiles` stands for `seconds`; sheets are called `sheet_name(n)` and are all of
    `columns` × `rows` tiles of `width` × `height` pixels, the last one black where there is nothing more. `duration` is
    how long the video is, `size` how many bytes all sheets have.
    """

    tiles: int
    seconds: float
    duration: float
    columns: int
    rows: int
    width: int
    height: int
    size: int

    @property
    def sheets(self) -> int:
        """How many sheets there are."""
        return math.ceil(self.tiles / (self.columns * self.rows))

    @property
    def sheet_seconds(self) -> float:
        """For how long a whole sheet stands."""
        return self.seconds * self.columns * self.rows

    @property
    def bandwidth(self) -> int:
        """What the sheets take when they are fetched as the video plays, in bit/s."""
        return max(1, math.ceil(self.size * 8 / max(self.duration, self.seconds)))

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return dict(vars(self))


def sheet_name(number: int) -> str:
    """Return the file name of a sheet, counted from 1."""
    return f"{number}.jpg"


def filled(tiles: int, found: dict[int, Any]) -> list[Any] | None:
    """Return a picture for every tile, a neighbour's where one did not come; none when half of them are missing."""
    if len(found) * 2 <= tiles - 1 or not found:
        return None
    numbers = sorted(found)
    return [found[min(numbers, key=lambda one: (abs(one - number), one))] for number in range(tiles)]


def track(board: Board) -> str:
    """Return the WebVTT: a cue for each tile, with the place of its picture as a media fragment."""
    lines = ["WEBVTT"]
    for number in range(board.tiles):
        begin = number * board.seconds
        end = (
            min(board.duration, begin + board.seconds) if number == board.tiles - 1 else begin + board.seconds
        )
        sheet, place = divmod(number, board.columns * board.rows)
        row, column = divmod(place, board.columns)
        where = f"{column * board.width},{row * board.height},{board.width},{board.height}"
        lines += ["", f"{_clock(begin)} --> {_clock(max(end, begin + 0.001))}"]
        lines.append(f"{sheet_name(sheet + 1)}#xywh={where}")
    return "\n".join([*lines, ""])


def _clock(seconds: float) -> str:
    """A time as WebVTT writes it."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"

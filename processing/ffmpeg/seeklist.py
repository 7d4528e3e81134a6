"""Which pictures of a video are wanted: one list of places for thumbnails, poster, storyboard and moving preview."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from processing.ffmpeg.media import Probe, VideoStream

Size = Literal["large", "tile", "moving"]

LONGEST: dict[Size, int] = {"large": 1280, "tile": 160, "moving": 480}
"""The longer side of each kind of picture, in pixels; none is made larger than the source."""

FRAMES_PER_SECOND = 10
"""Of the moving preview."""

STILLS = 10
"""How many thumbnails a film has."""

SHEET = 10
"""Tiles of a storyboard's sheet in a row, and rows of it, at most."""

CLASSIC_SECONDS = 7.0

# From here on a key frame is taken where one is near enough: one picture is decoded instead of hundreds.
_LONG_SECONDS = 60.0
_NEAR_ENOUGH = 0.25
# A tile for each second at least, a hundred of them up to here, and then one for each ten seconds.
_LEAST_TILE_SECONDS = 1.0
_ONE_SHEET_SECONDS = 1000.0
_MOST_TILES = 1000
# Seconds between key frames at most, as far as encoders are left to themselves, and frames in a second.
_FARTHEST_KEYS = 10.0
_USUAL_FRAMES = 30.0
_MOMENTS = 5
_MOMENT_SECONDS = 1.0
_WHOLE_SECONDS = 6.0


@dataclass(frozen=True)
class Want:
    """One picture, or `count` of them `step` seconds apart, from `time` on (seconds from the beginning).

    A key frame between `low` and `high` may stand for the first; where these are `time`, it is taken exactly. What is
    not a `must` is left when the time for all of them is over. The file is called by `name`.
    """

    name: str
    size: Size
    time: float
    low: float
    high: float
    count: int = 1
    step: float = 0.0
    must: bool = True


@dataclass(frozen=True)
class Grid:
    """How the tiles of a storyboard lie: each stands for `seconds`; sheets are all of one size, the last not full."""

    tiles: int
    seconds: float
    columns: int
    rows: int

    @property
    def of_sheet(self) -> int:
        """How many tiles lie on one sheet."""
        return self.columns * self.rows

    @property
    def sheets(self) -> int:
        """How many sheets there are."""
        return math.ceil(self.tiles / self.of_sheet)


def length(probe: Probe, video: VideoStream) -> float:
    """Return for how many seconds there are pictures."""
    return video.duration or probe.duration


def fitted(video: VideoStream, longest: int) -> tuple[int, int]:
    """Return width and height as seen, both even, with a longer side of at most `longest` pixels."""
    factor = min(1.0, longest / max(video.display_width, video.display_height))
    width, height = (
        max(2, round(side * factor / 2) * 2) for side in (video.display_width, video.display_height)
    )
    return width, height


def of_width(video: VideoStream, width: int | None) -> tuple[int, int]:
    """Return width and height as seen, both even, of at most this width; without one those of the video itself."""
    factor = min(1.0, width / video.display_width) if width else 1.0
    wide, high = (
        max(2, round(side * factor / 2) * 2) for side in (video.display_width, video.display_height)
    )
    return wide, high


def at(seconds: float, name: str, *, size: Size = "large") -> Want:
    """Return the want of exactly the frame that is shown at a time."""
    return Want(name, size, seconds, seconds, seconds)


def thumbnails(probe: Probe, video: VideoStream, count: int) -> list[Want]:
    """Return the wants of evenly spaced stills: the middles of equal pieces, each with a frame of its own."""
    duration = length(probe, video)
    pieces = max(1, min(count, round(duration * video.frame_rate)))
    slack = duration / pieces * _NEAR_ENOUGH if duration >= _LONG_SECONDS else 0.0
    wants = []
    for number in range(pieces):
        time = duration * (number + 0.5) / pieces
        wants.append(Want(f"thumbnail_{number + 1:02}", "large", time, time - slack, time + slack))
    return wants


def classic_poster(probe: Probe, video: VideoStream) -> Want:
    """Return the want of the frame at seven seconds, or of the middle of what is shorter."""
    duration = length(probe, video)
    return at(CLASSIC_SECONDS if duration > CLASSIC_SECONDS else duration / 2, "poster")


def grid(probe: Probe, video: VideoStream) -> Grid:
    """Return how many tiles make sense for the length of a video, and how they lie."""
    return grid_of(length(probe, video))


def grid_of(duration: float) -> Grid:
    """Return how the tiles of a storyboard lie for so many seconds."""
    if duration <= _ONE_SHEET_SECONDS:
        seconds = max(_LEAST_TILE_SECONDS, duration / SHEET**2)
    else:
        seconds = max(_ONE_SHEET_SECONDS / SHEET**2, duration / _MOST_TILES)
    tiles = max(1, math.ceil(duration / seconds - 1e-6))
    columns = min(SHEET, tiles)
    return Grid(tiles, seconds, columns, min(SHEET, math.ceil(tiles / columns)))


def effort(duration: float) -> tuple[int, float]:
    """Return how many pictures are taken of so many seconds of film, and about how many of them are decoded for that.

    Where key frames lie closer than the tiles of the storyboard, one frame is decoded for each; otherwise most of the
    film. How far apart they lie nobody knows before: of tiles between one and ten seconds ever more find one.
    """
    board = grid_of(duration)
    moving = min(duration, _MOMENTS * _MOMENT_SECONDS if duration > _WHOLE_SECONDS else _WHOLE_SECONDS)
    sparse = min(1.0, max(0.0, (_FARTHEST_KEYS - board.seconds) / (_FARTHEST_KEYS - _LEAST_TILE_SECONDS)))
    alone = (board.tiles + STILLS) / _USUAL_FRAMES
    pictures = board.tiles + STILLS + round(moving * FRAMES_PER_SECOND)
    return pictures, moving + sparse * duration + (1 - sparse) * alone


def tiles(probe: Probe, video: VideoStream, board: Grid) -> list[Want]:
    """Return the wants of a storyboard: any key frame in a tile's time may stand for it, the nearest to its middle."""
    duration = length(probe, video)
    wants = []
    for number in range(board.tiles):
        begin = number * board.seconds
        end = min(duration, begin + board.seconds)
        wants.append(Want(f"tile_{number:04}", "tile", (begin + end) / 2, begin, end, must=False))
    return wants


def moments(probe: Probe, video: VideoStream) -> list[Want]:
    """Return the wants of a moving preview: five moments of a second each, or the whole of what is short."""
    duration = length(probe, video)
    step = 1 / FRAMES_PER_SECOND
    if duration <= _WHOLE_SECONDS:
        count = max(1, int(duration * FRAMES_PER_SECOND))
        return [Want("moment_1", "moving", 0.0, 0.0, 0.0, count, step, must=False)]
    slack = duration / _MOMENTS * _NEAR_ENOUGH if duration >= _LONG_SECONDS else 0.0
    wants = []
    for number in range(_MOMENTS):
        time = duration * (number + 0.5) / _MOMENTS - _MOMENT_SECONDS / 2
        count = int(_MOMENT_SECONDS * FRAMES_PER_SECOND)
        wants.append(
            Want(f"moment_{number + 1}", "moving", time, time - slack, time + slack, count, step, must=False)
        )
    return wants


def in_order(wants: Iterable[Want]) -> list[Want]:
    """Return one list of all wants, by their times."""
    return sorted(wants, key=lambda want: (want.time, want.name))

"""Pictures of a video, by seeking and never by a full decode: poster, thumbnails, storyboard and moving preview from
one list of places, and single frames exactly where they are asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from processing.exceptions import CorruptMedia
from processing.ffmpeg import frames, program, seeklist
from processing.ffmpeg.frames import Frame
from processing.ffmpeg.media import Probe, VideoStream
from processing.ffmpeg.seeklist import LONGEST, Grid, Want
from processing.ffmpeg.storyboard import VTT, Board, filled, sheet_name, track
from processing.pictures.stills import Film, Finished, Order, Sheet, StillFile, finish

POSTER_PIXELS = LONGEST["large"]
THUMBNAIL_PIXELS = 640
# Mail programs show GIF and nothing better: smaller, and every second frame of it.
GIF_PIXELS, GIF_EVERY = 320, 2

Poster = Literal["best", "classic"]
_BOARD = "storyboard"


@dataclass(frozen=True)
class Still:
    """One picture file: sizes in pixels and bytes, `timestamp` in seconds of the source."""

    path: Path
    format: Literal["webp", "jpg"]
    timestamp: float
    width: int
    height: int
    size: int


@dataclass(frozen=True)
class Moving:
    """A silent moving preview: sizes in pixels and bytes, `duration` in seconds."""

    path: Path
    format: Literal["avif", "webp", "gif"]
    width: int
    height: int
    size: int
    duration: float


@dataclass(frozen=True)
class Storyboard:
    """The folder of a storyboard, with its sheets and its track."""

    folder: Path
    board: Board


@dataclass(frozen=True)
class Stills:
    """The poster (WebP first, then JPEG), the thumbnails in the order of time, each as WebP and as JPEG, the moving
    previews, and the storyboard if enough of it came.
    """

    poster: tuple[Still, ...]
    thumbnails: tuple[Still, ...]
    moving: tuple[Moving, ...]
    storyboard: Storyboard | None


@dataclass(frozen=True)
class _Taken:
    """What came of a film: stills by the names of their files, a poster if it was told, the tiles that came by their
    numbers, and the frames that move.
    """

    stills: dict[str, Frame]
    poster: Frame | None
    tiles: dict[int, Path]
    moving: list[Path]


def take(
    source: Path,
    probe: Probe,
    folder: Path,
    *,
    count: int = 10,
    poster: Poster = "best",
    avif: bool = False,
    stop: Callable[[], bool] | None = None,
) -> Stills:
    """Write everything into `folder`: a poster (at most 1280 pixels), `count` evenly spaced thumbnails (at most 640), a
    storyboard and moving previews (WebP and GIF, and with `avif` AVIF, too).

    The poster is the best of the stills (not black, not blurred, no fade), or the frame at seven seconds. A short video
    gives fewer thumbnails than asked. Raises `CorruptMedia`, `ValueError` for a source without pictures, and the errors
    of the sandbox.
    """
    video = _pictures(probe)
    board = seeklist.grid(probe, video)
    wants = [
        *seeklist.thumbnails(probe, video, count),
        *seeklist.tiles(probe, video, board),
        *seeklist.moments(probe, video),
        *([seeklist.classic_poster(probe, video)] if poster == "classic" else []),
    ]
    with TemporaryDirectory(prefix="frames-", dir=folder) as name:
        taken = _sorted(_found(source, probe, video, wants, Path(name), stop))
        order = Order(
            folder=folder,
            thumbnails={key: frame.path for key, frame in taken.stills.items()},
            thumbnail_pixels=THUMBNAIL_PIXELS,
            poster=taken.poster.path if taken.poster else None,
            poster_pixels=POSTER_PIXELS,
            sheets=_sheets(folder / _BOARD, taken, board, seeklist.fitted(video, LONGEST["tile"])),
            films=_films(folder, taken.moving, avif=avif),
        )
        made = finish(order, stop=stop)
    frames_of = list(taken.stills.values())
    best = taken.poster or frames_of[made.best]
    return Stills(
        poster=tuple(_still(file, best.time) for file in made.poster),
        thumbnails=tuple(
            _still(file, frame.time)
            for frame, files in zip(frames_of, made.thumbnails, strict=True)
            for file in files
        ),
        moving=tuple(_moving(film, file) for film, file in zip(order.films, made.films, strict=True)),
        storyboard=_storyboard(folder / _BOARD, order.sheets, made, board, seeklist.length(probe, video)),
    )


def take_exactly(
    source: Path,
    probe: Probe,
    seconds: Sequence[float],
    folder: Path,
    *,
    size: tuple[int, int] | None = None,
    stop: Callable[[], bool] | None = None,
) -> list[Frame]:
    """Write the frames that are shown at these times as raw pictures of a size (that of a poster without one) into
    `folder`; returns those that came, in their order. Raises as `take`.
    """
    video = _pictures(probe)
    wants = [seeklist.at(time, f"frame_{number:04}") for number, time in enumerate(seconds)]
    sizes = {"large": size or seeklist.fitted(video, POSTER_PIXELS)}
    found = frames.take(source, probe, video, wants, folder, sizes=sizes, stop=stop)
    return [found[want.name][0] for want in wants if want.name in found]


def key_frame_times(
    source: Path, probe: Probe, *, most: int, stop: Callable[[], bool] | None = None
) -> list[float]:
    """Return when the key frames are shown, in seconds, at most `most` of them, evenly chosen. No picture is decoded.

    Raises the errors of the sandbox.
    """
    video = _pictures(probe)
    found: list[float] = []

    def read(line: str) -> None:
        shown, _comma, flags = line.partition(",")
        if "K" in flags:
            try:
                found.append(round(max(0.0, float(shown) - probe.start_time), 3))
            except ValueError:
                return

    program.ffprobe(
        [
            *("-select_streams", str(video.index), "-show_entries", "packet=pts_time,flags"),
            *("-of", "csv=p=0"),
            *program.source_arguments(source, probe.mime_type),
        ],
        reads=[source],
        limits=program.read_limits(source.stat().st_size),
        on_line=read,
        stop=stop,
    )
    times = sorted(set(found))
    if len(times) <= most:
        return times
    return [times[number * len(times) // most] for number in range(most)]


def _pictures(probe: Probe) -> VideoStream:
    """The pictures of a source; raises `ValueError` where there are none."""
    if probe.video is None:
        raise ValueError("There are no pictures")
    return probe.video


def _found(  # noqa: PLR0917 - one step of `take`
    source: Path,
    probe: Probe,
    video: VideoStream,
    wants: Sequence[Want],
    folder: Path,
    stop: Callable[[], bool] | None,
) -> dict[str, list[Frame]]:
    """The raw frames; where none is to be had by seeking, the first one."""
    sizes = {str(name): seeklist.fitted(video, longest) for name, longest in LONGEST.items()}
    try:
        return frames.take(source, probe, video, wants, folder, sizes=sizes, stop=stop)
    except CorruptMedia:
        first = [seeklist.at(0.0, "thumbnail_01")]
        return frames.take(source, probe, video, first, folder, sizes=sizes, stop=stop)


def _sorted(found: dict[str, list[Frame]]) -> _Taken:
    """The frames by what they are for."""
    names = sorted(found)
    stills = {name: found[name][0] for name in names if name.startswith("thumbnail_")}
    return _Taken(
        stills or {"thumbnail_01": found[names[0]][0]},
        found["poster"][0] if "poster" in found else None,
        {int(name.rpartition("_")[2]): found[name][0].path for name in names if name.startswith("tile_")},
        [frame.path for name in names if name.startswith("moment_") for frame in found[name]],
    )


def _films(folder: Path, moving: Sequence[Path], *, avif: bool) -> list[Film]:
    """The moving previews, what takes longest first; of a single frame there is none."""
    if len(moving) <= 1:
        return []
    lasts = 1000 // seeklist.FRAMES_PER_SECOND
    small = Film(folder / "preview.avif", "avif", moving, lasts, LONGEST["moving"])
    return [
        *([small] if avif else []),
        Film(folder / "preview.webp", "webp", moving, lasts, LONGEST["moving"]),
        Film(folder / "preview.gif", "gif", moving, lasts, GIF_PIXELS, GIF_EVERY),
    ]


def _sheets(folder: Path, taken: _Taken, board: Grid, tile: tuple[int, int]) -> list[Sheet]:
    """The sheets of the storyboard, in a folder of their own."""
    tiles = filled(board.tiles, taken.tiles)
    if tiles is None:
        return []
    folder.mkdir()
    pieces = [tiles[first : first + board.of_sheet] for first in range(0, len(tiles), board.of_sheet)]
    return [
        Sheet(folder / sheet_name(number), piece, board.columns, board.rows, *tile)
        for number, piece in enumerate(pieces, start=1)
    ]


def _moving(film: Film, file: StillFile) -> Moving:
    """A moving preview with its length."""
    lasts = len(film.frames[:: film.every]) * film.every * film.milliseconds / 1000
    return Moving(file.path, film.format, file.width, file.height, file.size, lasts)


def _storyboard(
    folder: Path, sheets: Sequence[Sheet], made: Finished, board: Grid, duration: float
) -> Storyboard | None:
    """Write the track beside the sheets."""
    if not sheets:
        return None
    done = Board(
        tiles=board.tiles,
        seconds=board.seconds,
        duration=duration,
        columns=board.columns,
        rows=board.rows,
        width=sheets[0].width,
        height=sheets[0].height,
        size=sum(file.size for file in made.sheets),
    )
    (folder / VTT).write_text(track(done), encoding="utf-8")
    return Storyboard(folder, done)


def _still(file: StillFile, timestamp: float) -> Still:
    return Still(
        file.path, "webp" if file.format == "webp" else "jpg", timestamp, file.width, file.height, file.size
    )

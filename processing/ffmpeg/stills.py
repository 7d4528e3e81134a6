"""Poster and thumbnails of a video, by seeking: never a full decode."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import CorruptMedia
from processing.ffmpeg import graph, program
from processing.ffmpeg.filters import still
from processing.ffmpeg.media import Probe, VideoStream
from processing.pictures import PictureFile, finish_stills

POSTER_PIXELS = 1280
THUMBNAIL_PIXELS = 640

# From here on the nearest key frame is taken where it is near enough: one picture is decoded instead of hundreds.
_LONG_SECONDS = 60.0
_NEAR_ENOUGH = 0.25
_BATCH = 10
# A transport stream has no index: a seek may land behind the key frame, and nothing is seen before the next one.
_EARLY_SECONDS = {"video/mp2t": 5.0}
_LARGE_PIXELS = 4096 * 2304
_RAW_PICTURE: graph.Options = {
    "frames:v": 1,
    "fps_mode": "passthrough",
    "enc_time_base": "1/1000",
    "c:v": "ppm",
    "f": "image2",
    "frame_pts": 1,
}
_FRAME = re.compile(r"(?P<number>\d+)_(?P<milliseconds>\d+)\.ppm")


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
class Stills:
    """The poster (WebP first, then JPEG) and the thumbnails in the order of time, each as WebP and as JPEG."""

    poster: tuple[Still, ...]
    thumbnails: tuple[Still, ...]


@dataclass(frozen=True)
class _Frame:
    """A raw picture and its true time in seconds from the beginning."""

    path: Path
    time: float


def take(
    source: Path,
    probe: Probe,
    folder: Path,
    *,
    count: int = 10,
    stop: Callable[[], bool] | None = None,
) -> Stills:
    """Write a poster (at most 1280 pixels) and `count` evenly spaced thumbnails (at most 640) into `folder`.

    The poster is the best of the stills: not black, not blank. A short video gives fewer thumbnails than asked.
    Files are named `poster.webp`, `thumbnail_01.webp`, … Raises `CorruptMedia`, `ValueError` for a source without
    pictures, and the errors of the sandbox.
    """
    video = probe.video
    if video is None:
        raise ValueError("There are no pictures")
    with TemporaryDirectory(prefix="frames-", dir=folder) as name:
        frames = _frames(source, probe, video, count, Path(name), stop)
        poster, thumbnails = finish_stills(
            [frame.path for frame in frames],
            folder,
            thumbnail_pixels=THUMBNAIL_PIXELS,
            poster_pixels=POSTER_PIXELS,
            stop=stop,
        )
    return Stills(
        tuple(_still(file, frames[number].time) for number, file in poster),
        tuple(_still(file, frames[number].time) for number, file in thumbnails),
    )


def positions(probe: Probe, video: VideoStream, count: int) -> list[float]:
    """Return the wanted seconds from the beginning: the middles of equal pieces, each with a frame of its own."""
    duration = video.duration or probe.duration
    pieces = max(1, min(count, round(duration * video.frame_rate)))
    # The frame that is shown at that time began up to one frame before.
    return [max(0.0, duration * (n + 0.5) / pieces - 0.6 / video.frame_rate) for n in range(pieces)]


def _frames(  # noqa: PLR0917 - one step of `take`
    source: Path, probe: Probe, video: VideoStream, count: int, folder: Path, stop: program.Stop | None
) -> list[_Frame]:
    """Write a raw picture for each position; returns them in order with their true times."""
    wanted = positions(probe, video, count)
    if probe.duration >= _LONG_SECONDS:
        frames, _log = _seek(source, probe, wanted, folder / "key", by_key=True, stop=stop)
        if _are_spread(wanted, frames, probe.duration):
            return frames
    frames, log = _seek(source, probe, wanted, folder / "exact", by_key=False, stop=stop)
    if not frames:
        frames, log = _seek(source, probe, [0.0], folder / "first", by_key=False, stop=stop)
    if not frames:
        raise CorruptMedia(log)
    return frames


def _seek(
    source: Path,
    probe: Probe,
    wanted: list[float],
    folder: Path,
    *,
    by_key: bool,
    stop: program.Stop | None,
) -> tuple[list[_Frame], str]:
    """Take the pictures, by key frame (at or before the time) or exactly; returns those that came, and the log."""
    folder.mkdir()
    video = probe.video
    # Every input has a decoder of its own; few of very large pictures fit into the memory at once.
    batch = _BATCH if video is not None and video.width * video.height <= _LARGE_PIXELS else 1
    log = ""
    for first in range(0, len(wanted), batch):
        try:
            done = program.ffmpeg(
                _command(
                    source, probe, list(enumerate(wanted))[first : first + batch], folder, by_key=by_key
                ),
                reads=[source],
                writes=[folder],
                limits=program.work_limits(_LONG_SECONDS, factor=1.0),
                stop=stop,
            )
            log = done.stderr_tail
        except ProgramFailed as error:
            log = error.stderr_tail
    frames = []
    for path in sorted(folder.iterdir()):
        if found := _FRAME.fullmatch(path.name):
            time = int(found["milliseconds"]) / 1000 - probe.start_time
            frames.append(_Frame(path, round(max(0.0, time), 3)))
    return frames, log


def _command(
    source: Path, probe: Probe, wanted: list[tuple[int, float]], folder: Path, *, by_key: bool
) -> list[str]:
    """One input and one output for each time. The name of an output tells the picture's own time."""
    video = probe.video
    if video is None:
        raise ValueError("There are no pictures")
    quick = {"threads": 1, "noaccurate_seek": None, "skip_frame": "nokey"} if by_key else {}
    outputs = []
    early = 0.0 if by_key else _EARLY_SECONDS.get(probe.mime_type, 0.0)
    for number, seconds in wanted:
        begin = f"{max(0.0, seconds - early):.3f}"
        pictures = graph.source(source, probe.mime_type, {**quick, "ss": begin})[f"{video.index}"]
        if early:
            # The clock of the filter is the container's own, as timestamps are copied.
            pictures = pictures.filter("select", f"gte(t,{probe.start_time + seconds:.3f})")
        pictures = still(pictures, video, POSTER_PIXELS)
        outputs.append(graph.output([pictures], _numbered(folder, number), _RAW_PICTURE))
    return ["-copyts", *graph.arguments(*outputs)]


def _numbered(folder: Path, number: int) -> Path:
    """Return the pattern of a name; ffmpeg puts the picture's time in the place of `%d`."""
    return Path(str(folder).replace("%", "%%")) / f"{number:02}_%d.ppm"


def _are_spread(wanted: list[float], frames: list[_Frame], duration: float) -> bool:
    """Tell whether the key frames stand near enough to the wanted times, and none twice."""
    if len(frames) != len(wanted) or len({frame.time for frame in frames}) != len(frames):
        return False
    most = duration / len(wanted) * _NEAR_ENOUGH
    return all(abs(frame.time - time) <= most for frame, time in zip(frames, wanted, strict=True))


def _still(file: PictureFile, timestamp: float) -> Still:
    return Still(file.path, file.format, timestamp, file.width, file.height, file.size)

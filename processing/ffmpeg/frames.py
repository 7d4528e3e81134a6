"""Single frames of a video as raw pictures: one child of the sandbox takes all that are wanted, by seeking."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mediaportal.core.sandbox import ProgramFailed, run_python
from processing.exceptions import CorruptMedia
from processing.ffmpeg import program, tonetable
from processing.ffmpeg.media import Probe, VideoStream
from processing.ffmpeg.seeklist import Want, in_order
from processing.ffmpeg.stillfilters import still_filters

_CHILD = Path(__file__).with_name("_stills_child.py")
# As many openings of a film are decoded side by side; of very large pictures only one fits into the memory.
_MOST_WORKERS = 4
_LARGE_PIXELS = 4096 * 2304
# Where the key frames of a long film lie far apart, the storyboard ends before it has kept a worker for longer.
_MOST_SECONDS = 120.0
_SECONDS = 60.0


@dataclass(frozen=True)
class Frame:
    """A raw picture (PPM) and its true time in seconds from the beginning."""

    path: Path
    time: float


def take(
    source: Path,
    probe: Probe,
    video: VideoStream,
    wants: Sequence[Want],
    folder: Path,
    *,
    sizes: Mapping[str, tuple[int, int]],
    stop: Callable[[], bool] | None = None,
) -> dict[str, list[Frame]]:
    """Write the wanted frames into `folder`; returns them by the names of their wants, those that came.

    `sizes` has width and height, as seen, of each kind of picture. Raises `CorruptMedia` when nothing came, and the
    errors of the sandbox.
    """
    table = folder / "tones.cube" if video.is_hdr else None
    if table is not None:
        tonetable.write(video, table)
    request = {
        "source": str(source),
        "format": program.DEMUXERS[probe.mime_type],
        "stream": video.index,
        "begins": probe.start_time,
        "interlaced": video.is_interlaced,
        "workers": _workers(video),
        "seconds": _MOST_SECONDS,
        "folder": str(folder),
        "chains": {name: still_filters(video, *size, table) for name, size in sizes.items()},
        "wants": [asdict(want) for want in in_order(wants)],
    }
    try:
        answer = run_python(
            _CHILD,
            request,
            reads=[source],
            writes=[folder],
            limits=program.work_limits(_SECONDS + _MOST_SECONDS, factor=1.0),
            stop=stop,
        )
    except ProgramFailed as error:
        raise CorruptMedia(error.stderr_tail) from error
    if not answer["pictures"]:
        raise CorruptMedia(answer["log"])
    found: dict[str, list[Frame]] = {}
    for picture in answer["pictures"]:
        found.setdefault(picture["name"], []).append(Frame(Path(picture["path"]), picture["time"]))
    return found


def _workers(video: VideoStream) -> int:
    """How many openings of the film there are."""
    if video.width * video.height > _LARGE_PIXELS:
        return 1
    return min(_MOST_WORKERS, os.cpu_count() or 1)

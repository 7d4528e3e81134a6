"""Where the fragments of renditions begin, which must be at the same times in all of them."""

from collections.abc import Sequence
from pathlib import Path

from processing.exceptions import EncodingFailed
from processing.ffmpeg import program

_ROUNDED = 0.002


def fragments(renditions: Sequence[Path], *, seconds: int, stop: program.Stop | None = None) -> list[float]:
    """Return the times at which a segment of `seconds` can begin, in seconds from the start: at a key frame that all
    these renditions (MP4) have. Without renditions there are none.

    Raises `EncodingFailed` when they do not have them at the same times: players could not change from one to another.
    Raises the errors of the sandbox.
    """
    found: list[float] | None = None
    for path in renditions:
        own = _starts(_keys(path, stop), seconds)
        if found is None:
            found = own
        elif len(own) != len(found) or any(
            abs(one - other) > _ROUNDED for one, other in zip(own, found, strict=True)
        ):
            raise EncodingFailed(f"{path.name} is cut at other times than {renditions[0].name}")
    return found or []


def _starts(keys: Sequence[float], seconds: int) -> list[float]:
    """The first key frame of each segment."""
    starts: list[float] = []
    for time in keys:
        if time >= len(starts) * seconds - _ROUNDED:
            starts.append(time)
    return starts


def _keys(path: Path, stop: program.Stop | None) -> list[float]:
    """When the key frames of a rendition are shown."""
    found: list[float] = []

    def read(line: str) -> None:
        time, _, flags = line.partition(",")
        if "K" in flags:
            found.append(float(time))

    program.ffprobe(
        [
            *("-select_streams", "v:0", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"),
            *program.source_arguments(path, "video/mp4"),
        ],
        reads=[path],
        limits=program.read_limits(path.stat().st_size),
        on_line=read,
        stop=stop,
    )
    return sorted(found)

"""Look into a video or sound file: what streams it holds and whether they can be decoded to the end."""

from collections.abc import Callable
from pathlib import Path

from processing.ffmpeg.media import Probe


def examine(source: Path, *, mime_type: str, stop: Callable[[], bool] | None = None) -> Probe:
    """Return what the file holds. `mime_type` is what `filetype.sniff` said: only its demuxers may open the
    file.

    Raises `CorruptMedia`, `UnknownCodec`, `EmptyMedia` and the errors of the sandbox.
    """
    raise NotImplementedError

"""The sound of a medium made plain for programs that listen: one channel, whole numbers, nothing beside it."""

from collections.abc import Callable
from pathlib import Path

from analysis.engines.base import Request
from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import CorruptMedia
from processing.ffmpeg import graph, program
from processing.ffmpeg.loudness import placed
from processing.ffmpeg.media import AudioStream, main_track

_TIMES_ITS_LENGTH = 2.0
_FORMAT = {".wav": "wav", ".s16": "s16le"}


WITHOUT_HOLES = "aresample=async=1:first_pts=0"
"""Lets sound begin with its medium, and be as long."""


def plain(track: AudioStream, *, rate: int, form: str) -> graph.Options:
    """Return the options of ffmpeg that write a track as one channel of whole numbers, in a format of that name."""
    chain = ",".join([*placed(track), WITHOUT_HOLES])
    return {"af": chain, "ac": 1, "ar": rate, "c:a": "pcm_s16le", "f": form}


def extract(request: Request, path: Path, *, rate: int, stop: Callable[[], bool]) -> None:
    """Write the sound that is heard where only one track is into `path`, `rate` samples in a second, from the medium's
    own beginning and without holes; with a head when its name ends with `.wav`, bare when with `.s16`.

    There must be a track. Raises `CorruptMedia` and the errors of the sandbox.
    """
    if request.probe is None or not isinstance(request.source, Path):
        raise TypeError("sound is read from a file that was looked into")
    track = main_track(request.probe.audio)
    opened = graph.source(request.source, request.mime_type)
    options = plain(track, rate=rate, form=_FORMAT[path.suffix])
    try:
        program.ffmpeg(
            graph.arguments(graph.output([opened[f"{track.index}"]], path, options)),
            reads=[request.source],
            writes=[request.folder],
            limits=program.work_limits(request.duration, factor=_TIMES_ITS_LENGTH),
            stop=stop,
        )
    except ProgramFailed as error:
        raise CorruptMedia(error.stderr_tail) from error

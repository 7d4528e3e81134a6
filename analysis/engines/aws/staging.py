"""What the services read: an H.264 film or a sound file of our own making in the staging bucket, or the original where
it lies there already and is of a kind that they take.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from analysis.engines.aws.clients import Clients, Unable, calling
from analysis.engines.aws.options import Options
from analysis.engines.aws.work import Work
from analysis.engines.base import Report, Request
from analysis.exceptions import ResultUnreadable
from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import CorruptMedia
from processing.ffmpeg import graph, program
from processing.ffmpeg.loudness import placed
from processing.ffmpeg.media import Probe, main_track

logger = logging.getLogger(__name__)

_PICTURE, _SOUND, _TRANSCRIPT = "picture.mp4", "sound.flac", "transcript.json"
_LINES, _MOST_RATE = 720, 30.0
_TIMES_ITS_LENGTH = 10.0
_WITHOUT_HOLES = "aresample=async=1:first_pts=0"
_RATE = "16000"
_MOST_PICTURE_BYTES = 10 * 10**9
_MOST_SOUND_BYTES = 2 * 10**9
_PICTURES_TAKEN = ("video/mp4", "video/quicktime")
_SOUNDS_TAKEN = ("audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav")


def transcript_key(options: Options, work: Work) -> str:
    """Where Transcribe writes what it heard."""
    return f"{options.prefix}/{work.token}/{_TRANSCRIPT}"


def picture(
    request: Request,
    work: Work,
    options: Options,
    clients: Clients,
    *,
    on_progress: Report,
    stop: Callable[[], bool],
) -> str:
    """The key of the film that Rekognition reads. What is made is noted in `work` before it is sent.

    Raises `EngineAway`, `Unable`, `CorruptMedia` and the errors of the sandbox.
    """
    if original := _picture_as_it_is(request, options):
        return original
    path = request.folder / _PICTURE
    _make(request, _film_arguments(request, path), path, on_progress=on_progress, stop=stop)
    return _send(path, work, options, clients)


def sound(
    request: Request,
    work: Work,
    options: Options,
    clients: Clients,
    *,
    on_progress: Report,
    stop: Callable[[], bool],
) -> str:
    """The key of the sound that Transcribe reads; as `picture`."""
    if original := _sound_as_it_is(request, options):
        return original
    path = request.folder / _SOUND
    _make(request, _sound_arguments(request, path), path, on_progress=on_progress, stop=stop)
    return _send(path, work, options, clients)


def remove(work: Work, options: Options, clients: Clients) -> None:
    """Remove what was staged. Raises `EngineAway`; what the bucket refuses to remove is left to its own rules."""
    for key in list(work.staged):
        try:
            with calling():
                clients.bucket.delete_object(Bucket=options.bucket, Key=key)
        except Unable as error:
            logger.warning("%s stays in the bucket %s: %s", key, options.bucket, error.log)
        work.staged.remove(key)


def read(key: str, options: Options, clients: Clients, *, most_bytes: int) -> bytes:
    """An object's bytes. Raises `EngineAway` and `Unable`, also for one that is larger than `most_bytes`."""
    with calling():
        answer = clients.bucket.get_object(Bucket=options.bucket, Key=key)
        data: bytes = answer["Body"].read(most_bytes + 1)
    if len(data) > most_bytes:
        raise Unable(ResultUnreadable, f"{key} has more than {most_bytes} bytes")
    return data


def _send(path: Path, work: Work, options: Options, clients: Clients) -> str:
    """Send a file to the bucket, then remove it here; returns its key."""
    key = f"{options.prefix}/{work.token}/{path.name}"
    work.will_write(key)
    with calling():
        clients.bucket.upload_file(str(path), options.bucket, key)
    path.unlink()
    return key


def _make(
    request: Request, arguments: list[str], path: Path, *, on_progress: Report, stop: Callable[[], bool]
) -> None:
    """Let ffmpeg write a file."""
    source, probe = _source(request)
    try:
        program.ffmpeg(
            ["-progress", "pipe:1", *arguments],
            reads=[source],
            writes=[request.folder],
            limits=program.work_limits(probe.duration, factor=_TIMES_ITS_LENGTH),
            on_line=program.progress_reader(probe.duration, on_progress),
            stop=stop,
        )
    except ProgramFailed as error:
        raise CorruptMedia(error.stderr_tail) from error
    if not path.exists() or path.stat().st_size == 0:
        raise CorruptMedia("ffmpeg wrote nothing")


def _film_arguments(request: Request, path: Path) -> list[str]:
    """A film of at most 720 lines and 30 pictures a second, each at its time, from 0 on, without sound."""
    source, probe = _source(request)
    video = probe.video
    if video is None:
        raise CorruptMedia("there are no pictures")
    factor = min(1.0, _LINES / min(video.display_width, video.display_height))
    width = max(2, round(video.display_width * factor / 2) * 2)
    height = max(2, round(video.display_height * factor / 2) * 2)
    rate = min(_MOST_RATE, video.frame_rate or _MOST_RATE)
    pictures = (
        graph.source(source, probe.mime_type)[f"{video.index}"]
        # The service counts from the first picture: one that comes late stands from the beginning.
        .filter("fps", rate, start_time=0)
        .filter("scale", width, height)
        .filter("setsar", 1)
        .filter("format", "yuv420p")
    )
    options = {"c:v": "libx264", "preset": "veryfast", "crf": "24", "movflags": "+faststart", "f": "mp4"}
    return graph.arguments(graph.output([pictures], path, options))


def _sound_arguments(request: Request, path: Path) -> list[str]:
    """What is heard where only one track is: mono, without holes, from 0 on."""
    source, probe = _source(request)
    track = main_track(probe.audio)
    heard = graph.source(source, probe.mime_type)[f"{track.index}"]
    options = {
        "af": ",".join([*placed(track), _WITHOUT_HOLES]),
        "ac": "1",
        "ar": _RATE,
        "c:a": "flac",
        "f": "flac",
    }
    return graph.arguments(graph.output([heard], path, options))


def _source(request: Request) -> tuple[Path, Probe]:
    """The local file and what it holds."""
    if not isinstance(request.source, Path) or request.probe is None:
        raise CorruptMedia("there is no local file")
    return request.source, request.probe


def _picture_as_it_is(request: Request, options: Options) -> str:
    """The original's key, where Rekognition can read it: upright H.264 in MP4 or MOV, in the staging bucket."""
    video = request.probe.video if request.probe else None
    taken = (
        video is not None
        and video.codec == "h264"
        and video.pixel_format == "yuv420p"
        and not video.rotation
        and not video.start_time
        and request.mime_type in _PICTURES_TAKEN
        and request.size <= _MOST_PICTURE_BYTES
    )
    return _key_here(request, options) if taken else ""


def _sound_as_it_is(request: Request, options: Options) -> str:
    """The original's key, where Transcribe can read it and hears in it what we would take."""
    one_track = request.probe is not None and len(request.probe.audio) == 1
    taken = one_track and request.mime_type in _SOUNDS_TAKEN and request.size <= _MOST_SOUND_BYTES
    return _key_here(request, options) if taken else ""


def _key_here(request: Request, options: Options) -> str:
    """The key of the original in the staging bucket, if that is where it lies."""
    stored = request.stored
    if stored is None or stored.bucket != options.bucket or stored.region not in ("", options.region):
        return ""
    return stored.key

"""What the services read: an H.264 film or a sound file of our own making in the staging bucket, or the original where
it lies there already and is of a kind that they take.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from analysis.engines.aws import originals
from analysis.engines.aws.clients import Clients, Unable, calling, failure_of, reason_of
from analysis.engines.aws.options import Options
from analysis.engines.aws.work import Work
from analysis.engines.base import Note, Report, Request, Type
from analysis.exceptions import NoPictures, NoSound, ResultUnreadable
from mediaportal.core.sandbox import ProgramFailed, ProgramStopped, ProgramTimedOut
from processing.exceptions import CorruptMedia, MediaError
from processing.ffmpeg import graph, program
from processing.ffmpeg.loudness import placed
from processing.ffmpeg.media import Probe, main_track

logger = logging.getLogger(__name__)

_PICTURE, _SOUND, _TRANSCRIPT = "picture.mp4", "sound.flac", "transcript.json"
_LINES, _MOST_RATE = 720, 30.0
_TIMES_ITS_LENGTH = 10.0
_WITHOUT_HOLES = "aresample=async=1:first_pts=0"
_RATE = "16000"


def transcript_key(options: Options, work: Work) -> str:
    """Where Transcribe writes what it heard."""
    return _key(_TRANSCRIPT, work, options)


def stage(
    request: Request,
    work: Work,
    options: Options,
    clients: Clients,
    *,
    on_progress: Report,
    stop: Callable[[], bool],
    note: Note,
) -> None:
    """Make what is read and put it into the bucket; originals that can be read there stay where they are. A medium of
    which it cannot be made fails the types that would read it, and so does a bucket that does not take it.

    Every key is noted before anything is written, and the bucket is asked for a first byte before anything is made.
    Raises `EngineAway`, the errors of the sandbox that are not the medium's fault, and what `note` raises.
    """
    wanted = _wanted(request, work)
    work.picture = originals.picture(request, options) if _PICTURE in wanted else ""
    work.sound = originals.sound(request, options) if _SOUND in wanted else ""
    made = [
        name
        for name, there in ((_PICTURE, work.picture), (_SOUND, work.sound))
        if name in wanted and not there
    ]
    for name in made:
        work.will_write(_key(name, work, options))
    if _SOUND in wanted:
        work.will_write(transcript_key(options, work))
    note(work.as_handle())
    for number, name in enumerate(made):
        report = _part_of(on_progress, number / len(made), 1 / len(made))
        key = _key(name, work, options)
        try:
            _try(key, options, clients)
            _make(request, name, on_progress=report, stop=stop)
            if stop():
                raise ProgramStopped("staging")
            _send(request.folder / name, key, options, clients)
        except (Unable, MediaError, ProgramFailed, ProgramTimedOut) as error:
            logger.warning("nothing was staged: %s", error)
            for unread in wanted[name]:
                work.fail(unread, error.failure if isinstance(error, Unable) else reason_of(error))
            continue
        work.picture, work.sound = (key, work.sound) if name == _PICTURE else (work.picture, key)
        note(work.as_handle())


def remove(work: Work, options: Options, clients: Clients) -> None:
    """Remove what was staged, and the transcript. Raises `EngineAway` and `Unable`."""
    for key in work.staged:
        with calling():
            clients.bucket.delete_object(Bucket=options.bucket, Key=key)


def read(key: str, options: Options, clients: Clients, *, most_bytes: int) -> bytes:
    """An object's bytes. Raises `EngineAway` and `Unable`, also for one that is larger than `most_bytes`."""
    with calling():
        answer = clients.bucket.get_object(Bucket=options.bucket, Key=key)
        data: bytes = answer["Body"].read(most_bytes + 1)
    if len(data) > most_bytes:
        raise Unable(ResultUnreadable, f"{key} has more than {most_bytes} bytes")
    return data


def _wanted(request: Request, work: Work) -> dict[str, list[str]]:
    """What would be staged, with the types that read it. Those that have nothing to read have failed."""
    probe = request.probe
    heard = [name for name in work.waiting if name == Type.TRANSCRIPTION]
    looked = [name for name in work.waiting if name != Type.TRANSCRIPTION]
    if probe is None or not probe.audio:
        for name in heard:
            work.fail(name, failure_of(NoSound))
        heard = []
    if probe is None or probe.video is None:
        for name in looked:
            work.fail(name, failure_of(NoPictures))
        looked = []
    return {name: types for name, types in ((_PICTURE, looked), (_SOUND, heard)) if types}


def _part_of(on_progress: Report, begins: float, share: float) -> Report:
    """What tells the progress of one part of the work as that of the whole."""
    return lambda done: on_progress(begins + done * share)


def _key(name: str, work: Work, options: Options) -> str:
    """Where a file of this work lies: no other start ever writes there."""
    return f"{options.prefix}/{work.token}/{name}"


def _try(key: str, options: Options, clients: Clients) -> None:
    """Write nothing where a file is to lie: a bucket that is away or refuses says so before it is made."""
    with calling():
        clients.bucket.put_object(Bucket=options.bucket, Key=key, Body=b"")


def _send(path: Path, key: str, options: Options, clients: Clients) -> None:
    """Send a file to the bucket, then remove it here."""
    with calling():
        clients.bucket.upload_file(str(path), options.bucket, key)
    path.unlink()


def _make(request: Request, name: str, *, on_progress: Report, stop: Callable[[], bool]) -> None:
    """Let ffmpeg write a file."""
    source, probe = _source(request)
    path = request.folder / name
    arguments = (_film_arguments if name == _PICTURE else _sound_arguments)(request, path)
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

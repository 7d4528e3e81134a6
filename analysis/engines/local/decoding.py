"""The one decode that everything which looks has in common: one run of ffmpeg, however many types are wanted.

Every picture goes through the filters small; single ones come out of the pipe at the rate and size that the most
demanding part wants. What filters say is written into small files of the scratch folder, and read when all is over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.engines.base import Report, Request
from analysis.engines.local.parts import Filter, Look, Note, Picture, SoundFile
from analysis.engines.local.sound import WITHOUT_HOLES, plain
from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import CorruptMedia
from processing.ffmpeg import graph, program
from processing.ffmpeg.loudness import placed
from processing.ffmpeg.media import AudioStream, Probe, VideoStream, main_track

SMALL = 320
"""The longer side of the pictures that filters see, in pixels."""

_CHANNELS = 3
_TIMES_ITS_LENGTH = 4.0


@dataclass(frozen=True)
class Plan:
    """What one decode is to bring: the filters over all pictures and over the sound, the single pictures, and the
    sound in files.
    """

    picture_filters: Sequence[Filter] = ()
    sound_filters: Sequence[Filter] = ()
    look: Look | None = None
    sound_files: Sequence[SoundFile] = ()

    @property
    def hears(self) -> bool:
        """Whether anybody wants the sound."""
        return bool(self.sound_filters or self.sound_files)


@dataclass(frozen=True)
class _Sampling:
    """Single pictures: width and height, how many in a second, and the number of the first one."""

    width: int
    height: int
    rate: float
    first: int


def decode(
    request: Request,
    source: Path,
    probe: Probe,
    plan: Plan,
    *,
    take: Callable[[Picture], None],
    on_progress: Report,
    stop: Callable[[], bool],
) -> dict[str, list[Note]]:
    """Decode a medium once; `take` is given the single pictures as they come. Returns the notes of the filters.

    Raises `CorruptMedia`, and the errors of the sandbox.
    """
    video = probe.video
    sound = main_track(probe.audio) if probe.audio and plan.hears else None
    sampling = _sampling(video, plan.look) if video and plan.look else None
    opened, files = graph.source(source, probe.mime_type), dict[str, str]()
    seen = _of_pictures(opened[f"{video.index}"], video, plan, sampling, files) if video else []
    heard = _of_sound(opened[f"{sound.index}"], sound, plan, files, request.folder) if sound else []
    outputs = [*seen, *heard]
    if not outputs:
        return {}
    frames = _Frames(sampling, take, probe.duration, on_progress) if sampling else None
    arguments = [*([] if frames else ["-progress", "pipe:1"]), *graph.arguments(*outputs)]
    try:
        program.ffmpeg(
            arguments,
            reads=[source],
            writes=[request.folder],
            limits=program.work_limits(probe.duration, factor=_TIMES_ITS_LENGTH),
            on_line=None if frames else program.progress_reader(probe.duration, on_progress),
            on_chunk=frames.read if frames else None,
            stop=stop,
        )
    except ProgramFailed as error:
        raise CorruptMedia(error.stderr_tail) from error
    return {key: _notes_in(request.folder / name, key) for key, name in files.items()}


def scaled(width: int, height: int, pixels: int) -> tuple[int, int]:
    """Return the size of a picture whose longer side is at most `pixels`: even, and never larger than it is."""
    factor = min(1.0, pixels / max(width, height))
    return max(2, round(width * factor / 2) * 2), max(2, round(height * factor / 2) * 2)


def _sampling(video: VideoStream, look: Look) -> _Sampling:
    """The single pictures of a film."""
    width, height = scaled(video.display_width, video.display_height, look.pixels)
    # As ffmpeg's filter numbers them: the first one stands where the film begins.
    return _Sampling(width, height, look.rate, round(video.start_time * look.rate))


def _of_pictures(
    pictures: graph.Stream, video: VideoStream, plan: Plan, sampling: _Sampling | None, files: dict[str, str]
) -> list[graph.Output]:
    """What ffmpeg makes of the pictures; the files of the notes are added to `files` by their keys."""
    outputs = []
    watched, sampled = pictures, pictures
    if plan.picture_filters and sampling:
        watched, sampled = graph.split(pictures)
    if plan.picture_filters:
        width, height = scaled(video.display_width, video.display_height, SMALL)
        watched = watched.filter("scale", width, height, flags="fast_bilinear").filter("format", "yuv420p")
        outputs.append(graph.output([_noted(watched, plan.picture_filters, files)], "-", {"f": "null"}))
    if sampling:
        sampled = (
            sampled.filter("fps", sampling.rate)
            .filter("scale", sampling.width, sampling.height, flags="bilinear")
            .filter("format", "rgb24")
        )
        outputs.append(graph.output([sampled], "pipe:1", {"f": "rawvideo"}))
    return outputs


def _of_sound(
    sound: graph.Stream, track: AudioStream, plan: Plan, files: dict[str, str], folder: Path
) -> list[graph.Output]:
    """The same of the sound: filters hear it in its own rate and channels, as mixed it would be quieter than it is."""
    outputs = []
    if plan.sound_filters:
        chain = ",".join([*placed(track), WITHOUT_HOLES, *_sound_chain(plan.sound_filters, files)])
        outputs.append(graph.output([sound], "-", {"af": chain, "f": "null"}))
    for one in plan.sound_files:
        outputs.append(graph.output([sound], folder / one.name, plain(track, rate=one.rate, form="wav")))
    return outputs


def _noted(stream: graph.Stream, filters: Sequence[Filter], files: dict[str, str]) -> graph.Stream:
    """A stream through filters, each of whose notes goes to a file of its own."""
    for one in filters:
        stream = stream.filter(one.name, **one.options)
        for key in one.notes:
            files[key] = f"notes{len(files)}.txt"
            stream = stream.filter("metadata", mode="print", key=key, file=files[key])
    return stream


def _sound_chain(filters: Sequence[Filter], files: dict[str, str]) -> list[str]:
    """The same for sound, which must not wait for pictures, as the text of one option."""
    chain = []
    for one in filters:
        chain.append("=".join([one.name, ":".join(f"{key}={value}" for key, value in one.options.items())]))
        for key in one.notes:
            files[key] = f"notes{len(files)}.txt"
            chain.append(f"ametadata=mode=print:key={key}:file={files[key]}")
    return chain


def _notes_in(path: Path, key: str) -> list[Note]:
    """What a filter has left under one key; a file that never came stands for nothing."""
    if not path.exists():
        return []
    found = []
    time = 0.0
    with path.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("frame:"):
                time = _number(line.rpartition("pts_time:")[2])
            elif line.startswith(f"{key}="):
                found.append(Note(max(0.0, time), _number(line.partition("=")[2])))
    return found


def _number(text: str) -> float:
    """A number as ffmpeg writes it; what is none counts as 0."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if abs(value) < float("inf") else 0.0


class _Frames:
    """Cuts what comes out of the pipe into pictures."""

    def __init__(
        self, sampling: _Sampling, take: Callable[[Picture], None], duration: float, report: Report
    ) -> None:
        """`duration` of the whole, in seconds."""
        self._sampling, self._take = sampling, take
        self._duration, self._report = duration, report
        self._size = sampling.width * sampling.height * _CHANNELS
        self._left = bytearray()
        self._number = sampling.first

    def read(self, data: bytes) -> None:
        """Take in what has come."""
        self._left += data
        while len(self._left) >= self._size:
            pixels = bytes(self._left[: self._size])
            del self._left[: self._size]
            time = self._number / self._sampling.rate
            self._number += 1
            self._take(Picture(time, self._sampling.width, self._sampling.height, pixels))
            if self._duration > 0:
                self._report(min(1.0, time / self._duration))

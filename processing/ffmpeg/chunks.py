"""Encode one chunk of a long video: cut in time out of the source itself, all rungs from one decode, no sound.

What is read begins well before the chunk, at a key frame, so that filters that look back and groups that lean on
the one before see what they see in one pass. The pictures keep their times in the source, to the tick.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EncodingFailed
from processing.ffmpeg import graph, program
from processing.ffmpeg.chunks_bounds import TICKS, Chunk, Cut, cut
from processing.ffmpeg.filters import rung_pictures
from processing.ffmpeg.ladder import Rung, output_frame_rate
from processing.ffmpeg.media import Probe, VideoStream
from processing.ffmpeg.outcome import look
from processing.ffmpeg.transcode import video_options

SEEKABLE = frozenset({"video/mp4", "video/quicktime", "video/x-matroska", "video/webm", "video/mp2t"})
"""The types whose packets tell when they are shown, wherever reading begins."""

# How many seconds before a chunk reading begins; the later ones only where no key frame lies so near.
_LEADS = (2, 12, 60)
# The least seconds from that key frame to the chunk: what leans on pictures before it has passed by then.
_SETTLED = 1.0
_PACKETS_TO_A_KEY = 2000
_FIRST_FRAMES = 60
_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class EncodedChunk:
    """One rung of a chunk in a file of its own, with the number of its frames."""

    rung: Rung
    path: Path
    frames: int


@dataclass(frozen=True)
class EncodedChunks:
    """All rungs of a chunk, and the CPU seconds that they took."""

    rungs: tuple[EncodedChunk, ...]
    cpu_seconds: float


def encode(
    source: Path,
    probe: Probe,
    rungs: Sequence[Rung],
    chunk: Chunk,
    folder: Path,
    *,
    on_progress: Callable[[float], None],
    stop: program.Stop | None = None,
) -> EncodedChunks:
    """Encode `chunk` into `folder` (scratch, absolute, existing): `{quality}.mp4` for each rung.

    `on_progress` hears a fraction from 0 to 1. Raises `EncodingFailed` for what has no frames, another size or not the
    frames that it must have, and for a chunk that begins within a segment; `ValueError` for a source without pictures;
    and the errors of the sandbox.
    """
    video = probe.video
    if video is None or not rungs:
        raise ValueError("There is nothing to encode")
    segment = rungs[0].segment_seconds
    if chunk.begin % segment:
        raise EncodingFailed(f"{chunk.begin} is not the beginning of a segment of {segment} seconds")
    duration = probe.duration if video.duration is None else video.duration
    end = duration if chunk.end is None else chunk.end
    start = _start(source, probe, video, stop)
    origin = _origin(source, probe, video, start, stop) if chunk.frame_rate is None else 0
    seek = _seek(source, probe, video, chunk.begin, stop)
    kept = cut(chunk, seek=seek, origin=origin, duration=duration, segment=segment)
    try:
        done = program.ffmpeg(
            _command(source, probe, rungs, folder, kept, start),
            reads=[source],
            writes=[folder],
            limits=program.work_limits(max(0.0, end - (seek or 0))),
            on_line=_reader((end - chunk.begin) * output_frame_rate(video), on_progress),
            stop=stop,
        )
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error
    made = tuple(_looked(rung, _path(folder, rung), stop) for rung in rungs)
    counts = {one.frames for one in made}
    if len(counts) != 1 or (chunk.frames is not None and counts != {chunk.frames}):
        raise EncodingFailed(f"{sorted(counts)} frames instead of {chunk.frames}\n{done.stderr_tail}")
    return EncodedChunks(made, done.cpu_seconds)


def _command(  # noqa: PLR0917 - one step of `encode`
    source: Path, probe: Probe, rungs: Sequence[Rung], folder: Path, kept: Cut, start: Fraction
) -> list[str]:
    """Return ffmpeg's arguments: those of one pass, but for where to read, what to keep and when a key frame comes.

    The source's clock shows `start` (seconds) where one pass counts 0.
    """
    video = probe.video
    if video is None:
        raise ValueError("There are no pictures")
    reading: graph.Options = {} if kept.seek is None else {"ss": kept.seek, "noaccurate_seek": None}
    keys = ",".join(f"{time // _MICROSECONDS}.{time % _MICROSECONDS:06}" for time in kept.keys)
    # The movie's own clock holds the time before the first picture: it must be as fine as that of the pictures.
    timing: graph.Options = {"force_key_frames": keys, "movie_timescale": TICKS}
    pictures = graph.source(source, probe.mime_type, reading)[f"{video.index}"]
    if start:
        pictures = pictures.filter("setpts", f"PTS-round({float(start):.6f}/TB)")
    outputs = [
        graph.output([picture], _path(folder, rung), {**video_options(video, rung), **timing})
        for picture, rung in zip(
            rung_pictures(pictures, video, rungs, kept, marks=folder), rungs, strict=True
        )
    ]
    return ["-progress", "pipe:1", "-stats_period", "0.5", "-copyts", *graph.arguments(*outputs)]


def _path(folder: Path, rung: Rung) -> Path:
    return folder / f"{rung.quality}.mp4"


def _looked(rung: Rung, path: Path, stop: program.Stop | None) -> EncodedChunk:
    """Look at what was written for one rung."""
    made = look(path, stop=stop)
    if (made.width, made.height) != (rung.width, rung.height):
        raise EncodingFailed(f"{path.name} is {made.width}x{made.height}")
    return EncodedChunk(rung, path, made.frames)


def _reader(frames: float, on_progress: Callable[[float], None]) -> Callable[[str], None]:
    """Return what reads the lines of `-progress pipe:1` and tells the share of the frames that are done.

    The time that ffmpeg tells is counted from its first report where the source's times are kept.
    """

    def read(line: str) -> None:
        name, _, value = line.partition("=")
        if name == "frame" and value.strip().isdigit():
            on_progress(min(1.0, int(value) / max(frames, 1.0)))

    return read


def _seek(
    source: Path, probe: Probe, video: VideoStream, begin: int, stop: program.Stop | None
) -> int | None:
    """Return from which second to read, so that a key frame lies well before the chunk; none is the beginning."""
    for lead in _LEADS:
        start = begin - lead
        if start <= 0:
            return None
        key = _first_key(source, probe, video, start, stop)
        if key is not None and key <= begin - _SETTLED:
            return start
    return None


def _first_key(
    source: Path, probe: Probe, video: VideoStream, start: int, stop: program.Stop | None
) -> float | None:
    """Return when the first key frame is shown after seeking to a second, in seconds; none if there is none near."""
    arguments = [
        *("-select_streams", str(video.index), "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"),
        *("-read_intervals", f"{start + probe.start_time}%+#{_PACKETS_TO_A_KEY}"),
        *program.source_arguments(source, probe.mime_type),
    ]
    try:
        answer = program.ffprobe(arguments, reads=[source], stop=stop).stdout.decode(errors="replace")
    except ProgramFailed:
        return None
    for line in answer.splitlines():
        time, _, flags = line.partition(",")
        if flags.startswith("K"):
            try:
                return float(time) - probe.start_time
            except ValueError:
                return None
    return None


def _start(source: Path, probe: Probe, video: VideoStream, stop: program.Stop | None) -> Fraction:
    """Return what the source's clock shows where one pass counts 0, in seconds.

    In a transport stream that is the beginning of what is used, the sound among it; elsewhere that of the file.
    """
    start = Fraction(round(probe.start_time * _MICROSECONDS), _MICROSECONDS)
    if probe.mime_type != "video/mp2t":
        return start
    arguments = [
        *("-show_entries", "stream=index,start_time", "-of", "json"),
        *program.source_arguments(source, probe.mime_type),
    ]
    used = {video.index, *(track.index for track in probe.audio)}
    try:
        streams = json.loads(program.ffprobe(arguments, reads=[source], stop=stop).stdout)["streams"]
        return min(Fraction(one["start_time"]) for one in streams if one["index"] in used)
    except (ProgramFailed, LookupError, ValueError) as error:
        raise EncodingFailed(f"no beginning was found: {error}") from error


def _origin(
    source: Path, probe: Probe, video: VideoStream, start: Fraction, stop: program.Stop | None
) -> int:
    """Return the time of the first picture in ticks from the beginning, rounded as the encoder rounds it."""
    arguments = [
        *("-select_streams", str(video.index), "-of", "json"),
        *("-show_entries", "frame=best_effort_timestamp:stream=time_base"),
        *("-read_intervals", f"%+#{_FIRST_FRAMES}"),
        *program.source_arguments(source, probe.mime_type),
    ]
    try:
        answer = json.loads(program.ffprobe(arguments, reads=[source], stop=stop).stdout)
        first = int(answer["frames"][0]["best_effort_timestamp"])
        base = Fraction(answer["streams"][0]["time_base"])
    except (ProgramFailed, LookupError, ValueError) as error:
        raise EncodingFailed(f"no first picture was found: {error}") from error
    return round((first - round(start / base)) * base * TICKS)

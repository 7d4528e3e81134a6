"""Look into a video or sound file: what streams it holds and whether they can be decoded to the end.

What cannot be decoded beside what can does not keep a file out: it is left out, and told.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import ContainerMismatch, CorruptMedia, EmptyMedia, UnknownCodec
from processing.ffmpeg import program, sorting, streams
from processing.ffmpeg.media import Probe, VideoStream
from processing.ffmpeg.sorting import Seen, Sorted
from processing.ffmpeg.streams import Data, Timing, number

_FIRST_SECONDS = 0.5
_MORE_SECONDS = 10
# A decoder may take so many packets before it gives its first frame.
_SURE_PACKETS = 60
_TAIL_SECONDS = 3.0
_NEAR_SECONDS = 0.5
_TIMED_PACKETS = 600
_TIMED_PICTURES = 300
_FEWEST_PICTURES = 100
_SUSPICIOUS_SECONDS = 600
_FEWEST_BITS = 500
# As many late streams are looked for: each may take a way through the whole file.
_MOST_LATE = 17
# What is asked of what frames have beside their pixels.
_SIDES = "side_data_type,{points},min_luminance,max_luminance,max_content,max_average".format(
    points=",".join(f"{name}_{axis}" for name in ("red", "green", "blue", "white_point") for axis in "xy")
)
# The demuxer guesses the duration of these from the first bit rates where no header tells it.
_GUESSED = ("audio/aac", "audio/mpeg")


@dataclass(frozen=True)
class _Reached:
    """When the last packet of each stream ends, by its number as text, and when the first pictures are shown.

    All in seconds of the container's clock.
    """

    ends: dict[str, float]
    times: list[float]

    def end(self, used: Iterable[Data]) -> float:
        """When the last of some streams ends."""
        return max((self.ends.get(str(stream["index"]), 0.0) for stream in used), default=0.0)


def examine(source: Path, *, mime_type: str, stop: program.Stop | None = None) -> Probe:
    """Return what the file holds. `mime_type` is what `filetype.sniff` said: only its demuxers may open the file.

    Raises `ContainerMismatch`, `CorruptMedia`, `UnknownCodec`, `EmptyMedia` and the errors of the sandbox.
    """
    if not program.is_media(mime_type):
        raise UnknownCodec(f"no demuxer is allowed for {mime_type}")
    answer, log = _ask(source, mime_type, f"%+{_FIRST_SECONDS}", stop)
    wanted = sorting.wanted(answer, mime_type)
    found = sorting.sort(wanted, _look(source, mime_type, sorting.needed(wanted), answer, log, stop))
    video, container = found.video, answer["format"]
    start = number(container.get("start_time")) or 0.0
    told = 0.0 if mime_type in _GUESSED else _told_duration(container, found, start)
    reached = _find_end(source, mime_type, video, start, told, stop)
    end, last = reached.end(found.used), max(reached.ends.values(), default=0.0)
    duration = round(told or end - start, 3)
    if duration <= 0:  # shorter than a thousandth of a second is nothing, too
        raise EmptyMedia(found.seen.log)
    if last < start + duration - max(0.5, min(5.0, duration * 0.02)):
        raise CorruptMedia(f"it ends after {last - start:.1f} of {duration:.1f} seconds\n{found.seen.log}")
    size = source.stat().st_size
    if video and duration > _SUSPICIOUS_SECONDS and size * 8 / duration < _FEWEST_BITS:
        # Its clock jumps. Filling hours with one picture would keep a worker busy for as long.
        raise CorruptMedia(f"{size} bytes cannot hold pictures of {duration:.0f} seconds")
    return Probe(
        kind="video" if video else "audio",
        mime_type=mime_type,
        container=str(container.get("format_name", "")),
        duration=duration,
        size=size,
        bit_rate=int(size * 8 / duration),
        video=_pictures(video, found.seen, reached, start, max(start + told, end)) if video else None,
        audio=tuple(streams.audio_stream(stream) for stream in found.sounds),
        tags=streams.words(container),
        start_time=start,
        left_out=found.left_out,
    )


def _ask(
    source: Path, mime_type: str, interval: str, stop: program.Stop | None, only: int | None = None
) -> tuple[Data, str]:
    """Ask for the format, the streams, and the packets and frames of an interval, of `only` one stream if it is given;
    returns also the log.
    """
    # The first packets of one stream may lie anywhere.
    limits = program.LOOK_LIMITS if only is None else program.read_limits(source.stat().st_size)
    shown = ",".join(("stream_index", *(() if only is None else streams.OF_FRAMES)))
    arguments = [
        *("-show_format", "-show_streams", "-show_packets", "-show_frames"),
        *("-show_entries", f"packet=stream_index,pts_time:frame={shown}:frame_side_data={_SIDES}"),
        *(() if only is None else ("-select_streams", str(only))),
        *("-read_intervals", interval, "-of", "json"),
        *program.source_arguments(source, mime_type),
    ]
    try:
        done = program.ffprobe(arguments, reads=[source], limits=limits, stop=stop)
        answer = json.loads(done.stdout)
    except ProgramFailed as error:
        _refuse_other_container(source, mime_type, stop)
        raise CorruptMedia(error.stderr_tail) from error
    except ValueError as error:
        raise CorruptMedia(str(error)) from error
    if not _belongs(str(answer.get("format", {}).get("format_name", "")), mime_type):
        raise ContainerMismatch(f"{mime_type} opened as {answer['format'].get('format_name')}")
    return answer, done.stderr_tail


def _belongs(container: str, mime_type: str) -> bool:
    """Whether a demuxer, by its names (`mov,mp4,m4a,…`), is one of those of a type."""
    return bool(set(container.split(",")) & set(program.DEMUXERS[mime_type].split(",")))


def _refuse_other_container(source: Path, mime_type: str, stop: program.Stop | None) -> None:
    """Raise `ContainerMismatch` when a file that its own demuxer refused is opened by one of another type.

    All that may open it are the demuxers that are allowed for some type: no playlist, no list of other files.
    """
    arguments = ["-show_entries", "format=format_name", "-of", "csv=p=0", *program.any_source(source)]
    try:
        found = program.ffprobe(arguments, reads=[source], stop=stop).stdout.decode(errors="replace").strip()
    except ProgramFailed:
        return
    names = found.strip('"')
    if names and not _belongs(names, mime_type):
        raise ContainerMismatch(f"{mime_type} is {names} inside")


def _look(  # noqa: PLR0917 - one step of `examine`
    source: Path, mime_type: str, needed: list[Data], answer: Data, log: str, stop: program.Stop | None
) -> Seen:
    """Return what the needed streams hold; those that begin late are looked for to the end of the file.

    What the answer says of late streams is put right: ffprobe had not met them.
    """
    seen = Seen()
    seen.take(answer, log)
    if all(seen.frames[stream["index"]] for stream in needed):
        return seen
    # A stream may begin with what depends on pictures that are not there.
    seen = Seen()
    seen.take(*_ask(source, mime_type, f"%+{_MORE_SECONDS}", stop))
    for stream in needed[:_MOST_LATE]:
        index = stream["index"]
        is_seen = seen.frames[index] or seen.packets[index] >= _SURE_PACKETS
        if not is_seen or not streams.is_complete(stream):
            part, log = _ask(source, mime_type, f"%+#{_SURE_PACKETS}", stop, only=index)
            seen.take(part, log)
            frames = (entry for entry in part.get("packets_and_frames", []) if entry.get("type") == "frame")
            streams.complete(stream, next(frames, {}))
    for stream in needed:
        first = seen.first.get(stream["index"])
        if first is not None and first > (number(stream.get("start_time")) or 0.0) + _FIRST_SECONDS:
            streams.begin(stream, first)
    return seen


def _pictures(video: Data, seen: Seen, reached: _Reached, start: float, end: float) -> VideoStream:
    """Return the pictures; when they end is known where that is near the end of the whole, which has been read."""
    shown = reached.end([video])
    timing = Timing(reached.times, shown - start if shown >= end - _TAIL_SECONDS else None)
    return streams.video_stream(video, timing, start, seen.sides.get(video["index"], ()))


def _told_duration(container: Data, found: Sorted, start: float) -> float:
    """Return the seconds that the used streams last, or what the container says where they do not tell; 0 where that
    may be said of what is left out.
    """
    known = [seconds for stream in found.used if (seconds := streams.end(stream, start))]
    if known:
        return max(known)
    return 0.0 if found.left_out else number(container.get("duration")) or 0.0


def _find_end(  # noqa: PLR0917 - one step of `examine`
    source: Path, mime_type: str, video: Data | None, start: float, duration: float, stop: program.Stop | None
) -> _Reached:
    """Return when the last packets end, and the times of the first pictures.

    Packets near the end that the file tells (`duration` seconds) are read by seeking. Where that finds none, because
    the file is cut off or cannot seek, and where it tells no end (0), all packets are read; nothing is decoded.
    """
    times: list[float] = []
    ends: dict[str, float] = {}
    packets = 0
    expected = start + duration
    picture = str(video["index"]) if video else None

    def read(line: str) -> None:
        nonlocal packets
        packets += 1
        index, shown, decoded, lasts = (line.rstrip(",") + ",,,").split(",")[:4]
        time = number(shown)
        if time is None:
            time = number(decoded)
        if time is not None:
            ends[index] = max(ends.get(index, 0.0), time + (number(lasts) or 0.0))
            if index == picture and packets <= _TIMED_PACKETS:
                times.append(time)

    limits = program.read_limits(source.stat().st_size)
    tail = f"%+#{_TIMED_PACKETS},{max(0.0, expected - _TAIL_SECONDS)}%"
    for intervals in (tail, "%") if duration else ("%",):
        times.clear()
        packets = 0
        arguments = [
            *("-show_entries", "packet=stream_index,pts_time,dts_time,duration_time", "-of", "csv=p=0"),
            *("-read_intervals", intervals),
            *program.source_arguments(source, mime_type),
        ]
        with suppress(ProgramFailed):  # it could not seek; what was read until then counts
            program.ffprobe(arguments, reads=[source], limits=limits, on_line=read, stop=stop)
        if duration and max(ends.values(), default=0.0) >= expected - _NEAR_SECONDS:
            break
    if picture is not None and len(times) < _FEWEST_PICTURES and packets > _TIMED_PACKETS:
        # Nearly all that was read first is sound.
        times.clear()
        packets = 0
        arguments = [
            *("-show_entries", "packet=stream_index,pts_time,dts_time,duration_time", "-of", "csv=p=0"),
            *("-select_streams", picture, "-read_intervals", f"%+#{_TIMED_PICTURES}"),
            *program.source_arguments(source, mime_type),
        ]
        with suppress(ProgramFailed):
            program.ffprobe(arguments, reads=[source], limits=limits, on_line=read, stop=stop)
    return _Reached(ends, sorted(times))

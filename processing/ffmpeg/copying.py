"""Take a source's own pictures as a rung, without encoding them again, where they are what an encode would give.

They must have the rung's codec, size and colours, stay below its cap, and begin a closed group of pictures at every
time at which a segment begins: players change between rungs there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from mediaportal.core.sandbox import OutputTooLarge, ProgramFailed, ProgramTimedOut
from processing.ffmpeg import graph, program
from processing.ffmpeg.codecs import CODECS
from processing.ffmpeg.filters import even_rate
from processing.ffmpeg.ladder import MOST_FRAMES_PER_SECOND, Rung
from processing.ffmpeg.media import Probe, VideoStream
from processing.ffmpeg.outcome import look
from processing.ffmpeg.transcode import EncodedRung, rung_path

_UNTOLD = ("", "unknown", "unspecified", "reserved")
# Containers round times to milliseconds.
_ROUNDED = 0.002
# The units of a stream that begin a group on which nothing before has a hold.
_REFRESHES = {"h264": "5", "hevc": "19-20"}


@dataclass(frozen=True, slots=True)
class _Packet:
    """One picture as it lies in a file: when it is shown and for how long (seconds), its bytes, whether it is a key
    frame.
    """

    shown: float
    lasts: float
    size: int
    is_key: bool


def looks_like(video: VideoStream, rung: Rung) -> bool:
    """Tell from the look at a source whether its pictures may be those of the rung; nothing is read."""
    size = (rung.width, rung.height)
    return (
        video.codec == CODECS[rung.codec].probed_as
        and (video.width, video.height) == (video.display_width, video.display_height) == size
        and not (video.is_interlaced or video.is_hdr or rung.hdr or video.rotation or rung.marks)
        and video.pixel_format == "yuv420p"
        and video.color_range in (*_UNTOLD, "tv")
        and video.color_space in (*_UNTOLD, "bt709")
        and video.frame_rate <= MOST_FRAMES_PER_SECOND
        and video.start_time <= _ROUNDED
        and (video.bit_rate or 0) <= rung.max_rate
    )


def copied(
    source: Path, probe: Probe, rung: Rung, folder: Path, *, stop: program.Stop | None = None
) -> EncodedRung | None:
    """Write the source's pictures as the rung's file into `folder`; none where they do not serve.

    What cannot be copied, or not in time, is encoded: of the errors of the sandbox only those are raised that would
    meet the encoder, too.
    """
    video = probe.video
    if video is None or not looks_like(video, rung):
        return None
    target = rung_path(folder, rung)
    try:
        program.ffmpeg(
            _command(source, probe, video, rung, target),
            reads=[source],
            writes=[folder],
            limits=program.work_limits(probe.duration, factor=1.0),
            stop=stop,
        )
        serves = _serves(target, video, rung, stop)
    except (ProgramFailed, ProgramTimedOut, OutputTooLarge):
        serves = False
    if not serves:
        target.unlink(missing_ok=True)
        return None
    made = look(target, stop=stop)
    return EncodedRung(rung, target, made.duration, made.frames, made.size, made.bit_rate)


def plays(copy: EncodedRung, *, stop: program.Stop | None = None) -> bool:
    """Decode a copy to its end and tell whether every picture is there: no encoder has looked at it."""
    seen = 0

    def read(line: str) -> None:
        nonlocal seen
        name, _, value = line.partition("=")
        if name == "frame" and value.strip().isdigit():
            seen = int(value)

    arguments = ["-xerror", "-progress", "pipe:1", *program.source_arguments(copy.path, "video/mp4")]
    try:
        program.ffmpeg(
            [*arguments, "-fps_mode", "passthrough", "-f", "null", "-"],
            reads=[copy.path],
            limits=program.work_limits(copy.duration, factor=5.0),
            on_line=read,
            stop=stop,
        )
    except ProgramFailed:
        return False
    return seen == copy.frames


def _command(source: Path, probe: Probe, video: VideoStream, rung: Rung, target: Path) -> list[str]:
    options: dict[str, str | int | None] = {
        "c": "copy",
        "map_metadata": -1,
        "map_chapters": -1,
        "video_track_timescale": 90_000,
        "f": "mp4",
    }
    if rung.codec == "h265":
        options["tag:v"] = "hvc1"
    pictures = graph.source(source, probe.mime_type)[f"{video.index}"]
    return graph.arguments(graph.output([pictures], target, options))


def _serves(copy: Path, video: VideoStream, rung: Rung, stop: program.Stop | None) -> bool:
    """Whether the copied pictures have the times, the groups and the bits that an encode would have."""
    packets = _packets(copy, stop)
    if not packets or not _closed(packets):
        return False
    times = sorted(packet.shown for packet in packets)
    if not _regular(times, max(packet.shown + packet.lasts for packet in packets), video):
        return False
    refreshed = _refreshed(copy, video, stop) if video.codec in _REFRESHES else _keys(packets)
    starts = _starts(times, rung.segment_seconds)
    if not all(_is_among(refreshed, start) for start in starts):
        return False
    return _within_cap(packets, starts, rung)


def _packets(copy: Path, stop: program.Stop | None) -> list[_Packet]:
    """Every picture in the order of the file; none if one is marked to be thrown away or tells no time."""
    found: list[_Packet] = []
    odd = 0

    def read(line: str) -> None:
        nonlocal odd
        shown, lasts, size, flags = (line.rstrip(",") + ",,,").split(",")[:4]
        if "D" in flags or not size.isdigit() or "N/A" in {shown, lasts}:
            odd += 1
        else:
            found.append(_Packet(float(shown), float(lasts), int(size), "K" in flags))

    entries = ["-select_streams", "v:0", "-show_entries", "packet=pts_time,duration_time,size,flags"]
    program.ffprobe(
        [*entries, "-of", "csv=p=0", *program.source_arguments(copy, "video/mp4")],
        reads=[copy],
        limits=program.read_limits(copy.stat().st_size),
        on_line=read,
        stop=stop,
    )
    return [] if odd else found


def _closed(packets: Sequence[_Packet]) -> bool:
    """Whether nothing that follows a key frame in the file is shown before it."""
    earliest = float("inf")
    for packet in reversed(packets):
        if packet.is_key and earliest < packet.shown:
            return False
        earliest = min(earliest, packet.shown)
    return True


def _regular(times: Sequence[float], end: float, video: VideoStream) -> bool:
    """Whether the pictures begin at 0 and stand, to their `end`, where the frames of every other rung will stand."""
    if abs(times[0]) > _ROUNDED:
        return False
    rate = even_rate(video)
    if rate is None:
        return all(after > before for before, after in pairwise(times))
    # A last picture that stands for longer becomes several where the rate is made even.
    if abs(end - len(times) / rate) > 1 / rate / 2:
        return False
    return all(abs(time - place / rate) <= _ROUNDED for place, time in enumerate(times))


def _starts(times: Sequence[float], seconds: int) -> list[float]:
    """The first picture of every segment."""
    starts: list[float] = []
    for time in times:
        if time >= len(starts) * seconds - _ROUNDED:
            starts.append(time)
    return starts


def _is_among(times: Sequence[float], wanted: float) -> bool:
    """Whether a time stands in an ascending row of times."""
    place = bisect_left(times, wanted - _ROUNDED)
    return place < len(times) and times[place] <= wanted + _ROUNDED


def _keys(packets: Sequence[_Packet]) -> list[float]:
    return sorted(packet.shown for packet in packets if packet.is_key)


def _refreshed(copy: Path, video: VideoStream, stop: program.Stop | None) -> list[float]:
    """When the pictures that forget all before them are shown: not every key frame of a file is one."""
    found: list[float] = []
    base = 1.0

    def read(line: str) -> None:
        nonlocal base
        if line.startswith("#tb 0:"):
            over, _, under = line.removeprefix("#tb 0:").strip().partition("/")
            base = int(over) / int(under)
        elif not line.startswith("#"):
            found.append(int(line.split(",")[2]) * base)

    kept = f"filter_units=pass_types={_REFRESHES[video.codec]}"
    program.ffmpeg(
        [
            *program.source_arguments(copy, "video/mp4"),
            *("-map", "0:v:0", "-c", "copy", "-bsf:v", kept, "-f", "framecrc", "pipe:1"),
        ],
        reads=[copy],
        limits=program.read_limits(copy.stat().st_size),
        on_line=read,
        stop=stop,
    )
    return sorted(found)


def _within_cap(packets: Sequence[_Packet], starts: Sequence[float], rung: Rung) -> bool:
    """Whether the whole and each segment take no more bits than an encoder would have been allowed."""
    bits = [0] * len(starts)
    for packet in packets:
        bits[max(0, bisect_right(starts, packet.shown + _ROUNDED) - 1)] += packet.size * 8
    return (
        sum(bits) <= rung.max_rate * (packets[-1].shown + 1)
        and max(bits) <= rung.max_rate * rung.segment_seconds + rung.buffer_size
    )

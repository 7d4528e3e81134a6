"""Look into a video or sound file: what streams it holds and whether they can be decoded to the end."""

import json
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import ContainerMismatch, CorruptMedia, EmptyMedia, UnknownCodec
from processing.ffmpeg import program
from processing.ffmpeg.languages import as_tag
from processing.ffmpeg.media import AudioStream, Probe, VideoStream

Data = dict[str, Any]

_FIRST_SECONDS = 0.5
_MORE_SECONDS = 10
_TAIL_SECONDS = 3.0
_NEAR_SECONDS = 0.5
_TIMED_PACKETS = 600
_SQUARE = 1.0
_LONGEST_TAG = 300
_UNKNOWN = ("", "none", "unknown")
_HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
_INTERLACED = ("tt", "bb", "tb", "bt")
_COVER_CODECS = ("mjpeg", "png", "bmp", "gif", "webp")
_USUAL_RATES = tuple(
    Fraction(text)
    for text in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60", "120")
)
_FASTEST = 240
_USUAL_RATE = Fraction(25)
_SUSPICIOUS_SECONDS = 600
_FEWEST_BITS = 500
_MOST_TRACKS = 16
# The demuxer guesses the duration of these from the first bit rates where no header tells it.
_GUESSED = ("audio/aac", "audio/mpeg")
_DECODER_MISSING = re.compile(
    r"[Dd]ecoder .{0,80}not found|no decoder found|[Uu]nknown decoder|not implemented"
)


@dataclass(frozen=True)
class _Timing:
    """When the first pictures are shown, and when the last one ends (seconds from the beginning, if known)."""

    first: list[float]
    end: float | None


def examine(source: Path, *, mime_type: str, stop: program.Stop | None = None) -> Probe:
    """Return what the file holds. `mime_type` is what `filetype.sniff` said: only its demuxers may open the file.

    Raises `ContainerMismatch`, `CorruptMedia`, `UnknownCodec`, `EmptyMedia` and the errors of the sandbox.
    """
    if not program.is_media(mime_type):
        raise UnknownCodec(f"no demuxer is allowed for {mime_type}")
    answer, log = _ask(source, mime_type, _FIRST_SECONDS, stop)
    streams = [stream for stream in answer.get("streams", []) if _is_wanted(stream, mime_type)]
    if not streams:
        raise EmptyMedia(log)
    _refuse_unknown(streams, log)
    heard = _decodable(source, mime_type, streams, answer, log, stop)
    video = next((stream for stream in streams if stream["codec_type"] == "video"), None)
    sounds = [stream for stream in streams if stream["codec_type"] == "audio" and stream["index"] in heard]
    if video is None and not sounds:
        raise EmptyMedia(log)
    used = [*([video] if video else []), *sounds]
    start = _number(answer["format"].get("start_time")) or 0.0
    told = 0.0 if mime_type in _GUESSED else _duration(answer, used)
    end, timing = _find_end(source, mime_type, video, start, told, stop)
    duration = round(told or end - start, 3)
    if duration <= 0:  # shorter than a thousandth of a second is nothing, too
        raise EmptyMedia(log)
    if end < start + duration - max(0.5, min(5.0, duration * 0.02)):
        raise CorruptMedia(f"it ends after {end - start:.1f} of {duration:.1f} seconds\n{log}")
    size = source.stat().st_size
    if video and duration > _SUSPICIOUS_SECONDS and size * 8 / duration < _FEWEST_BITS:
        # Its clock jumps. Filling hours with one picture would keep a worker busy for as long.
        raise CorruptMedia(f"{size} bytes cannot hold pictures of {duration:.0f} seconds")
    return Probe(
        kind="video" if video else "audio",
        mime_type=mime_type,
        container=str(answer["format"].get("format_name", "")),
        duration=duration,
        size=size,
        bit_rate=int(size * 8 / duration),
        video=_video(video, timing, start) if video else None,
        audio=tuple(_audio(stream) for stream in sounds[:_MOST_TRACKS]),
        tags=_tags(answer["format"]),
        start_time=start,
    )


def _ask(source: Path, mime_type: str, seconds: float, stop: program.Stop | None) -> tuple[Data, str]:
    """Ask for the format, the streams, and the packets and frames of the first seconds; returns also the log."""
    arguments = [
        *("-show_format", "-show_streams", "-show_packets", "-show_frames"),
        *("-show_entries", "packet=stream_index:frame=stream_index"),
        *("-read_intervals", f"%+{seconds}", "-of", "json"),
        *program.source_arguments(source, mime_type),
    ]
    try:
        done = program.ffprobe(arguments, reads=[source], stop=stop)
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


def _is_wanted(stream: Data, mime_type: str) -> bool:
    """Only pictures and sound are used; the cover of a record is neither."""
    kind = stream.get("codec_type")
    if kind == "audio":
        return True
    if kind != "video" or stream.get("disposition", {}).get("attached_pic"):
        return False
    return not (mime_type.startswith("audio/") and stream.get("codec_name") in _COVER_CODECS)


def _refuse_unknown(streams: list[Data], log: str) -> None:
    for stream in streams:
        if stream.get("codec_name", "") in _UNKNOWN:
            raise UnknownCodec(log or f"stream {stream['index']}: {stream.get('codec_tag_string', '')}")


def _decodable(  # noqa: PLR0917 - one step of `examine`
    source: Path, mime_type: str, streams: list[Data], answer: Data, log: str, stop: program.Stop | None
) -> set[int]:
    """Return the streams that hold anything; raises if one of them cannot be decoded or there is no picture."""
    packets, frames = _counts(answer)
    if any(not frames[stream["index"]] for stream in streams):
        # A stream may begin late, or with what depends on pictures that are not there.
        answer, log = _ask(source, mime_type, _MORE_SECONDS, stop)
        packets, frames = _counts(answer)
    for stream in streams:
        index = stream["index"]
        if packets[index] and not frames[index]:
            raise UnknownCodec(log) if _DECODER_MISSING.search(log) else CorruptMedia(log)
        if stream["codec_type"] == "video" and not packets[index]:
            raise EmptyMedia(log)
    return {stream["index"] for stream in streams if frames[stream["index"]]}


def _counts(answer: Data) -> tuple[Counter[int], Counter[int]]:
    packets: Counter[int] = Counter()
    frames: Counter[int] = Counter()
    for entry in answer.get("packets_and_frames", []):
        (packets if entry.get("type") == "packet" else frames)[entry.get("stream_index", -1)] += 1
    return packets, frames


def _duration(answer: Data, streams: list[Data]) -> float:
    """Return the seconds that the used streams last, or what the container says where they do not tell."""
    known = [_number(stream.get("duration")) or _clock(stream) for stream in streams]
    return max(
        (seconds for seconds in known if seconds), default=_number(answer["format"].get("duration")) or 0.0
    )


def _find_end(  # noqa: PLR0917 - one step of `examine`
    source: Path, mime_type: str, video: Data | None, start: float, duration: float, stop: program.Stop | None
) -> tuple[float, _Timing]:
    """Return the time at which the last packet ends, and the times of the pictures.

    Packets near the end that the file tells (`duration` seconds) are read by seeking. Where that finds none, because
    the file is cut off or cannot seek, and where it tells no end (0), all packets are read; nothing is decoded.
    """
    times: list[float] = []
    end = last_picture = 0.0
    packets = 0
    expected = start + duration

    def read(line: str) -> None:
        nonlocal end, last_picture, packets
        packets += 1
        index, shown, decoded, lasts = (line.rstrip(",") + ",,,").split(",")[:4]
        time = _number(shown)
        if time is None:
            time = _number(decoded)
        if time is not None:
            end = max(end, time + (_number(lasts) or 0.0))
            if video is not None and index == str(video["index"]):
                last_picture = max(last_picture, time + (_number(lasts) or 0.0))
                if packets <= _TIMED_PACKETS:
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
        if duration and end >= expected - _NEAR_SECONDS:
            break
    known = last_picture - start if last_picture >= max(expected, end) - _TAIL_SECONDS else None
    return end, _Timing(sorted(times), known)


def _video(stream: Data, timing: _Timing, start: float) -> VideoStream:
    width, height = int(stream.get("width") or 0), int(stream.get("height") or 0)
    if width <= 0 or height <= 0:
        raise CorruptMedia("the pictures have no size")
    rotation, sar = _rotation(stream), _aspect(stream)
    # Pixels are made square by widening or by raising, so that nothing that was coded is lost.
    seen = (round(width * sar), height) if sar >= _SQUARE else (width, round(height / sar))
    shown = seen[::-1] if rotation in {90, 270} else seen
    rate = _frame_rate(stream, timing)
    transfer = str(stream.get("color_transfer", ""))
    pixel_format = str(stream.get("pix_fmt", ""))
    return VideoStream(
        index=int(stream["index"]),
        codec=str(stream["codec_name"]),
        width=width,
        height=height,
        display_width=shown[0],
        display_height=shown[1],
        rotation=rotation,
        sar=sar,
        frame_rate=float(rate),
        is_vfr=_varies(timing.first, float(rate)),
        is_interlaced=stream.get("field_order") in _INTERLACED,
        pixel_format=pixel_format,
        bit_depth=_bit_depth(stream, pixel_format),
        color_primaries=str(stream.get("color_primaries", "")),
        color_transfer=transfer,
        color_space=str(stream.get("color_space", "")),
        color_range=str(stream.get("color_range", "")),
        is_hdr=transfer in _HDR_TRANSFERS,
        frames=_whole(stream.get("nb_frames")),
        duration=timing.end,
        start_time=round(max(0.0, (_number(stream.get("start_time")) or start) - start), 3),
        bit_rate=_whole(stream.get("bit_rate")),
        profile=str(stream.get("profile", "")),
    )


def _audio(stream: Data) -> AudioStream:
    tags = {name.lower(): str(value) for name, value in stream.get("tags", {}).items()}
    return AudioStream(
        index=int(stream["index"]),
        codec=str(stream["codec_name"]),
        channels=int(stream.get("channels") or 0),
        sample_rate=_whole(stream.get("sample_rate")) or 0,
        language=as_tag(tags.get("language", "")),
        title=tags.get("title", "")[:_LONGEST_TAG],
        is_default=bool(stream.get("disposition", {}).get("default")),
        bit_rate=_whole(stream.get("bit_rate")),
    )


def _rotation(stream: Data) -> int:
    """Return by how many degrees to the right the picture is to be turned: 0, 90, 180 or 270."""
    for side in stream.get("side_data_list", []):
        if (turn := _number(side.get("rotation"))) is not None:
            return round(-turn / 90) * 90 % 360
    return 0


def _aspect(stream: Data) -> float:
    """Return how much wider than high a pixel is."""
    over, _, under = str(stream.get("sample_aspect_ratio", "")).partition(":")
    if over.isdigit() and under.isdigit() and int(over) > 0 and int(under) > 0:
        return int(over) / int(under)
    return _SQUARE


def _frame_rate(stream: Data, timing: _Timing) -> Fraction:
    """Return the frames per second, as one of the usual rates if it is very near to one.

    A live recording tells none, or the finest that its clock could: then the first pictures are counted.
    """
    for name in ("avg_frame_rate", "r_frame_rate"):
        over, _, under = str(stream.get(name, "")).partition("/")
        if over.isdigit() and under.isdigit() and int(over) and int(under):
            rate = Fraction(int(over), int(under))
            if rate <= _FASTEST:
                near = min(_USUAL_RATES, key=lambda usual: abs(usual - rate))
                return near if abs(near - rate) / near < Fraction(1, 1500) else rate
    span = timing.first[-1] - timing.first[0] if timing.first else 0.0
    counted = (len(timing.first) - 1) / span if span > 0 else 0.0
    return Fraction(counted).limit_denominator(1001) if 0 < counted <= _FASTEST else _USUAL_RATE


def _varies(times: list[float], rate: float) -> bool:
    """Tell from the first pictures whether their distances differ; containers round times to milliseconds."""
    gaps = [after - before for before, after in pairwise(times) if after > before]
    if len(gaps) < 3:  # noqa: PLR2004 - too few to tell
        return False
    mean = fmean(gaps)
    odd = sum(1 for gap in gaps if abs(gap - mean) > mean * 0.2 + 0.002)
    return odd > len(gaps) * 0.05 or abs(1 / mean - rate) / rate > 0.03  # noqa: PLR2004 - shares


def _bit_depth(stream: Data, pixel_format: str) -> int:
    if depth := _whole(stream.get("bits_per_raw_sample")):
        return depth
    found = re.search(r"(?:p|gray|rgb|gbrp)(9|10|12|14|16)(?:le|be)?$", pixel_format)
    return int(found.group(1)) if found else 8


def _tags(container: Data) -> dict[str, str]:
    """Return the container's own words (title, artist …), bounded."""
    tags = container.get("tags", {})
    return {str(name).lower()[:60]: str(value)[:_LONGEST_TAG] for name, value in list(tags.items())[:60]}


def _clock(stream: Data) -> float | None:
    """Return the seconds of Matroska's DURATION tag, `00:01:02.500000000`."""
    tags = {name.upper(): value for name, value in stream.get("tags", {}).items()}
    parts = [_number(part) for part in str(tags.get("DURATION", "")).split(":")]
    if len(parts) != 3 or None in parts:  # noqa: PLR2004 - hours, minutes, seconds
        return None
    hours, minutes, seconds = (part or 0.0 for part in parts)
    return hours * 3600 + minutes * 60 + seconds


def _number(text: Any) -> float | None:
    """Return a finite number, none for `N/A` and the like."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if abs(value) < float("inf") else None


def _whole(text: Any) -> int | None:
    return int(text) if str(text).isdigit() else None

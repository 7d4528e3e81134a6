"""What ffprobe says of one stream, made into the values that everybody else works with."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import fmean
from typing import Any

from processing.exceptions import CorruptMedia
from processing.ffmpeg.languages import as_tag
from processing.ffmpeg.media import AudioStream, ContentLight, MasteringDisplay, VideoStream

Data = dict[str, Any]

_SQUARE = 1.0
_LONGEST_TAG = 300
_HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
_INTERLACED = ("tt", "bb", "tb", "bt")
_USUAL_RATES = tuple(
    Fraction(text)
    for text in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60", "120")
)
_FASTEST = 240
_USUAL_RATE = Fraction(25)
OF_FRAMES = (
    *("width", "height", "pix_fmt", "sample_aspect_ratio", "interlaced_frame", "top_field_first"),
    *("color_range", "color_space", "color_primaries", "color_transfer", "channels", "channel_layout"),
)
"""What a frame tells of its stream, named alike."""

_MASTERING, _LIGHT = "Mastering display metadata", "Content light level metadata"
_MOST_LIGHT = 10_000
"""What PQ can tell, in cd/m²."""


@dataclass(frozen=True)
class Timing:
    """When the first pictures are shown, and when the last one ends (seconds from the beginning, if known)."""

    first: list[float]
    end: float | None


def video_stream(stream: Data, timing: Timing, start: float, sides: Sequence[Data] = ()) -> VideoStream:
    """Return the pictures of a stream; `start` is what the container's clock shows at the beginning, `sides` what
    frames have beside their pixels. Raises `CorruptMedia` where they have no size.
    """
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
    # The container's word stands before that of the pictures.
    lights = [*stream.get("side_data_list", []), *sides]
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
        start_time=round(max(0.0, (number(stream.get("start_time")) or start) - start), 3),
        bit_rate=_whole(stream.get("bit_rate")),
        profile=str(stream.get("profile", "")),
        mastering=_mastering(lights),
        light=_light(lights),
    )


def audio_stream(stream: Data) -> AudioStream:
    """Return the sound track of a stream."""
    layout = str(stream.get("channel_layout", ""))
    return AudioStream(
        index=int(stream["index"]),
        codec=str(stream["codec_name"]),
        channels=int(stream.get("channels") or 0),
        sample_rate=_whole(stream.get("sample_rate")) or 0,
        language=language(stream),
        title=title(stream),
        is_default=bool(stream.get("disposition", {}).get("default")),
        bit_rate=_whole(stream.get("bit_rate")),
        # "12 channels" names no place.
        layout="" if layout == "unknown" or "channels" in layout else layout,
    )


def is_complete(stream: Data) -> bool:
    """Tell whether ffprobe knew the stream's form; it has not met what begins late."""
    return bool(stream.get("pix_fmt") if is_picture(stream) else stream.get("channels"))


def complete(stream: Data, frame: Data) -> None:
    """Add to a stream what one of its frames says and it does not."""
    for name in OF_FRAMES:
        if not stream.get(name) and frame.get(name):
            stream[name] = frame[name]
    if frame.get("interlaced_frame"):
        stream.setdefault("field_order", "tt" if frame.get("top_field_first") else "bb")


def begin(stream: Data, first: float) -> None:
    """Let a stream begin when its first packet is shown; when it ends stays as it was told."""
    later = first - (number(stream.get("start_time")) or 0.0)
    stream["start_time"] = first
    if (lasts := number(stream.get("duration"))) is not None:
        stream["duration"] = lasts - later


def is_picture(stream: Data) -> bool:
    """Tell pictures from sound."""
    return stream.get("codec_type") == "video"


def language(stream: Data) -> str:
    """Return the BCP 47 tag of a track, `und` where it has none."""
    return as_tag(_tags(stream).get("language", ""))


def title(stream: Data) -> str:
    """Return what a track calls itself, bounded."""
    return _tags(stream).get("title", "")[:_LONGEST_TAG]


def words(container: Data) -> dict[str, str]:
    """Return the container's own words (title, artist …), bounded."""
    tags = container.get("tags", {})
    return {str(name).lower()[:60]: str(value)[:_LONGEST_TAG] for name, value in list(tags.items())[:60]}


def end(stream: Data, start: float) -> float | None:
    """Return when a stream ends, in seconds from the beginning, where the container's clock shows `start`; none if the
    stream does not tell.
    """
    if lasts := number(stream.get("duration")):
        begins = number(stream.get("start_time"))
        return lasts + max(0.0, (start if begins is None else begins) - start)
    return _clock(stream)


def _tags(stream: Data) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in stream.get("tags", {}).items()}


def _rotation(stream: Data) -> int:
    """Return by how many degrees to the right the picture is to be turned: 0, 90, 180 or 270."""
    for side in stream.get("side_data_list", []):
        if (turn := number(side.get("rotation"))) is not None:
            return round(-turn / 90) * 90 % 360
    return 0


def _aspect(stream: Data) -> float:
    """Return how much wider than high a pixel is."""
    over, _, under = str(stream.get("sample_aspect_ratio", "")).partition(":")
    if over.isdigit() and under.isdigit() and int(over) > 0 and int(under) > 0:
        return int(over) / int(under)
    return _SQUARE


def _frame_rate(stream: Data, timing: Timing) -> Fraction:
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
    if not gaps:
        return False
    mean = fmean(gaps)
    odd = sum(1 for gap in gaps if abs(gap - mean) > mean * 0.2 + 0.002)
    return odd > len(gaps) * 0.05 or abs(1 / mean - rate) / rate > 0.03  # noqa: PLR2004 - shares


def _bit_depth(stream: Data, pixel_format: str) -> int:
    if depth := _whole(stream.get("bits_per_raw_sample")):
        return depth
    found = re.search(r"(?:p|gray|rgb|gbrp)(9|10|12|14|16)(?:le|be)?$", pixel_format)
    return int(found.group(1)) if found else 8


def _mastering(sides: Sequence[Data]) -> MasteringDisplay | None:
    """Return the screen of the master; none where it is told in part or makes no sense."""
    for side in sides:
        if side.get("side_data_type") != _MASTERING:
            continue
        with suppress(KeyError, ValueError, ZeroDivisionError):
            red, green, blue, white = (
                (_share(side[f"{name}_x"]), _share(side[f"{name}_y"]))
                for name in ("red", "green", "blue", "white_point")
            )
            least, most = (float(Fraction(side[f"{name}_luminance"])) for name in ("min", "max"))
            if 0 <= least < most <= _MOST_LIGHT:
                return MasteringDisplay(red, green, blue, white, least, most)
    return None


def _share(text: str) -> float:
    """Return a coordinate; raises `ValueError` for one that no visible colour has."""
    value = float(Fraction(text))
    if not 0 < value < 1:
        raise ValueError(text)
    return value


def _light(sides: Sequence[Data]) -> ContentLight | None:
    """Return how bright the pictures are; none where that is not told."""
    for side in sides:
        most, mean = _whole(side.get("max_content")) or 0, _whole(side.get("max_average")) or 0
        if side.get("side_data_type") == _LIGHT and 0 < most <= _MOST_LIGHT:
            return ContentLight(most, min(mean, most))
    return None


def _clock(stream: Data) -> float | None:
    """Return the seconds of Matroska's DURATION tag, `00:01:02.500000000`."""
    parts = [number(part) for part in _tags(stream).get("duration", "").split(":")]
    if len(parts) != 3 or None in parts:  # noqa: PLR2004 - hours, minutes, seconds
        return None
    hours, minutes, seconds = (part or 0.0 for part in parts)
    return hours * 3600 + minutes * 60 + seconds


def number(text: Any) -> float | None:
    """Return a finite number, none for `N/A` and the like."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if abs(value) < float("inf") else None


def _whole(text: Any) -> int | None:
    return int(text) if str(text).isdigit() else None

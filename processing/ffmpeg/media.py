"""The values that describe a medium: what `probe` finds out and everybody else works with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

_RGB_FORMATS = ("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "x2rgb", "x2bgr", "pal8", "bayer")
# ffmpeg gives no more channels than these a place where a file does not tell one.
_PLACED_CHANNELS = 8
_LARGE_WIDTH, _LARGE_HEIGHT = 1280, 720

UNTOLD = ("", "unknown", "unspecified", "reserved")
"""How ffprobe says that a stream does not name its colours."""

Fault = Literal["unknown_codec", "damaged"]
Reason = Literal[Fault, "other_picture", "other_sound", "too_many", "channels"]
"""Why nothing is made of a stream."""

Point = tuple[float, float]
"""A colour as x and y in the diagram of CIE 1931."""


@dataclass(frozen=True)
class MasteringDisplay:
    """The screen on which HDR pictures were made: its primaries and white, its least and most light in cd/m²."""

    red: Point
    green: Point
    blue: Point
    white: Point
    min_luminance: float
    max_luminance: float

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "MasteringDisplay":
        """Make it again of plain JSON types."""
        points = {name: (data[name][0], data[name][1]) for name in ("red", "green", "blue", "white")}
        return cls(**{**data, **points})


@dataclass(frozen=True)
class ContentLight:
    """How much light HDR pictures give, in cd/m²: the brightest pixel, and the brightest picture on average."""

    max_content: int
    max_average: int


@dataclass(frozen=True)
class VideoStream:
    """The picture stream that is used. Sizes in pixels, rates in frames per second, times in seconds.

    `width` and `height` are as coded; `display_width` and `display_height` as seen, after square pixels and
    rotation. `start_time` is when the first picture is shown, `duration` when the last one ends if that is known,
    both counted from the beginning of the file. `mastering` and `light` are what HDR says of itself.
    """

    index: int
    codec: str
    width: int
    height: int
    display_width: int
    display_height: int
    rotation: int
    sar: float
    frame_rate: float
    is_vfr: bool
    is_interlaced: bool
    pixel_format: str
    bit_depth: int
    color_primaries: str
    color_transfer: str
    color_space: str
    color_range: str
    is_hdr: bool
    frames: int | None
    duration: float | None
    start_time: float
    bit_rate: int | None
    profile: str
    mastering: MasteringDisplay | None = None
    light: ContentLight | None = None

    @property
    def is_rgb(self) -> bool:
        """Whether its pixels are red, green and blue, which a rung's are not."""
        return self.pixel_format.startswith(_RGB_FORMATS)

    @property
    def is_unnamed_hd(self) -> bool:
        """Whether it has the size of HD and does not say how its colours are coded: players take it for BT.709."""
        is_large = self.width >= _LARGE_WIDTH or self.height >= _LARGE_HEIGHT
        return is_large and not self.is_rgb and not self.is_hdr and self.color_space in UNTOLD

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "VideoStream":
        """Make it again of plain JSON types, also of those of versions that knew less."""
        mastering, light = data.get("mastering"), data.get("light")
        return cls(
            **{
                **data,
                "mastering": MasteringDisplay.from_data(mastering) if mastering else None,
                "light": ContentLight(**light) if light else None,
            }
        )


@dataclass(frozen=True)
class AudioStream:
    """One sound track. `index` is the stream's number in the file; `language` is a BCP 47 tag or `und`.

    `layout` names its loudspeakers as ffmpeg does; empty where the file does not tell.
    """

    index: int
    codec: str
    channels: int
    sample_rate: int
    language: str
    title: str
    is_default: bool
    bit_rate: int | None
    layout: str = ""

    @property
    def is_unplaced(self) -> bool:
        """Whether it has so many channels without places that nobody can mix them."""
        return self.channels > _PLACED_CHANNELS and not self.layout


@dataclass(frozen=True)
class LeftOut:
    """A stream, or with `channels` a part of one, of which nothing is made, and why.

    `unknown_codec` and `damaged` cannot be decoded; `other_picture` and `other_sound` stand beside the one that is
    used; `too_many` are sound tracks beyond those that are taken; of `channels` the first two are heard. `codec` is
    ffmpeg's name or, where it knows none, the file's own; `language` is a BCP 47 tag or `und`.
    """

    index: int
    kind: Literal["video", "audio"]
    codec: str
    reason: Reason
    language: str = "und"
    title: str = ""


@dataclass(frozen=True)
class Probe:
    """What a file holds. `kind` comes from the streams: an MP4 without pictures is audio.

    `duration` in seconds, `size` in bytes, `bit_rate` in bit/s; `start_time` is what the container's clock shows at
    the beginning. Cover art is not a video stream. `left_out` is what the file holds and the portal does not use.
    """

    kind: Literal["video", "audio"]
    mime_type: str
    container: str
    duration: float
    size: int
    bit_rate: int
    video: VideoStream | None
    audio: tuple[AudioStream, ...]
    tags: dict[str, str] = field(default_factory=dict)
    start_time: float = 0.0
    left_out: tuple[LeftOut, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Probe":
        """Make it again of what `as_data` returned, also in a version that knew less, and after a way through JSON."""
        video = data["video"]
        return cls(
            **{
                **data,
                "video": VideoStream.from_data(video) if video else None,
                "audio": tuple(AudioStream(**track) for track in data["audio"]),
                "left_out": tuple(LeftOut(**stream) for stream in data.get("left_out", ())),
            }
        )


def main_track(tracks: Sequence[AudioStream]) -> AudioStream:
    """Return the track that is heard where only one is: the file's default, or the first."""
    return next((track for track in tracks if track.is_default), tracks[0])

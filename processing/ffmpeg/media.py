"""The values that describe a medium: what `probe` finds out and everybody else works with."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class VideoStream:
    """The picture stream that is used. Sizes in pixels, rates in frames per second, times in seconds.

    `width` and `height` are as coded; `display_width` and `display_height` as seen, after square pixels and
    rotation. `start_time` is when the first picture is shown, `duration` when the last one ends if that is known,
    both counted from the beginning of the file.
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


@dataclass(frozen=True)
class AudioStream:
    """One sound track. `index` is the stream's number in the file; `language` is a BCP 47 tag or `und`."""

    index: int
    codec: str
    channels: int
    sample_rate: int
    language: str
    title: str
    is_default: bool
    bit_rate: int | None


@dataclass(frozen=True)
class Probe:
    """What a file holds. `kind` comes from the streams: an MP4 without pictures is audio.

    `duration` in seconds, `size` in bytes, `bit_rate` in bit/s; `start_time` is what the container's clock shows at
    the beginning. Cover art is not a video stream.
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

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Probe":
        """Make it again of what `as_data` returned, possibly after a way through JSON."""
        video = data["video"]
        return cls(
            **{
                **data,
                "video": VideoStream(**video) if video else None,
                "audio": tuple(AudioStream(**track) for track in data["audio"]),
            }
        )

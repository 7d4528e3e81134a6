"""Which renditions a video gets: rungs as data, fitted into the source, never above it."""

from dataclasses import dataclass
from typing import Any

from processing.ffmpeg.media import VideoStream

MOST_FRAMES_PER_SECOND = 60.0
SEGMENT_SECONDS = 4
_FAST_FRAMES_PER_SECOND = 31.0
# A source this little smaller than a rung's box is that rung, at its own size: 1060 lines are still "1080p".
_NEARLY = 1.1


@dataclass(frozen=True)
class Level:
    """One rung as wanted: the box of a landscape picture in pixels, and the caps in bit/s (30, 60 frames/s)."""

    name: str
    width: int
    height: int
    max_rate: int
    max_rate_fast: int


@dataclass(frozen=True)
class Ladder:
    """A preset: its levels from the largest to the smallest and how they are encoded.

    With `per_title` what is measured on samples of a title decides its CRF and caps; with `measure_quality` each rung's
    VMAF is measured when all is made, and a rung below `vmaf_floor` (0: none) is made once more.
    """

    levels: tuple[Level, ...]
    crf: int = 23
    speed: str = "veryfast"
    audio_bit_rate: int = 128_000
    per_title: bool = True
    measure_quality: bool = True
    vmaf_floor: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {
            "levels": [
                {
                    "name": level.name,
                    "width": level.width,
                    "height": level.height,
                    "max_rate": level.max_rate,
                    "max_rate_fast": level.max_rate_fast,
                }
                for level in self.levels
            ],
            "crf": self.crf,
            "speed": self.speed,
            "audio_bit_rate": self.audio_bit_rate,
            "per_title": self.per_title,
            "measure_quality": self.measure_quality,
            "vmaf_floor": self.vmaf_floor,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Ladder":
        """Make it of what `as_data` returned; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        levels = tuple(Level(**level) for level in data["levels"])
        if not levels:
            raise ValueError("A ladder needs a level")
        return cls(
            levels=tuple(sorted(levels, key=lambda level: -level.height)),
            crf=int(data.get("crf", 23)),
            speed=str(data.get("speed", "veryfast")),
            audio_bit_rate=int(data.get("audio_bit_rate", 128_000)),
            per_title=bool(data.get("per_title", True)),
            measure_quality=bool(data.get("measure_quality", True)),
            vmaf_floor=float(data.get("vmaf_floor", 0.0)),
        )


_1080 = Level("1080p", 1920, 1080, 6_750_000, 11_250_000)
_720 = Level("720p", 1280, 720, 3_750_000, 5_250_000)
_480 = Level("480p", 854, 480, 1_500_000, 2_250_000)
_360 = Level("360p", 640, 360, 750_000, 1_125_000)
_240 = Level("240p", 426, 240, 450_000, 600_000)
_144 = Level("144p", 256, 144, 225_000, 300_000)

STANDARD = Ladder((_1080, _720, _480, _360))
WEAK_NETWORK = Ladder((_720, _480, _360, _240, _144), audio_bit_rate=64_000)


@dataclass(frozen=True)
class Rung:
    """One rendition to make: `quality` names it; size in pixels, `max_rate` in bit/s, `buffer_size` in bits."""

    quality: str
    width: int
    height: int
    crf: int
    speed: str
    max_rate: int
    buffer_size: int


def plan(video: VideoStream, ladder: Ladder = STANDARD) -> tuple[Rung, ...]:
    """Return the rungs for a video, largest first; at least one, and none larger than the source."""
    rungs = [rung for level in ladder.levels if (rung := _fitted(video, level, ladder)) is not None]
    return tuple(rungs) or (_as_source(video, ladder),)


def output_frame_rate(video: VideoStream) -> float:
    """Return the frames per second of every rendition of a video."""
    return min(video.frame_rate, MOST_FRAMES_PER_SECOND)


def _fitted(video: VideoStream, level: Level, ladder: Ladder) -> Rung | None:
    """Fit the picture into the level's box, the box turned as the picture is; none if that would enlarge it."""
    long, short = _sides(video)
    factor = min(level.width / long, level.height / short)
    if factor > _NEARLY:
        return None
    width, height = _scaled(video, min(1.0, factor))
    return _rung(video, level.name, (width, height), level, ladder)


def _as_source(video: VideoStream, ladder: Ladder) -> Rung:
    """One rung of the size of a source that is smaller than every level, named by its short side."""
    width, height = _scaled(video, 1.0)
    return _rung(video, f"{min(width, height)}p", (width, height), ladder.levels[-1], ladder)


def _rung(video: VideoStream, quality: str, size: tuple[int, int], level: Level, ladder: Ladder) -> Rung:
    rate = level.max_rate_fast if output_frame_rate(video) > _FAST_FRAMES_PER_SECOND else level.max_rate
    return Rung(quality, size[0], size[1], ladder.crf, ladder.speed, rate, rate)


def _sides(video: VideoStream) -> tuple[int, int]:
    """Return the long and the short side of the picture as seen."""
    return (
        max(video.display_width, video.display_height),
        min(video.display_width, video.display_height),
    )


def _scaled(video: VideoStream, factor: float) -> tuple[int, int]:
    """Scale the picture as seen to even sides, as H.264 wants them, never beyond the source."""
    return _even(video.display_width, factor), _even(video.display_height, factor)


def _even(side: int, factor: float) -> int:
    return max(2, min(round(side * factor / 2) * 2, side // 2 * 2))

"""Which renditions a video gets: rungs as data, fitted into the source, never above it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from processing.ffmpeg.codecs import CODECS, H264
from processing.ffmpeg.keyframes import Keyframes
from processing.ffmpeg.marks import MARK, NAMED, Mark
from processing.ffmpeg.media import VideoStream

MOST_FRAMES_PER_SECOND = 60.0
SEGMENT_SECONDS = 4
"""The usual length of a segment, and of the closed group of pictures in it."""

TONE_MAP, KEEP = "tone_map", "keep"
COLORS = (TONE_MAP, KEEP)
"""What becomes of HDR: made ordinary in every rung, or kept in those whose codec can."""

ENCRYPTIONS = ("", "cbcs", "cenc")
"""How a preset may have streaming sets encrypted."""

BEST, CLASSIC = "best", "classic"
POSTERS = (BEST, CLASSIC)
"""Which frame stands for a video: the one that shows most, or the one at seven seconds."""

_FAST_FRAMES_PER_SECOND = 31.0
# A source this little smaller than a rung's box is that rung, at its own size: 1060 lines are still "1080p".
_NEARLY = 1.1


@dataclass(frozen=True)
class Level:
    """One rung as wanted: the box of a landscape picture in pixels, and the caps in bit/s (30, 60 frames/s).

    Without `crf` and `speed` of its own, an H.264 level has those of its ladder, another one those usual for its codec.
    """

    name: str
    width: int
    height: int
    max_rate: int
    max_rate_fast: int
    codec: str = H264.name
    crf: int | None = None
    speed: str | None = None


@dataclass(frozen=True)
class Ladder:
    """A preset: its levels from the largest to the smallest, how they are encoded, and how their set is encrypted
    (`encryption`: cbcs, cenc, empty for not at all) where nobody says otherwise.

    Within one size H.264 comes last: the last level is what is watched first, and it plays everywhere. `crf` and
    `speed` are those of H.264. `color` says what becomes of HDR, `loudness` the LUFS that sound is brought to (none:
    left as it is).

    With `per_title` what is measured on samples of a title decides its CRF and caps; with `measure_quality` each
    rung's VMAF is measured when all is made, and a rung below `vmaf_floor` (0: none) is made once more. `watermark` is
    burnt into every rung. `poster` says which frame stands for the video; `preview_seconds` how long a silent MP4 of
    its moments is (0: there is none), `preview_avif` whether its moving preview is written as AVIF, too. `keyframes`
    says which key frames are captured and labelled when the film is ready (none: no such job is begun).
    """

    levels: tuple[Level, ...]
    crf: int = H264.crf
    speed: str = H264.speed
    audio_bit_rate: int = 128_000
    segment_seconds: int = SEGMENT_SECONDS
    color: str = TONE_MAP
    loudness: float | None = None
    per_title: bool = True
    measure_quality: bool = True
    vmaf_floor: float = 0.0
    watermark: Mark | None = None
    encryption: str = ""
    poster: str = BEST
    preview_seconds: float = 0.0
    preview_avif: bool = False
    keyframes: Keyframes | None = None

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types; what a level leaves to its ladder or codec is left out."""
        return {**asdict(self), "levels": [_told(level) for level in self.levels]}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Ladder":
        """Make it of what `as_data` returned; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        levels = tuple(Level(**level) for level in data["levels"])
        if not levels:
            raise ValueError("A ladder needs a level")
        mark = data.get("watermark")
        wanted = data.get("keyframes")
        return cls(
            **{
                **data,
                "levels": _ranked(levels),
                "watermark": Mark(**mark) if mark else None,
                "keyframes": Keyframes.from_data(wanted) if wanted else None,
            }
        )


def _told(level: Level) -> dict[str, Any]:
    """A level as plain JSON types, without what it does not say."""
    return {name: value for name, value in asdict(level).items() if value is not None}


def _ranked(levels: Iterable[Level]) -> tuple[Level, ...]:
    """The levels from the largest to the smallest, and H.264 last within a size."""
    return tuple(sorted(levels, key=lambda level: (-level.height, level.codec == H264.name)))


_1080 = Level("1080p", 1920, 1080, 6_750_000, 11_250_000)
_720 = Level("720p", 1280, 720, 3_750_000, 5_250_000)
# Small pictures cost little, and their caps bind soonest: there a slower preset is worth its time.
_480 = Level("480p", 854, 480, 1_500_000, 2_250_000, speed="faster")
_360 = Level("360p", 640, 360, 750_000, 1_125_000, speed="faster")
_240 = Level("240p", 426, 240, 450_000, 600_000, speed="faster")
_144 = Level("144p", 256, 144, 225_000, 300_000, speed="faster")

STANDARD = Ladder((_1080, _720, _480, _360))
WEAK_NETWORK = Ladder((_720, _480, _360, _240, _144), audio_bit_rate=64_000)

LABELLED = Ladder((_720, _360), measure_quality=False, preview_avif=True, keyframes=Keyframes())

EFFICIENT = Ladder(
    (
        Level("1080p_av1", 1920, 1080, 4_000_000, 6_500_000, codec="av1"),
        _1080,
        Level("720p_av1", 1280, 720, 2_200_000, 3_200_000, codec="av1"),
        _720,
        _480,
        _360,
    ),
)
HDR_KEPT = Ladder(
    (
        Level("2160p_h265", 3840, 2160, 16_000_000, 24_000_000, codec="h265"),
        Level("1080p_h265", 1920, 1080, 5_000_000, 8_000_000, codec="h265"),
        _1080,
        _720,
        _480,
        _360,
    ),
    color=KEEP,
)


@dataclass(frozen=True)
class Rung:
    """One rendition to make: `quality` names it; size in pixels, `max_rate` in bit/s, `buffer_size` in bits.

    A key frame begins every `segment_seconds`; `hdr` keeps the source's ten bits and colours; `mark` is burnt in, and
    with `named` the name of whoever it is made for.
    """

    quality: str
    width: int
    height: int
    crf: int
    speed: str
    max_rate: int
    buffer_size: int
    codec: str = H264.name
    segment_seconds: int = SEGMENT_SECONDS
    hdr: bool = False
    mark: Mark | None = None
    named: Mark | None = None

    @property
    def marks(self) -> dict[str, Mark]:
        """Everything that is burnt in, by the name under which it is drawn."""
        return {name: mark for name, mark in ((MARK, self.mark), (NAMED, self.named)) if mark is not None}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Rung":
        """Make it of what `asdict` returned."""
        marks = {field: Mark(**data[field]) for field in ("mark", "named") if data.get(field)}
        return cls(**{**data, **marks})


def plan(video: VideoStream, ladder: Ladder = STANDARD) -> tuple[Rung, ...]:
    """Return the rungs for a video, largest first; at least one, and none larger than the source."""
    rungs = [rung for level in _ranked(ladder.levels) if (rung := _fitted(video, level, ladder)) is not None]
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
    codec = CODECS[level.codec]
    usual_crf, usual_speed = (ladder.crf, ladder.speed) if codec is H264 else (codec.crf, codec.speed)
    return Rung(
        quality=quality,
        width=size[0],
        height=size[1],
        crf=usual_crf if level.crf is None else level.crf,
        speed=level.speed or usual_speed,
        max_rate=rate,
        buffer_size=rate,
        codec=codec.name,
        segment_seconds=ladder.segment_seconds,
        hdr=video.is_hdr and ladder.color == KEEP and codec.keeps_hdr,
        mark=ladder.watermark,
    )


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

"""How much a rendition has lost against its source: VMAF on sampled windows.

Each rung is compared at its own size with the source as it goes into that rung's encoder: deinterlaced, at the even
frame rate, scaled, tone-mapped. What is measured is what the encoder has lost, which a lower CRF can mend; that a
small picture shows less than a large one is no loss of this kind. So the floor of a preset can hold for every rung.

Debian's ffmpeg has no libvmaf; the static one that imageio-ffmpeg carries compares and does nothing else. The pictures
of the source come from the same ffmpeg that encodes: another one's filters need not be the same (tone mapping is not).
"""

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import imageio_ffmpeg
import orjson

from mediaportal.core.sandbox import Limits, run
from processing.ffmpeg import graph, marks, program
from processing.ffmpeg.codecs import pixel_format
from processing.ffmpeg.filters import even_rate, window
from processing.ffmpeg.ladder import Rung, output_frame_rate
from processing.ffmpeg.media import Probe, VideoStream

MOST_WINDOWS = 8
WINDOW_SECONDS = 1.0
LEAST_FRAMES = 3
"""A window of slides is longer than a second, so that it holds as many."""
MODEL = "vmaf_v0.6.1"
"""Made for 1080 lines seen from three times the height of the screen."""
LARGE_MODEL = "vmaf_4k_v0.6.1"
_LARGE_LINES = 1440

EVERY = 3
"""Of so many frames one is compared; neighbours are alike."""

LOSSLESS: graph.Options = {
    **{"c:v": "libx264", "preset": "ultrafast", "qp": 0, "f": "mp4"},
    **{"fps_mode": "passthrough", "enc_time_base": "1/90000", "video_track_timescale": 90_000},
}
"""The encoder's options for frames that are kept as they are."""

_SECONDS_FOR_A_WINDOW = 10.0
# So much earlier decoding begins: filters settle, and in a transport stream a seek may land late.
_LEAD_SECONDS = 1.0
_LEAD_SECONDS_WITHOUT_INDEX = 6.0
_GIB = 1 << 30
_LIMITS = Limits(
    wall_seconds=600,
    cpu_seconds=600,
    memory_bytes=12 * _GIB + (os.cpu_count() or 1) * _GIB // 4,
    file_bytes=_GIB,
    niceness=10,
)


@dataclass(frozen=True)
class Vmaf:
    """The VMAF of a rendition over all measured frames, from 0 to 100."""

    mean: float
    min: float
    harmonic_mean: float
    frames: int
    model: str

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class Pair:
    """An MP4 of ours and what it was made of, frame by frame at the same times, the first at `begin` (seconds) in
    `distorted` and at 0 in `reference`, for `seconds`.
    """

    distorted: Path
    reference: Path
    begin: float = 0.0
    seconds: float = WINDOW_SECONDS
    model: str = MODEL
    hdr: bool = False


def measure(
    source: Path,
    probe: Probe,
    renditions: Sequence[tuple[Rung, Path]],
    folder: Path,
    *,
    on_progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> list[Vmaf]:
    """Compare each rendition (the largest first) with the source in at most eight windows of a second.

    `folder` is scratch, in which the watermarks of rungs that have one lie drawn. Raises `ValueError` where nothing can
    be compared, and the errors of the sandbox.
    """
    video = probe.video
    if video is None or not renditions:
        raise ValueError("There is nothing to compare")
    rungs = [rung for rung, _ in renditions]
    scores: list[list[float]] = [[] for _ in renditions]
    begins, lasts = windows(probe, video), window_seconds(video)
    for number, begin in enumerate(begins):
        with TemporaryDirectory(prefix="vmaf-", dir=folder) as name:
            place = Path(name)
            references = _references(source, probe, rungs, (begin, begin + lasts), place, stop)
            pairs = [
                Pair(path, reference, begin=begin, seconds=lasts, model=model_for(rung), hdr=rung.hdr)
                for (rung, path), reference in zip(renditions, references, strict=True)
            ]
            for found, more in zip(scores, compare(pairs, place, stop=stop), strict=True):
                found.extend(more)
        if on_progress is not None:
            on_progress((number + 1) / len(begins))
    return [pooled(found, model_for(rung)) for found, rung in zip(scores, rungs, strict=True)]


def windows_in(duration: float) -> int:
    """Return at how many places so many seconds are measured."""
    return max(1, min(MOST_WINDOWS, math.ceil(duration / _SECONDS_FOR_A_WINDOW)))


def window_seconds(video: VideoStream) -> float:
    """Return how long each window is."""
    return max(WINDOW_SECONDS, LEAST_FRAMES / _rate(video))


def windows(probe: Probe, video: VideoStream, most: int = MOST_WINDOWS) -> list[float]:
    """Return when each window begins: around the middles of equal pieces, one for every ten seconds, at most `most`.

    A beginning falls between two frames, so that no rounding of times can move it.
    """
    duration = video.duration or probe.duration
    count = min(most, windows_in(duration))
    rate = _rate(video)
    begins = []
    for number in range(count):
        middle = duration * (number + 0.5) / count
        first = max(math.ceil(video.start_time * rate), round((middle - window_seconds(video) / 2) * rate))
        begins.append((first - 0.5) / rate)
    return sorted(set(begins))


def _rate(video: VideoStream) -> float:
    """How many frames a second are compared."""
    return float(even_rate(video) or output_frame_rate(video))


def compare(
    pairs: Sequence[Pair], folder: Path, *, every: int = EVERY, stop: Callable[[], bool] | None = None
) -> list[list[float]]:
    """Return the VMAF of every `every`-th frame of each pair; `folder` is scratch. Raises the errors of the sandbox."""
    outputs = []
    for number, (pair, reference) in enumerate(zip(pairs, _opened(pairs), strict=True)):
        made = graph.source(
            pair.distorted, "video/mp4", {"ss": f"{max(0.0, pair.begin - _LEAD_SECONDS):.3f}"}
        )["v:0"]
        made = made.filter("trim", start=f"{pair.begin:.6f}", end=f"{pair.begin + pair.seconds:.6f}")
        made = made.filter("setpts", f"PTS-{pair.begin:.6f}/TB").filter("format", pixel_format(hdr=pair.hdr))
        score = graph.join(
            [_named(made), reference],
            "libvmaf",
            model=f"version={pair.model}",
            log_path=f"vmaf_{number}.json",
            log_fmt="json",
            n_threads=1,
            n_subsample=every,
            shortest=1,
            ts_sync_mode="nearest",
        )
        outputs.append(graph.output([score], f"pipe:{number + 1}", {"f": "null"}))
    static = Path(imageio_ffmpeg.get_ffmpeg_exe())
    files = [path for pair in pairs for path in (pair.distorted, pair.reference)]
    run(
        [static, "-nostdin", "-hide_banner", "-v", "error", "-y", "-copyts", *graph.arguments(*outputs)],
        reads=[static, *(path for path in files if not path.is_relative_to(folder))],
        writes=[folder],
        limits=_LIMITS,
        stop=stop,
    )
    return [_scores(folder / f"vmaf_{number}.json") for number in range(len(pairs))]


def _opened(pairs: Sequence[Pair]) -> list[graph.Stream]:
    """Return the pictures of each reference; one that several are compared with is decoded once."""
    opened: list[graph.Stream] = []
    left: dict[Path, graph.Stream] = {}
    for number, pair in enumerate(pairs):
        path = pair.reference
        pictures = left.pop(path, None) or _named(graph.source(path, "video/mp4")["v:0"])
        if any(later.reference == path for later in pairs[number + 1 :]):
            pictures, left[path] = graph.split(pictures)
        opened.append(pictures)
    return opened


def _named(pictures: graph.Stream) -> graph.Stream:
    """Call colours the same: those of two names would be converted before they are compared."""
    return pictures.filter("setparams", colorspace="bt709", range="tv")


def pooled(scores: Sequence[float], model: str = MODEL) -> Vmaf:
    """Return what many frames' scores come to; raises `ValueError` for none."""
    if not scores:
        raise ValueError("No frame could be compared")
    # By one more, as libvmaf itself does it: a score may be 0.
    harmonic = len(scores) / sum(1 / (score + 1) for score in scores) - 1
    return Vmaf(
        mean=round(sum(scores) / len(scores), 2),
        min=round(min(scores), 2),
        harmonic_mean=round(harmonic, 2),
        frames=len(scores),
        model=model,
    )


def model_for(rung: Rung) -> str:
    """Return the model for the size of a rung."""
    return LARGE_MODEL if min(rung.width, rung.height) > _LARGE_LINES else MODEL


def _references(  # noqa: PLR0917 - one step of `measure`
    source: Path,
    probe: Probe,
    rungs: Sequence[Rung],
    span: tuple[float, float],
    folder: Path,
    stop: program.Stop | None,
) -> list[Path]:
    """Write what goes into each rung's encoder in one window, without loss, with times that begin at 0."""
    begin, end = span
    video = probe.video
    if video is None:
        raise ValueError("There are no pictures")
    lead = _LEAD_SECONDS_WITHOUT_INDEX if probe.mime_type == "video/mp2t" else _LEAD_SECONDS
    opened = graph.source(source, probe.mime_type, {"ss": f"{max(0.0, begin - lead):.3f}"})
    pictures = window(
        opened[f"{video.index}"],
        video,
        rungs,
        begin=begin,
        end=end,
        start_time=probe.start_time,
        marks=folder.parent,
    )
    drawn = {
        marks.path_of(folder.parent, rung.width, rung.height, name) for rung in rungs for name in rung.marks
    }
    paths = [folder / f"reference_{number}.mp4" for number in range(len(rungs))]
    outputs = [
        graph.output([stream.filter("setpts", f"PTS-{begin:.6f}/TB")], path, LOSSLESS)
        for stream, path in zip(pictures, paths, strict=True)
    ]
    program.ffmpeg(
        ["-copyts", *graph.arguments(*outputs)],
        reads=[source, *drawn],
        writes=[folder],
        limits=_LIMITS,
        stop=stop,
    )
    return paths


def _scores(log: Path) -> list[float]:
    """Return the scores in a log; libvmaf writes none where no two frames met."""
    frames = orjson.loads(log.read_bytes())["frames"] if log.exists() else []
    return [float(frame["metrics"]["vmaf"]) for frame in frames if "vmaf" in frame["metrics"]]

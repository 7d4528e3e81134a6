"""How hard a title is to encode, measured on a few seconds of it, and the CRF and the caps that follow.

Two to six windows of eight pictures, spread over the title and each begun at a key frame, are encoded twice with the
encoder of the top rung: at the ladder's CRF, and six above, which about halves the bits. What VMAF says of both is
drawn as a straight line, and the CRF is taken at which it falls to `TARGET`. Of large pictures a quarter is encoded
(four pieces, at full resolution). Two windows of 1080p took 1.1 to 2.2 s of CPU, six take about three times that.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EncodingFailed
from processing.ffmpeg import filters, graph, program, vmaf
from processing.ffmpeg.codecs import CODECS, H264
from processing.ffmpeg.ladder import Ladder, Rung, output_frame_rate
from processing.ffmpeg.media import Probe, VideoStream
from processing.ffmpeg.transcode import video_options

TARGET = 94.0
"""The VMAF that is wanted of a title's top rung: 93 is what people take for the source on a television; one point is
room for samples that are kinder than the whole (of slides they told 95.7 and 94.6, and the whole clip had 95.6 and
94.7)."""
STEP = 6
MOST_OFFSET = 6
"""No more than was measured: beyond it the line would be a guess."""
ROOM = 1.5
"""The cap stands so many times above the rate that the samples need: passages are harder than their mean."""
LEAST_CAP = 0.6
SHORTEST_SECONDS = 5.0
"""A shorter title is made before it is measured."""

_MOST_WINDOWS = 6
_SECONDS_FOR_A_WINDOW = 8.0
_LEAST_WINDOWS = 2
_FRAMES = 8
_TILED_ABOVE = 540
_EVERY = 2
_NO_CAP = 200_000_000
_KEY_EVERY_SECONDS = 4.0
_FLAT = 0.02


@dataclass(frozen=True)
class Choice:
    """What is added to a title's CRF, and the factor of its caps; how that was found.

    `scores` are the VMAF at the ladder's CRF and `STEP` above it, `rate` the bit/s that the top rung would need at the
    ladder's CRF, `frames` how many pictures were encoded.
    """

    offset: int = 0
    cap: float = 1.0
    scores: tuple[float, float] | None = None
    rate: int | None = None
    frames: int = 0
    cpu_seconds: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Choice":
        """Make it again of what `as_data` returned, possibly after a way through JSON."""
        scores = data["scores"]
        return cls(**{**data, "scores": (scores[0], scores[1]) if scores else None})


AS_THE_PRESET_SAYS = Choice()


def measure(
    source: Path, probe: Probe, top: Rung, folder: Path, *, stop: Callable[[], bool] | None = None
) -> Choice:
    """Return the choice for a title whose largest rung (in H.264) is `top`; `folder` is scratch.

    Raises `EncodingFailed`, `ValueError` for a source without pictures, and the errors of the sandbox.
    """
    video = probe.video
    if video is None:
        raise ValueError("There are no pictures")
    if (video.duration or probe.duration) < SHORTEST_SECONDS:
        return AS_THE_PRESET_SAYS
    begins = positions(probe, video)
    names = [folder / f"{name}.mp4" for name in ("plain", "fine", "coarse")]
    try:
        done = program.ffmpeg(
            _command(source, probe, top, begins, names), reads=[source], writes=[folder], stop=stop
        )
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error
    plain, fine, coarse = names
    pairs = [vmaf.Pair(path, plain, seconds=_NO_CAP) for path in (fine, coarse)]
    scores = [vmaf.pooled(found).mean for found in vmaf.compare(pairs, folder, every=_EVERY, stop=stop)]
    sizes = _packets(fine, stop)
    area = 4.0 if _is_tiled(top) else 1.0
    rate = round(area * _rate(sizes, len(begins), output_frame_rate(video)))
    return replace(
        chosen((scores[0], scores[1]), rate=rate, cap=top.max_rate),
        frames=len(sizes),
        cpu_seconds=round(done.cpu_seconds, 2),
    )


def sampled_rung(largest: Rung, ladder: Ladder) -> Rung:
    """Return the rung that is encoded of the samples: the largest one, by the ladder's H.264, which is quick."""
    return replace(largest, codec=H264.name, crf=ladder.crf, speed=ladder.speed, hdr=False)


def chosen(scores: tuple[float, float], *, rate: int, cap: int) -> Choice:
    """Return what follows from the VMAF at the ladder's CRF and `STEP` above, and the bit/s needed at the former.

    A title that reaches its cap even so stays as it is: there the cap decides, and a lower one would show.
    """
    slope = (scores[0] - scores[1]) / STEP
    spare = scores[0] - TARGET
    if spare <= 0:
        offset = 0
    elif slope < _FLAT:
        offset = MOST_OFFSET
    else:
        offset = min(MOST_OFFSET, math.floor(spare / slope))
    needed = rate * 2 ** (-offset / STEP)
    if offset == 0 or needed >= cap:
        return Choice(scores=scores, rate=rate)
    factor = max(LEAST_CAP, min(1.0, round(ROOM * needed / cap, 2)))
    return Choice(offset, factor, scores, rate)


def applied(choice: Choice, rungs: Sequence[Rung]) -> tuple[Rung, ...]:
    """Return the rungs of a title as its choice wants them; codecs with a wider range of CRF move as much further."""
    return tuple(_chosen_rung(choice, rung) for rung in rungs)


def positions(probe: Probe, video: VideoStream) -> list[float]:
    """Return the seconds at which windows are looked for: the middles of two to six equal pieces of the title."""
    duration = video.duration or probe.duration
    count = max(_LEAST_WINDOWS, min(_MOST_WINDOWS, math.floor(duration / _SECONDS_FOR_A_WINDOW)))
    return [duration * (number + 0.5) / count for number in range(count)]


def _chosen_rung(choice: Choice, rung: Rung) -> Rung:
    codec = CODECS[rung.codec]
    wider = (codec.most_crf - codec.least_crf) / (H264.most_crf - H264.least_crf)
    return replace(
        rung,
        crf=min(codec.most_crf, rung.crf + round(choice.offset * wider)),
        max_rate=round(rung.max_rate * choice.cap),
        buffer_size=round(rung.buffer_size * choice.cap),
    )


def _is_tiled(top: Rung) -> bool:
    return min(top.width, top.height) > _TILED_ABOVE


def _command(
    source: Path, probe: Probe, top: Rung, begins: Sequence[float], names: Sequence[Path]
) -> list[str]:
    """One input for each window; the samples without loss, at the ladder's CRF and above it."""
    video = probe.video
    if video is None:
        raise ValueError("There are no pictures")
    opened = [
        graph.source(source, probe.mime_type, {"threads": 1, "noaccurate_seek": None, "ss": f"{begin:.3f}"})
        for begin in begins
    ]
    pictures = filters.sample(
        [one[f"{video.index}"] for one in opened], video, top, frames=_FRAMES, tiled=_is_tiled(top)
    )
    plain, rest = graph.split(pictures)
    fine, coarse = graph.split(rest)
    outputs = [graph.output([plain], names[0], vmaf.LOSSLESS)]
    for stream, crf, name in ((fine, top.crf, names[1]), (coarse, top.crf + STEP, names[2])):
        free = replace(top, crf=crf, max_rate=_NO_CAP, buffer_size=_NO_CAP)
        outputs.append(
            graph.output([stream], name, {**video_options(video, free), "fps_mode": "passthrough"})
        )
    return graph.arguments(*outputs)


def _packets(path: Path, stop: program.Stop | None) -> list[int]:
    """Return the size in bytes of each encoded picture."""
    arguments = [
        "-show_entries",
        "packet=size",
        "-of",
        "csv=p=0",
        *program.source_arguments(path, "video/mp4"),
    ]
    answer = program.ffprobe(arguments, reads=[path], stop=stop).stdout.decode()
    return [int(line.strip(",")) for line in answer.split() if line.strip(",").isdigit()]


def _rate(sizes: Sequence[int], windows: int, frame_rate: float) -> float:
    """Return the bit/s of a whole title. The largest picture of each window is its beginning, of which a title has one
    in four seconds.
    """
    ranked = sorted(sizes, reverse=True)
    first, rest = ranked[:windows], ranked[windows:]
    between = sum(rest) / max(1, len(rest)) * frame_rate
    return 8 * (between + sum(first) / max(1, len(first)) / _KEY_EVERY_SECONDS)

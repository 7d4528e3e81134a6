"""How hard a title is to encode, measured on a few seconds of it, and the CRF and the caps that follow.

Two to six windows of 12 pictures, spread over the title and each begun at a key frame, are encoded twice with the
encoder of the top rung: at the ladder's CRF, and six above, which about halves the bits; then where it tells most:
twelve above if the second is still better than what is wanted, three above if only the first is. Between what VMAF
says of them straight lines are drawn, and the CRF is taken at which they fall to `TARGET`. Of pictures above 1080 lines
a quarter is encoded (four pieces, at full resolution); pieces of smaller ones were tried, and told up to 2.5 points too
little. Two windows of 1080p took 3 to 8 s of CPU, six take about three times that.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EncodingFailed
from processing.ffmpeg import filters, graph, program, vmaf
from processing.ffmpeg.codecs import CODECS, H264
from processing.ffmpeg.ladder import Ladder, Rung, output_frame_rate
from processing.ffmpeg.media import Probe, VideoStream
from processing.ffmpeg.transcode import video_options

TARGET = 93.0
"""The VMAF that is wanted of a title's top rung: 93 is what people take for the source on a television."""
STEP = 6
MOST_OFFSET = 9
"""No more is added: of drawn pictures the samples at twelve were 0.7 points better than the whole."""
ROOM = 1.5
"""The cap stands so many times above the rate that the samples need: passages are harder than their mean."""
LEAST_CAP = 0.6
SHORTEST_SECONDS = 5.0
"""A shorter title is made before it is measured."""

_MOST_WINDOWS = 6
_SECONDS_FOR_A_WINDOW = 30.0
_LEAST_WINDOWS = 2
_FRAMES = 12
_TILED_ABOVE = 1080
_EVERY = 3
# Times are told in microseconds, and sought in milliseconds.
_BEHIND_KEY = 0.001
_MORE_SECONDS = 0.5
_NO_CAP = 200_000_000
_KEY_EVERY_SECONDS = 4.0
# Up to this length a title with hardly a key frame is decoded to where its windows are.
_MOST_TO_DECODE = 30.0


@dataclass(frozen=True)
class Choice:
    """What is added to a title's CRF, and the factor of its caps; how that was found.

    `scores` are the VMAF of each sample with what was added to its CRF, from the least on; `rate` the bit/s that the
    top rung would need at the ladder's CRF, `frames` how many pictures were encoded.
    """

    offset: int = 0
    cap: float = 1.0
    scores: tuple[tuple[int, float], ...] | None = None
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
        return cls(**{**data, "scores": tuple((more, score) for more, score in scores) if scores else None})


AS_THE_PRESET_SAYS = Choice()


@dataclass(frozen=True)
class _Windows:
    """Where windows are read (seconds): from the key frame before, or from that very second."""

    begins: tuple[float, ...]
    at_keys: bool

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.begins)


@dataclass(frozen=True)
class Sample:
    """What the windows have become with so much `added` to the CRF: their VMAF, and the bit/s of the whole title."""

    added: int
    score: float
    rate: float


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
    windows = _windows(source, probe, video, stop)
    if not windows:
        return AS_THE_PRESET_SAYS
    plain = folder / "plain.mp4"
    first = {added: folder / f"added_{added}.mp4" for added in (0, STEP)}
    cpu = _encode(_command(source, probe, top, windows, plain, first), [source], folder, stop)
    samples = _looked(first, plain, video, top, windows, stop)
    third = 2 * STEP if samples[1].score > TARGET else STEP // 2
    if samples[0].score > TARGET:
        more = {third: folder / f"added_{third}.mp4"}
        again = graph.source(plain, "video/mp4")["v:0"]
        cpu += _encode(graph.arguments(_output(again, video, top, third, more[third])), [], folder, stop)
        samples += _looked(more, plain, video, top, windows, stop)
    return replace(
        chosen(samples, cap=top.max_rate), frames=_FRAMES * len(windows.begins), cpu_seconds=round(cpu, 2)
    )


def sampled_rung(largest: Rung, ladder: Ladder) -> Rung:
    """Return the rung that is encoded of the samples: the largest one, by the ladder's H.264, which is quick."""
    return replace(largest, codec=H264.name, crf=ladder.crf, speed=ladder.speed, hdr=False)


def chosen(samples: Sequence[Sample], *, cap: int) -> Choice:
    """Return what follows from samples, one of them at the ladder's CRF; `cap` is that of the top rung, in bit/s.

    A title that reaches its cap even so stays as it is: there the cap decides, and a lower one would show.
    """
    ranked = sorted(samples, key=lambda sample: sample.added)
    scores = tuple((sample.added, sample.score) for sample in ranked)
    offset = 0
    while offset < min(MOST_OFFSET, ranked[-1].added) and _between(scores, offset + 1) >= TARGET:
        offset += 1
    plain = round(ranked[0].rate)
    needed = math.exp(_between([(sample.added, math.log(max(1, sample.rate))) for sample in ranked], offset))
    if offset == 0 or needed >= cap:
        return Choice(scores=scores, rate=plain)
    factor = max(LEAST_CAP, min(1.0, round(ROOM * needed / cap, 2)))
    return Choice(offset, factor, scores, plain)


def applied(choice: Choice, rungs: Sequence[Rung]) -> tuple[Rung, ...]:
    """Return the rungs of a title as its choice wants them; codecs with a wider range of CRF move as much further."""
    return tuple(_chosen_rung(choice, rung) for rung in rungs)


def windows_in(duration: float) -> int:
    """Return at how many places so many seconds are looked at."""
    return max(_LEAST_WINDOWS, min(_MOST_WINDOWS, math.floor(duration / _SECONDS_FOR_A_WINDOW)))


def positions(probe: Probe, video: VideoStream) -> list[float]:
    """Return the seconds at which windows are looked for: the middles of two to six equal pieces of the title."""
    duration = video.duration or probe.duration
    count = windows_in(duration)
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


def _between(values: Sequence[tuple[int, float]], offset: int) -> float:
    """Return the value at an offset of CRF, on the lines between those that are known, from the least on."""
    for (low, before), (high, after) in pairwise(values):
        if offset <= high:
            return before + (after - before) * (offset - low) / (high - low)
    return values[-1][1]


def _windows(source: Path, probe: Probe, video: VideoStream, stop: program.Stop | None) -> _Windows:
    """Return where windows are read; none where the title has too few key frames to look into it at several places."""
    wanted = positions(probe, video)
    keys = sorted(set(_keys_before(source, probe, video, wanted, stop)))
    if len(keys) >= _LEAST_WINDOWS:
        return _Windows(tuple(key + _BEHIND_KEY for key in keys), at_keys=True)
    if probe.duration <= _MOST_TO_DECODE:
        return _Windows(tuple(wanted), at_keys=False)
    return _Windows((), at_keys=True)


def _keys_before(
    source: Path, probe: Probe, video: VideoStream, seconds: Sequence[float], stop: program.Stop | None
) -> list[float]:
    """Return the time of the key frame at which reading begins when each of some seconds is sought, in seconds; nothing
    where that is not told.
    """
    intervals = ",".join(f"{second + probe.start_time:.3f}%+#1" for second in seconds)
    arguments = [
        *("-select_streams", str(video.index), "-show_entries", "packet=pts_time", "-of", "csv=p=0"),
        *("-read_intervals", intervals),
        *program.source_arguments(source, probe.mime_type),
    ]
    try:
        answer = program.ffprobe(arguments, reads=[source], stop=stop).stdout.decode(errors="replace")
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error
    try:
        return [max(0.0, float(line.split(",")[0]) - probe.start_time) for line in answer.split()]
    except ValueError:
        return []


def _command(  # noqa: PLR0917 - one step of `measure`
    source: Path, probe: Probe, top: Rung, windows: _Windows, plain: Path, samples: Mapping[int, Path]
) -> list[str]:
    """One input for each window; the pictures without loss, and each sample of them."""
    video = probe.video
    if video is None:
        raise ValueError("There are no pictures")
    reading: graph.Options = {
        **({"noaccurate_seek": None} if windows.at_keys else {}),
        # Without an end everything that follows would be decoded, too, until the last window has been read.
        "t": f"{_FRAMES / output_frame_rate(video) + _MORE_SECONDS:.3f}",
    }
    opened = [
        graph.source(source, probe.mime_type, {"threads": 1, **reading, "ss": f"{begin:.3f}"})
        for begin in windows.begins
    ]
    rest = filters.sample(
        [one[f"{video.index}"] for one in opened], video, top, frames=_FRAMES, tiled=_is_tiled(top)
    )
    outputs = []
    for added, path in samples.items():
        stream, rest = graph.split(rest)
        outputs.append(_output(stream, video, top, added, path))
    return graph.arguments(graph.output([rest], plain, vmaf.LOSSLESS), *outputs)


def _output(stream: graph.Stream, video: VideoStream, top: Rung, added: int, path: Path) -> graph.Output:
    """One sample, with as many bits as it needs."""
    free = replace(top, crf=top.crf + added, max_rate=_NO_CAP, buffer_size=_NO_CAP)
    return graph.output([stream], path, {**video_options(video, free), "fps_mode": "passthrough"})


def _encode(arguments: list[str], reads: Sequence[Path], folder: Path, stop: program.Stop | None) -> float:
    """Write samples; returns the CPU seconds that it took."""
    try:
        return program.ffmpeg(arguments, reads=reads, writes=[folder], stop=stop).cpu_seconds
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error


def _looked(  # noqa: PLR0917 - one step of `measure`
    paths: Mapping[int, Path],
    plain: Path,
    video: VideoStream,
    top: Rung,
    windows: _Windows,
    stop: program.Stop | None,
) -> list[Sample]:
    """Return what each sample has become."""
    pairs = [vmaf.Pair(path, plain, seconds=_NO_CAP) for path in paths.values()]
    area = 4.0 if _is_tiled(top) else 1.0
    found = []
    scores = vmaf.compare(pairs, plain.parent, every=_EVERY, stop=stop)
    for (added, path), those in zip(paths.items(), scores, strict=True):
        # The first picture of a window has none before it: VMAF takes it for a still, of which it wants much more.
        kept = [score for place, score in enumerate(those) if place % (_FRAMES // _EVERY)]
        rate = _rate(_packets(path, stop), len(windows.begins), output_frame_rate(video))
        found.append(Sample(added, vmaf.pooled(kept).mean, area * rate))
    return found


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

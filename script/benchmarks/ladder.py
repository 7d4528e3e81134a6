"""The ladder: all renditions of one 1080p clip, against one plain ffmpeg command and against the closest peer's way.

Three ways make the same four MP4 (1080, 720, 480, 360) of the same clip:

- ours: the lowest rung and the sound from one decode, to be watched as they grow, all other rungs from another, then
  a join by stream copy, all in the sandbox;
- one command: ffmpeg with one decode and four MP4, each with sound of its own, at the same settings;
- the peer: MediaCMS's commands, one rung after the other, each with a decode of its own, preset medium.
"""

import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Row
from processing.ffmpeg import codecs, graph, ladder, mux, probe, transcode, vmaf
from processing.ffmpeg.filters import rung_pictures
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.media import Probe

SECONDS = 60
_QUIET = ("ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y")
_LONGEST_RUN = 1800
# The peer's target rates in kbit/s for up to 30 frames/s; its caps are one and a half times as high.
_PEER_RATES = {1080: 4500, 720: 2500, 480: 1000, 360: 500}
_PEER_CAP = 1.5
_PEER_FPS = 30


@dataclass(frozen=True)
class Cost:
    """What one way took, in seconds, and how many bytes it made."""

    wall: float
    cpu: float
    size: int


def clip(folder: Path, seconds: int = SECONDS) -> Path:
    """Write a 1080p30 clip with sound that is full of detail and movement: four fractal zooms side by side."""
    target = folder / "clip.mp4"
    mosaic = (
        "[0:v]split=4[a][b][c][d];[b]hflip[e];[c]vflip[f];[d]hflip,vflip[g];"
        "[a][e]hstack[top];[f][g]hstack[bottom];[top][bottom]vstack,noise=alls=6:allf=t,format=yuv420p[v]"
    )
    command = [
        *_QUIET,
        *("-f", "lavfi", "-i", "mandelbrot=s=960x540:rate=30"),
        *("-f", "lavfi", "-i", "anoisesrc=c=pink:r=48000:a=0.3"),
        *("-filter_complex", mosaic, "-map", "[v]", "-map", "1:a", "-t", str(seconds)),
        *("-c:v", "libx264", "-preset", "veryfast", "-b:v", "8500k", "-maxrate", "12M", "-bufsize", "12M"),
        *("-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart", str(target)),
    ]
    subprocess.run(command, check=True, timeout=_LONGEST_RUN)
    return target


def ours(source: Path, folder: Path) -> Cost:
    """Measure our own way, its checks of what was made included."""
    facts, rungs = _plan(source)

    def work() -> None:
        grows = folder / "growing"
        grows.mkdir()
        first = transcode.transcode(source, facts, rungs[-1:], folder, grows=grows)
        rest = transcode.transcode(source, facts, rungs[:-1], folder, sound=False)
        for rung in (*first.rungs, *rest.rungs):
            target = folder / mux.rendition_name("clip", rung.rung.quality)
            mux.mux(rung, first.audio, target)

    return _measured(work, folder)


def one_command(source: Path, folder: Path) -> Cost:
    """Measure one ffmpeg command with the same graph and the same settings, outside of any sandbox."""
    facts, rungs = _plan(source)
    return _measured(lambda: _run(one_command_arguments(source, facts, rungs, folder)), folder)


def peer(source: Path, folder: Path) -> Cost:
    """Measure the peer's commands, run one after the other as its worker does."""

    def work() -> None:
        for height in _PEER_RATES:
            _run(peer_arguments(source, height, folder))

    return _measured(work, folder)


def one_command_arguments(source: Path, facts: Probe, rungs: Sequence[Rung], folder: Path) -> list[str]:
    """Return the command that makes the same four files at once, each with sound encoded for itself."""
    if facts.video is None:
        raise ValueError("the clip has no pictures")
    opened = graph.source(source, facts.mime_type)
    outputs = []
    for rung, pictures in zip(rungs, rung_pictures(opened["v:0"], facts.video, rungs), strict=True):
        options: graph.Options = {
            **{"c:v": "libx264", "preset": rung.speed, "crf": rung.crf, "profile:v": "high"},
            **codecs.thrift(rung.speed),
            **{"maxrate": rung.max_rate, "bufsize": rung.buffer_size},
            **{"force_key_frames": "expr:gte(t,n_forced*4)", "sc_threshold": 0},
            **{"c:a": "aac", "b:a": "128k", "ac": 2, "ar": 48000, "movflags": "+faststart"},
        }
        outputs.append(graph.output([pictures, opened["a"]], folder / f"one_{rung.quality}.mp4", options))
    return [*_QUIET, *graph.arguments(*outputs)]


def peer_arguments(source: Path, height: int, folder: Path) -> list[str]:
    """Return the peer's command for one rung (MediaCMS 8, H.264, constant quality), at preset medium."""
    cap = f"{int(_PEER_RATES[height] * _PEER_CAP)}k"
    distance = _PEER_FPS * 4
    return [
        *_QUIET,
        *("-i", str(source), "-c:v", "libx264", "-filter:v", f"scale=-2:{height},fps=fps={_PEER_FPS}"),
        *("-pix_fmt", "yuv420p", "-crf", "23", "-c:a", "aac", "-b:a", "128k", "-ac", "2"),
        *("-maxrate", cap, "-bufsize", cap, "-force_key_frames", "expr:gte(t,n_forced*4)"),
        *("-x264-params", f"keyint={distance * 2}:keyint_min={distance}", "-preset", "medium"),
        *("-profile:v", "main", "-level", "4.2", "-movflags", "+faststart"),
        # As fine as ours, so that frames are compared with those of the same time.
        *("-video_track_timescale", "90000"),
        str(folder / f"peer_{height}.mp4"),
    ]


def measure(folder: Path) -> Iterator[Row]:
    """Yield the costs of the three ways and the two promised ratios."""
    source = clip(folder)
    costs = {}
    for name, way in {"ours": ours, "one": one_command, "peer": peer}.items():
        place = folder / name
        place.mkdir()
        costs[name] = way(source, place)
    mine, one, other = costs["ours"], costs["one"], costs["peer"]
    facts, rungs = _plan(source)
    ahead = list(_ahead_of_peer(source, facts, rungs, folder))
    yield Row(f"Ladder of {SECONDS} s 1080p, wall", mine.wall, "s")
    yield Row("Ladder, CPU", mine.cpu, "s")
    yield Row("One plain ffmpeg command, CPU", one.cpu, "s")
    yield Row("The peer's commands, wall", other.wall, "s")
    yield Row("The peer's commands, CPU", other.cpu, "s")
    yield Row("Ladder / one plain command, CPU", mine.cpu / one.cpu, "×", most=1.12)
    yield Row("Ladder / one plain command, wall", mine.wall / one.wall, "×", most=1.15)
    yield Row("Ladder / the peer's commands, wall", mine.wall / other.wall, "×", most=0.5)
    yield Row("Ladder / the peer's commands, bytes of the four files", mine.size / other.size, "×", most=1)
    yield Row("Ladder, VMAF above the peer's, the least of the four rungs", min(ahead), "points", least=-1)


def _ahead_of_peer(source: Path, facts: Probe, rungs: Sequence[Rung], folder: Path) -> Iterator[float]:
    """Yield for each rung how many points of VMAF ours stands above the peer's of the same size."""
    ours_of = [(rung, folder / "ours" / mux.rendition_name("clip", rung.quality)) for rung in rungs]
    peers_of = [(rung, folder / "peer" / f"peer_{rung.height}.mp4") for rung in rungs]
    made = [vmaf.measure(source, facts, ways, folder) for ways in (ours_of, peers_of)]
    for mine, other in zip(*made, strict=True):
        yield mine.mean - other.mean


def _plan(source: Path) -> tuple[Probe, tuple[Rung, ...]]:
    facts = probe.examine(source, mime_type="video/mp4")
    if facts.video is None:
        raise ValueError("the clip has no pictures")
    return facts, ladder.plan(facts.video)


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, timeout=_LONGEST_RUN)


def _measured(work: Callable[[], None], folder: Path) -> Cost:
    """Run it and count the CPU seconds of all programs that it started; the bytes are those of the finished MP4s."""
    before, start = _cpu(), time.monotonic()
    work()
    wall, cpu = time.monotonic() - start, _cpu() - before
    made = [path for path in folder.glob("*.mp4") if "_" in path.name]
    return Cost(wall, cpu, sum(path.stat().st_size for path in made))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

"""What measuring each title saves: six unlike clips by the fixed ladder and by what their samples say.

The clips are made by ffmpeg's own sources at 1080p30 and coded once as an upload is (x264, CRF 18):

- slides: text and a bar on white, a new line every few seconds, as a screen is recorded;
- cartoon: flat shapes that move over a flat ground;
- talk: a head that sways before a still room, under the faint noise of a sensor;
- pan: a slow pan over a picture full of detail and edges;
- grain: a slower one under strong film grain, new in each picture;
- motion: ffmpeg's test picture, sharp edges and moving numbers.

For each clip the whole ladder is made twice. Bits are those of all rungs together; VMAF is that of the top rung over
the whole clip, each third picture. The promise is held by the mean over the clips of (bits per title / bits fixed),
in which every clip counts alike, and by the lowest VMAF among the clips per title: at least 93, or for a clip that the
fixed ladder leaves below 93, no lower than there.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.report import Row
from processing.ffmpeg import complexity, ladder, probe, transcode, vmaf
from processing.ffmpeg.media import Probe

_SECONDS = 6
_RATE = 30
_LONGEST_RUN = 1800
_WANTED = 93.0
_SMALL = "1280x720"

_TEXT = "drawtext=fontsize={size}:x='{x}':y='{y}':text='{text}'"


def _line(text: str, place: int, since: float) -> str:
    """A line of a slide that appears at a second."""
    return _TEXT.format(text=text, size=34, x=80, y=place) + f":enable='gte(t,{since})'"


_SLIDES = ",".join(
    [
        "drawbox=w=iw:h=90:color=navy:t=fill",
        _TEXT.format(text="Quarterly results", size=48, x=40, y=20) + ":fontcolor=white",
        _line("The quick brown fox jumps over the lazy dog", 160, 0),
        _line("Pack my box with five dozen liquor jugs", 230, 1.5),
        _line("Sphinx of black quartz, judge my vow", 300, 3),
        "drawbox=x=80:y=420:w=700:h=200:color=steelblue:t=fill:enable='gte(t,4.5)'",
    ]
)
_CARTOON = ",".join(
    [
        "drawbox=y=520:w=iw:h=200:color=0x6a994e:t=fill",
        _TEXT.format(text="●", size=320, x="480+400*sin(t*2)", y="300-200*abs(sin(t*4))")
        + ":fontcolor=0xd94f30",
        _TEXT.format(text="▲", size=260, x="mod(t*200,1280)", y=380) + ":fontcolor=0xf4d35e",
        _TEXT.format(text="■", size=160, x="1280-mod(t*300,1280)", y=60) + ":fontcolor=0x333366",
    ]
)
_STILL = ",trim=end_frame=1,loop=-1:1,setpts=N/{rate}/TB"
_FRACTAL = (
    "mandelbrot=s={size}:rate={rate}:start_x=-0.743643887:start_y=-0.131825904:start_scale={scale}" + _STILL
)
_FACE = ",".join(
    [
        f"color=0xd9a066:s=360x440:r={_RATE},format=yuva444p",
        "drawbox=x=95:y=150:w=50:h=24:color=0x222233:t=fill",
        "drawbox=x=215:y=150:w=50:h=24:color=0x222233:t=fill",
        "drawbox=x=165:y=190:w=30:h=90:color=0xc08850:t=fill",
        "drawbox=x=120:y=320:w=120:h=26:color=0x993333:t=fill",
        "drawbox=w=iw:h=80:color=0x3b2a1a:t=fill",
        "noise=alls=12:all_seed=4,gblur=sigma=1,trim=end_frame=1",
        "geq=lum='lum(X,Y)*(1.15-X/1200-Y/1500)':cb='cb(X,Y)':cr='cr(X,Y)'"
        ":a='255*lt(hypot((X-180)/180,(Y-220)/220),1)'" + _STILL.format(rate=_RATE),
    ]
)
_ROOM = _FRACTAL.format(size=_SMALL, rate=_RATE, scale="0.003")
_TALK = (
    f"{_ROOM},gblur=sigma=2[room];{_FACE}[head];"
    "[room][head]overlay=x='460+30*sin(t*1.3)':y='180+12*sin(t*2.1)',noise=alls=2:allf=t"
)
_LAND = _FRACTAL.format(size="2560x1440", rate=_RATE, scale="0.006")
_FILM = _FRACTAL.format(size="1600x900", rate=_RATE, scale="0.006")
CLIPS = {
    "slides": f"color=white:s={_SMALL}:r={_RATE},{_SLIDES}",
    "cartoon": f"color=0x87ceeb:s={_SMALL}:r={_RATE},{_CARTOON}",
    "talk": _TALK,
    "pan": f"{_LAND},gblur=sigma=0.8,crop={_SMALL.replace('x', ':')}:x='100*t':y='45*t'",
    "grain": f"{_FILM},gblur=sigma=1,crop={_SMALL.replace('x', ':')}:x='20*t':y='10*t',noise=alls=8:allf=t",
    "motion": f"testsrc2=s={_SMALL}:r={_RATE}",
}
"""Each clip's source, in 720 lines: as with most cameras, the finest lines of 1080 hold little."""


@dataclass(frozen=True)
class Made:
    """A ladder of a clip: the bytes of all rungs, and the VMAF of the top one."""

    size: int
    score: vmaf.Vmaf


def clip(name: str, folder: Path) -> Path:
    """Write one of the six clips."""
    target = folder / f"{name}.mp4"
    graph = f"{CLIPS[name]},scale=1920:1080:flags=bicubic,format=yuv420p"
    coded = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-maxrate", "16M", "-bufsize", "16M")
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", graph, "-t", str(_SECONDS)]
    subprocess.run([*command, *coded, str(target)], check=True, timeout=_LONGEST_RUN)
    return target


def measure(folder: Path) -> Iterator[Row]:
    """Yield each clip's bits and VMAF, what measuring costs, and the promise."""
    ratios, kept, whole = [], [], [0, 0]
    for name in CLIPS:
        place = folder / name
        place.mkdir()
        source = clip(name, place)
        facts = probe.examine(source, mime_type="video/mp4")
        if facts.video is None:
            raise ValueError("the clip has no pictures")
        rungs = ladder.plan(facts.video)
        choice = complexity.measure(source, facts, rungs[0], place)
        chosen = (*complexity.applied(choice, rungs[:-1]), rungs[-1])
        fixed = _made(source, facts, rungs, place)
        titled = fixed if chosen == rungs else _made(source, facts, chosen, place)
        ratios.append(titled.size / fixed.size)
        kept.append(titled.score.mean - min(_WANTED, fixed.score.mean))
        whole = [whole[0] + fixed.size, whole[1] + titled.size]
        yield Row(f"{name}: bits of the ladder per title / fixed, CRF +{choice.offset}", ratios[-1], "×")
        yield Row(f"{name}: VMAF of the top rung, fixed", fixed.score.mean, "")
        yield Row(f"{name}: VMAF of the top rung, per title", titled.score.mean, "")
    yield Row("Bits per title / fixed, mean of six clips", fmean(ratios), "×", most=0.9)
    yield Row("Bits per title / fixed, all clips together", whole[1] / whole[0], "×")
    yield Row(
        "VMAF per title above 93 or the fixed ladder's, the least of six clips",
        min(kept),
        "points",
        least=0.0,
    )


def _made(source: Path, facts: Probe, rungs: tuple[ladder.Rung, ...], folder: Path) -> Made:
    """Make a ladder without sound, and compare its top rung with the clip from beginning to end."""
    encoded = transcode.transcode(source, facts, rungs, folder, sound=False)
    top = encoded.rungs[0]
    (scores,) = vmaf.compare([vmaf.Pair(top.path, source, seconds=_SECONDS + 1.0)], folder)
    return Made(sum(rung.size for rung in encoded.rungs), vmaf.pooled(scores))

"""What measuring each title saves: six unlike clips by the fixed ladder and by what their samples say.

The clips are made by ffmpeg's own sources at 1080p30 and coded once as an upload is (x264, CRF 18):

- slides: text and a bar on white, a new line every few seconds, as a screen is recorded;
- cartoon: flat shapes that move over a flat ground;
- talk: a soft picture that sways slowly, as a head before a camera;
- grain: slow gradients under film grain, new in each picture;
- zoom: a fast zoom into the Mandelbrot set, detail without end;
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
_TALK = (
    f"color=gray:s=320x180:r={_RATE}:d=0.03,noise=alls=100:all_seed=3,gblur=sigma=3,eq=contrast=3,"
    "scale=1600:900:flags=bicubic,loop=-1:1,crop=1280:720:x='160+120*sin(t*0.8)':y='90+60*sin(t*0.6)'"
)
CLIPS = {
    "slides": f"color=white:s={_SMALL}:r={_RATE},{_SLIDES}",
    "cartoon": f"color=0x87ceeb:s={_SMALL}:r={_RATE},{_CARTOON}",
    "talk": _TALK,
    "grain": f"gradients=s={_SMALL}:r={_RATE}:speed=0.02:n=4:seed=5,noise=alls=6:allf=t",
    "zoom": f"mandelbrot=s={_SMALL}:rate={_RATE}",
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

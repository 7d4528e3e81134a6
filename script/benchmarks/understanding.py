"""What everything local but speech and models costs of a film of 720 lines: shots, text on the screen, faces, faults of
picture and sound, and fingerprints, in one run of the engine, which is one run of ffmpeg.

The film moves all the time and shows another text every ten seconds. `BENCH_UNDERSTANDING` says how long it is, in
seconds (180).
"""

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from analysis.engines import Found, Request, Type
from analysis.engines.local import LocalEngine
from benchmarks.report import Row
from processing.ffmpeg import probe, program

_WIDTH, _HEIGHT, _RATE = 1280, 720, 25
_SCREEN_SECONDS = 10
_TYPES = frozenset({Type.SHOTS, Type.TEXT, Type.FACES, Type.QUALITY, Type.FINGERPRINT})
_FONT = Path("/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf")
_ARABIC_FONT = Path("/usr/share/fonts/truetype/noto/NotoSansArabic-Bold.ttf")
_WORDS = (
    "harbour ships yearly report goods lamps evening wind captain bridge market water engine village letter garden",
    "الميناء السفن التقرير البضائع المساء الريح القبطان الجسر السوق الماء المحرك القرية الرسالة الحديقة المدينة البحر",
)
_LINES, _WORDS_OF_LINE = 3, 4
_LONGEST_RUN = 1800


def measure(folder: Path) -> Iterator[Row]:
    """Yield the time that it takes by the length of the film, what of it the processors work, and how often ffmpeg
    runs.
    """
    seconds = int(os.environ.get("BENCH_UNDERSTANDING", "180"))
    request = _request(clip(folder, seconds), folder)
    before, begun = _cpu(), time.monotonic()
    with mock.patch.object(program, "run", wraps=program.run) as runs:
        found = _asked(request)
    wall, cpu = time.monotonic() - begun, _cpu() - before
    if found.failures:
        raise RuntimeError(str(found.failures))
    screens = -(-seconds // _SCREEN_SECONDS)
    read = found.results[Type.TEXT].summary["pictures_read"]
    decodes = sum(call.args[0][0] == "ffmpeg" for call in runs.call_args_list)
    yield Row(f"Understanding {seconds} s of 720p, wall / length", wall / seconds, "×", most=0.15)
    yield Row("Understanding, CPU / length", cpu / seconds, "×")
    yield Row("Understanding, runs of ffmpeg", decodes, "", most=1)
    yield Row(f"Understanding, screens read of {screens} that were shown", read, "", least=screens)


def clip(folder: Path, seconds: int) -> Path:
    """Write a film over whose pictures a camera moves, with grain, sound, and another text every ten seconds."""
    inputs: list[str] = []
    for number in range(-(-seconds // _SCREEN_SECONDS)):
        for name, picture in (("ground", _ground(number)), ("text", _text(number))):
            path = folder / f"{name}{number:04d}.png"
            picture.save(path, compress_level=1)
    for name in ("ground", "text"):
        inputs += ["-framerate", f"1/{_SCREEN_SECONDS}", "-i", str(folder / f"{name}%04d.png")]
    moved = (
        f"[0:v]fps={_RATE},crop={_WIDTH}:{_HEIGHT}:x='(iw-ow)*(0.5+0.5*sin(t/3))':y='(ih-oh)*(0.5+0.5*cos(t/4))',"
        f"noise=alls=4:allf=t[moving];[1:v]fps={_RATE}[text];[moving][text]overlay,format=yuv420p[v]"
    )
    target = folder / "clip.mp4"
    command = [
        *("ffmpeg", "-nostdin", "-v", "error", "-y", *inputs),
        *("-f", "lavfi", "-i", "anoisesrc=c=pink:r=48000:a=0.3,tremolo=f=3:d=0.8"),
        *("-filter_complex", moved, "-map", "[v]", "-map", "2:a", "-t", str(seconds)),
        *("-c:v", "libx264", "-preset", "veryfast", "-b:v", "3000k", "-c:a", "aac", "-b:a", "128k"),
        str(target),
    ]
    subprocess.run(command, check=True, timeout=_LONGEST_RUN)
    return target


def _ground(number: int) -> Image.Image:
    """A picture of soft patches, larger than what is shown of it."""
    random = np.random.default_rng(number)
    cells = random.integers(40, 200, (7, 12, 3)).astype(np.uint8)
    return Image.fromarray(cells).resize((_WIDTH + 320, _HEIGHT + 180), Image.Resampling.BICUBIC)


def _text(number: int) -> Image.Image:
    """Lines of writing in two languages on nothing."""
    image = Image.new("RGBA", (_WIDTH, _HEIGHT))
    draw = ImageDraw.Draw(image)
    draw.rectangle((80, 300, _WIDTH - 80, _HEIGHT - 40), fill=(20, 30, 60, 255))
    latin, arabic = (ImageFont.truetype(str(path), 44) for path in (_FONT, _ARABIC_FONT))
    random = np.random.default_rng(number)
    for place in range(_LINES):
        english, other = (" ".join(random.permutation(words.split())[:_WORDS_OF_LINE]) for words in _WORDS)
        top = 310 + place * 120
        draw.text((120, top), english, font=latin, fill="white")
        draw.text((120, top + 55), other, font=arabic, fill="white", direction="rtl")
    return image


def _request(film: Path, folder: Path) -> Request:
    """What is asked about the film."""
    scratch = folder / "scratch"
    scratch.mkdir()
    facts = probe.examine(film, mime_type="video/mp4")
    more: dict[str, Any] = {"duration": facts.duration, "width": _WIDTH, "height": _HEIGHT, "probe": facts}
    return Request(_TYPES, film, scratch, "video", "video/mp4", facts.size, **more)


def _asked(request: Request) -> Found:
    """What the engine finds."""
    engine = LocalEngine()
    handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
    return engine.results(handle, request)


def _cpu() -> float:
    """The seconds that this program and all that it has run have worked."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)

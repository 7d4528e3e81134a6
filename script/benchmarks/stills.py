"""Pictures of a film, all in one pass: poster, thumbnails, storyboard and moving previews; ten minutes and an hour."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from statistics import median

from benchmarks.report import Row
from processing.ffmpeg import probe, stills

_TIMES = 3


def a_film(folder: Path, name: str, *, size: str, gop: int, minutes: int) -> Path:
    """A film with a key frame in every `gop` frames: a minute that is encoded once and repeated by stream copy."""
    minute, film = folder / "minute.mp4", folder / f"{name}.mp4"
    quiet = ["ffmpeg", "-v", "error", "-y"]
    # What moves over noise is as hard to decode as a film.
    source = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=30:d=60", "-vf", "noise=alls=6:allf=t"]
    rate = ["-b:v", "4M", "-maxrate", "4M", "-bufsize", "8M"]
    encode = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", str(gop), *rate]
    subprocess.run([*quiet, *source, *encode, minute], check=True, timeout=600)
    looped = ["-stream_loop", str(minutes - 1), "-i", minute, "-c", "copy", film]
    subprocess.run([*quiet, *looped], check=True, timeout=600)
    minute.unlink()
    return film


def all_pictures(film: Path, folder: Path) -> float:
    """Take everything of a film several times; returns the median of the wall seconds."""
    facts = probe.examine(film, mime_type="video/mp4")
    walls = []
    for _turn in range(_TIMES):
        target = folder / "stills"
        target.mkdir()
        start = time.monotonic()
        taken = stills.take(film, facts, target, count=10)
        walls.append(time.monotonic() - start)
        assert len(taken.thumbnails) == 20, "ten pictures, each as WebP and JPEG"  # noqa: S101, PLR2004
        assert taken.storyboard is not None and len(taken.moving) == 2, "everything came"  # noqa: S101, PLR2004
        rmtree(target)
    return median(walls)


def measure(folder: Path) -> Iterator[Row]:
    """Yield the wall seconds of poster, thumbnails, storyboard and previews together."""
    short = a_film(folder, "ten", size="1280x720", gop=90, minutes=10)
    yield Row("Pictures of 10 min of 720p, one pass, wall", all_pictures(short, folder), "s", most=3)
    short.unlink()
    long = a_film(folder, "hour", size="1920x1080", gop=300, minutes=60)
    yield Row("Pictures of 1 h of 1080p, one pass, wall", all_pictures(long, folder), "s", most=15)

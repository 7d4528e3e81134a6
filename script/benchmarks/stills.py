"""Ten thumbnails of an hour of 1080p: a poster and thumbnails by seeking, never a full decode."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.report import Row
from processing.ffmpeg import probe, stills

_TIMES = 3


def an_hour(folder: Path) -> Path:
    """An hour of 1080p with a 10-second GOP: a minute that is encoded once and repeated by stream copy."""
    minute, hour = folder / "minute.mp4", folder / "hour.mp4"
    quiet = ["ffmpeg", "-v", "error", "-y"]
    source = ["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=60"]
    encode = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "300"]
    subprocess.run([*quiet, *source, *encode, minute], check=True, timeout=600)
    subprocess.run([*quiet, "-stream_loop", "59", "-i", minute, "-c", "copy", hour], check=True, timeout=600)
    minute.unlink()
    return hour


def measure(folder: Path) -> Iterator[Row]:
    """Yield the wall seconds of ten thumbnails and a poster."""
    hour = an_hour(folder)
    facts = probe.examine(hour, mime_type="video/mp4")
    walls = []
    for turn in range(_TIMES):
        target = folder / f"stills{turn}"
        target.mkdir()
        start = time.monotonic()
        taken = stills.take(hour, facts, target, count=10)
        walls.append(time.monotonic() - start)
        assert len(taken.thumbnails) == 20, "ten pictures, each as WebP and JPEG"  # noqa: S101, PLR2004
    yield Row("Poster and 10 thumbnails of 1 h of 1080p, wall", median(walls), "s", most=3)

"""A minute in four rungs with sound, packaged as one set for HLS and DASH, clear and encrypted."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.report import Row
from processing.ffmpeg import probe
from processing.ffmpeg.ladder import plan
from processing.ffmpeg.transcode import Encoded, transcode
from processing.packager import Encryption, package
from processing.packager.encryption import StreamKey, labels_for

_TIMES = 3
_MOST_SECONDS = 2
_RUNGS = 4


def _ladder(folder: Path) -> Encoded:
    """A minute of 1080p as the standard ladder makes it."""
    minute = folder / "minute.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=60", "-f", "lavfi", "-i", "sine=d=60"]
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *encode, minute], check=True, timeout=600)
    facts = probe.examine(minute, mime_type="video/mp4")
    if facts.video is None:
        raise RuntimeError("there are no pictures")
    made = transcode(minute, facts, plan(facts.video), folder)
    assert len(made.rungs) == _RUNGS, "four rungs"  # noqa: S101
    return made


def _keys(made: Encoded) -> Encryption:
    """A key for each group of the ladder."""
    labels = labels_for([min(one.rung.width, one.rung.height) for one in made.rungs], sound=True)
    keys = {label: StreamKey(uuid4(), uuid4().bytes) for label in labels}
    return Encryption("cbcs", keys, lambda kid: f"keys/{kid}")


def measure(folder: Path) -> Iterator[Row]:
    """Yield the wall seconds of packaging."""
    made = _ladder(folder)
    for words, encryption in (("clear", None), ("CBCS", _keys(made))):
        walls = []
        for turn in range(_TIMES):
            target = folder / f"{words}{turn}"
            target.mkdir()
            start = time.monotonic()
            package(made.rungs, made.audio, target, encryption=encryption)
            walls.append(time.monotonic() - start)
        yield Row(f"Packaging 60 s in four rungs, {words}, wall", median(walls), "s", most=_MOST_SECONDS)

"""How long the gate looks at a gigabyte: its type, its container, its hash, and a scan with a small signature set."""

import hashlib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from django.test import override_settings

from assets.models import ScanVerdict
from assets.services import gate, recognition
from benchmarks.report import Row
from processing.ffmpeg import probe
from tests import clamav

_GIB = 1024**3
_USUAL = 100 * 1024**2
"""What clamd reads of a file at most unless it is told otherwise."""


def measure(folder: Path) -> Iterator[Row]:
    """Yield the seconds of each look at a file of about a GiB, and of scans within and beyond clamd's usual limits."""
    large, usual = _large(folder), folder / "usual.mp4"
    size = large.stat().st_size / _GIB
    start = time.monotonic()
    probe.examine(large, mime_type=recognition.of_file(large))
    looked = time.monotonic()
    with large.open("rb") as file:
        hashlib.file_digest(file, "sha256")
        hashed = time.monotonic()
        file.seek(0)
        usual.write_bytes(file.read(_USUAL))
    yield Row("1 GiB: type and container, wall", (looked - start) / size, "s")
    yield Row("1 GiB: SHA-256, wall", (hashed - looked) / size, "s")
    yield Row("1 GiB: type, container and SHA-256, wall", (hashed - start) / size, "s", most=5)
    with tempfile.TemporaryDirectory() as place, _scanner(Path(place)) as scanner:
        yield Row("100 MiB: scan with a small signature set, wall", _scanned(usual, scanner), "s")
        yield Row("1 GiB: the same with clamd's limits raised, wall", _scanned(large, scanner) / size, "s")


def _scanned(path: Path, scanner: clamav.Clamd) -> float:
    """Seconds that a scan takes; raises when it does not end well."""
    with override_settings(CLAMD_URL=scanner.url, CLAMD_MAX_BYTES=2000 * 1024**2):
        start = time.monotonic()
        word = gate.ClamdScanner().scan(path)
    if word.verdict != ScanVerdict.CLEAN:
        raise RuntimeError(f"the scan ended otherwise than it should: {word}")
    return time.monotonic() - start


def _scanner(folder: Path) -> AbstractContextManager[clamav.Clamd]:
    """A clamd of its own, set as the README recommends, whose limits allow a gigabyte.

    It counts what it unfolds as well as the file itself.
    """
    limits = {"MaxFileSize": "2000M", "StreamMaxLength": "2000M", "MaxScanSize": "4000M"}
    return clamav.running(folder, **limits, ReadTimeout="600")


def _large(folder: Path) -> Path:
    """A video of about a gigabyte: four seconds again and again."""
    clip, large = folder / "clip.mp4", folder / "large.mp4"
    quiet = ["ffmpeg", "-v", "error", "-y"]
    source = ["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=4,noise=alls=60:allf=t"]
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b:v", "100M"]
    subprocess.run([*quiet, *source, *encode, clip], check=True, timeout=600)
    times = _GIB // clip.stat().st_size
    subprocess.run(
        [*quiet, "-stream_loop", str(times), "-i", clip, "-c", "copy", large], check=True, timeout=600
    )
    return large

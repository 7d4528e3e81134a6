"""How honest the estimates are: files of several lengths, codecs, sizes and contents go through the portal's own
workers one after the other; what is told when a file has just been read is held against what its work then takes.

The installation learns from a first set of files, which are not counted: a cold start. What the machine had to do for
others meanwhile is told beside it, and the same comparison in CPU seconds, which others disturb less.
"""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from django.core.management import call_command

from benchmarks import portal
from benchmarks.report import Row
from mediaportal.accounts.models import User
from processing.models import Job, Status, Step
from processing.services import estimates, speeds

_LENGTHS = (6, 16)
_SIZES = ("854x480", "1280x720", "1920x1080")
_PICTURES = (
    "mandelbrot=s=640x360:rate=30,scale={size}",
    "testsrc2=s={size}:r=30",
    "testsrc2=s={size}:r=30,noise=alls=10:allf=t",
)
_CODECS = {
    "h264": ("mp4", "libx264", "-preset", "veryfast"),
    "hevc": ("mp4", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"),
    "vp9": ("webm", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-b:v", "3M"),
}
_LEARNED_FROM = (
    ("h264", 6, 2, 0),
    ("hevc", 6, 0, 1),
    ("vp9", 6, 1, 2),
    ("h264", 16, 1, 1),
    ("hevc", 6, 1, 0),
    ("vp9", 6, 0, 1),
)
"""Codec, seconds, and the numbers of a size and of a picture."""
_LONGEST = 600
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class _Told:
    """One file: what was told and what came, in seconds on the clock and in CPU seconds of what encodes."""

    told: float
    took: float
    told_cpu: float
    took_cpu: float


def measure(folder: Path) -> Iterator[Row]:
    """Yield how far the estimates were off, and how busy others kept the machine."""
    call_command("migrate", verbosity=0)
    owner = User.objects.create_user(f"estimates-{uuid4().hex}@example.org", "bench", role="manager")
    learned = [_clip(folder, *one) for one in _LEARNED_FROM]
    measured = [_clip(folder, *one) for one in _measured_on()]
    with portal.working(folder):
        for path in learned:
            _told(owner, path)
        before, start = _busy(), time.monotonic()
        found = [_told(owner, path) for path in measured]
        used, wall = _busy() - before, time.monotonic() - start
    clock = sorted(abs(one.told / one.took - 1) for one in found)
    effort = [abs(one.told_cpu / one.took_cpu - 1) for one in found]
    ours = sum(one.took_cpu for one in found)
    count = len(found)
    yield Row(
        f"{count} files: estimate against the time it took, off by (median)",
        100 * median(clock),
        "%",
        most=30,
    )
    yield Row(f"{count} files: the same, three of four within", 100 * clock[count * 3 // 4 - 1], "%")
    yield Row(f"{count} files: CPU expected of the encoders, off by (median)", 100 * median(effort), "%")
    yield Row(f"{count} files: time from read to ready, mean", sum(one.took for one in found) / count, "s")
    yield Row(
        "Meanwhile used by everything but the encoders",
        (used - ours) / wall / (os.cpu_count() or 1) * 100,
        "%",
    )


def _measured_on() -> list[tuple[str, int, int, int]]:
    """Every codec in both lengths and two sizes; the largest size only short. The pictures go round."""
    found = []
    for number, (codec, seconds, other) in enumerate(itertools.product(_CODECS, _LENGTHS, (0, 1))):
        size = 2 if other and seconds == min(_LENGTHS) else other
        found.append((codec, seconds, size, number % len(_PICTURES)))
    return found


def _clip(folder: Path, codec: str, seconds: int, size: int, picture: int) -> Path:
    """A file with sound, of the named codec."""
    suffix, *encoder = _CODECS[codec]
    target = folder / f"{codec}-{seconds}-{_SIZES[size]}-{picture}.{suffix}"
    source = _PICTURES[picture].format(size=_SIZES[size])
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source]
    command += ["-f", "lavfi", "-i", "anoisesrc=c=pink:r=48000:a=0.3", "-t", str(seconds)]
    command += ["-pix_fmt", "yuv420p", "-c:v", *encoder, "-c:a", "libopus" if suffix == "webm" else "aac"]
    subprocess.run([*command, target], check=True, timeout=_LONGEST)
    return target


def _told(owner: User, path: Path) -> _Told:
    """Give a file to the portal; what was told of it when it had been read, and what came."""
    job = Job.objects.get(pk=portal.stored(owner, path))
    steps = Step.objects.filter(job=job)
    portal.until(lambda: steps.filter(name="probe", status=Status.COMPLETED).exists(), _LONGEST)
    read, job = time.monotonic(), Job.objects.get(pk=job.pk)
    told, known = estimates.seconds_left([job])[job.pk] or 0, speeds.read()
    expected = sum(known.effort(step.work) or 0.0 for step in steps.exclude(work={}))
    portal.until(
        lambda: not Job.objects.filter(pk=job.pk, status__in=[Status.PENDING, Status.PROCESSING]).exists(),
        _LONGEST,
    )
    took = time.monotonic() - read
    if not Job.objects.filter(pk=job.pk, status=Status.COMPLETED).exists():
        raise RuntimeError(f"{path.name} was not made")
    cpu = sum(step.cpu_seconds or 0.0 for step in steps.exclude(work={}))
    print(
        f"{path.name}: told {told} s, took {took:.1f} s; CPU {expected:.1f} s, {cpu:.1f} s",
        file=sys.stderr,
        flush=True,
    )
    return _Told(told, took, expected, cpu)


def _busy() -> float:
    """CPU seconds that this machine has been busy with anything since it started."""
    user, nice, system, _idle, _wait, *others = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    )
    return (user + nice + system + sum(others[:3])) / _TICKS

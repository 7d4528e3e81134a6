"""How honest the estimates are: files of several lengths, codecs, sizes and contents go through the portal's own
workers one after the other; what is told when a file has just been read is held against what its work then takes.

The installation learns from a first set of files, which are not counted: a cold start. What the machine had to do for
others meanwhile is told beside it, and the same comparison in CPU seconds, which others disturb less.
"""

import contextlib
import hashlib
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

from assets.services import ingest, uploads
from benchmarks.report import Row
from mediaportal.accounts.models import User
from processing.models import Job, Status, Step
from processing.services import estimates, speeds, workers

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
    with _working(folder):
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


@contextlib.contextmanager
def _working(folder: Path) -> Iterator[None]:
    """The workers as the Procfile starts them, once they have said that they are alive."""
    kinds = {"ingest": ("ingest,notify", 4), "transcode": ("transcode,analysis", 2)}
    with contextlib.ExitStack() as ended:
        for name, (queues, threads) in kinds.items():
            command = [
                sys.executable,
                "-m",
                "celery",
                "-q",
                "-A",
                "mediaportal",
                "worker",
                "-n",
                f"{name}@%h",
            ]
            command += ["-Q", queues, "--pool", "threads", "-c", str(threads), "--prefetch-multiplier", "1"]
            command += ["--without-gossip", "--without-mingle", "-l", "WARNING"]
            log = ended.enter_context((folder / f"{name}.log").open("wb"))
            process = subprocess.Popen(command, stdout=log, stderr=log)
            ended.callback(process.wait, 30)
            ended.callback(process.terminate)
        _until(lambda: len(workers.alive()) == len(kinds), 60)
        yield


def _until(met: object, seconds: float) -> None:
    """Wait until something is so; raises when it does not become so in time."""
    deadline = time.monotonic() + seconds
    while not met():  # type: ignore[operator]  # any question
        if time.monotonic() > deadline:
            raise RuntimeError("the workers do not get on")
        time.sleep(0.05)


def _told(owner: User, path: Path) -> _Told:
    """Give a file to the portal; what was told of it when it had been read, and what came."""
    job = Job.objects.get(pk=_stored(owner, path))
    steps = Step.objects.filter(job=job)
    _until(lambda: steps.filter(name="probe", status=Status.COMPLETED).exists(), _LONGEST)
    read, job = time.monotonic(), Job.objects.get(pk=job.pk)
    told, known = estimates.seconds_left([job])[job.pk] or 0, speeds.read()
    expected = sum(known.effort(step.work) or 0.0 for step in steps.exclude(work={}))
    _until(
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


def _stored(owner: User, path: Path) -> object:
    """Hand a copy of a file in, as an upload does; returns the job's id."""
    content = path.read_bytes()
    session = uploads.begin(user=owner, bytes_total=len(content), filename=path.name)
    staged = uploads.part_path(session.pk)
    staged.parent.mkdir(parents=True, exist_ok=True)
    staged.write_bytes(content)
    asset = ingest.accept_file(session=session, path=staged, sha256=hashlib.sha256(content).hexdigest())
    return asset.job_id


def _busy() -> float:
    """CPU seconds that this machine has been busy with anything since it started."""
    user, nice, system, _idle, _wait, *others = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    )
    return (user + nice + system + sum(others[:3])) / _TICKS

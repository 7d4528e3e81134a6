"""How soon a film can be watched, and what the portal adds to its encoders: files go through its own workers.

A film can be watched when the row of its growing set is there: its first segments of pictures and sound lie in the
storage before. The clock starts when the gate has passed the file, which is when the step `probe` has completed.
"""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.core.management import call_command

from assets.models import Variant
from benchmarks import ladder, portal
from benchmarks.report import Row
from mediaportal.accounts.models import User
from processing.models import OPEN, Job, Status, Step
from processing.services import jobs

_MINUTES = 10
_LADDERS = 50
_PEOPLE = 5
_SHORT_SECONDS = 12
_LONGEST = 1800
_ENCODING = ("first_play", "transcoding")
_SAMPLES = "measuring"


def measure(folder: Path) -> Iterator[Row]:
    """Yield how long the first picture takes, idle and behind other work, and what a whole job takes."""
    call_command("migrate", verbosity=0)
    owner, others = _person(), [_person() for _ in range(_PEOPLE)]
    minute = ladder.clip(folder)
    film = _repeated(minute, folder / "film.mp4", _MINUTES)
    with portal.working(folder):
        yield from _whole(owner, minute, folder)
        yield Row("First picture of 10 min 1080p after the gate, idle", _first(owner, film), "s", most=5)
        _end_all()
        yield Row(
            "Cancelling a ladder that runs: programs and scratch gone after",
            _cancelled(owner, film),
            "s",
            most=2,
        )
        _end_all()
        short = _cut(minute, folder / "short.mp4")
        for number in range(_LADDERS):
            portal.stored(others[number % _PEOPLE], short)
        # What is before them in the same queue, the samples of each title, waits with them.
        waiting = Step.objects.filter(
            name__in=["measuring", "transcoding"], ready_at__isnull=False, status__in=OPEN
        )
        portal.until(lambda: waiting.values("job").distinct().count() >= _LADDERS - 2, _LONGEST)
        yield Row(f"The same while {_LADDERS} ladders wait or run", _first(owner, film), "s", most=15)
        _end_all()


def _whole(owner: User, path: Path, folder: Path) -> Iterator[Row]:
    """One file from its arrival to its end, against one plain ffmpeg command for the same renditions."""
    plain = folder / "plain"
    plain.mkdir()
    one = ladder.one_command(path, plain)
    job_id = portal.stored(owner, path)
    portal.until(lambda: not Job.objects.filter(pk=job_id, status__in=OPEN).exists(), _LONGEST)
    job = Job.objects.get(pk=job_id)
    if job.status != Status.COMPLETED or job.completed_at is None:
        raise RuntimeError(f"the job ended with {job.error_code}")
    steps = {step.name: step for step in job.steps.all()}
    wall = (job.completed_at - _completed(steps["probe"])).total_seconds()
    cpu = sum(steps[name].cpu_seconds or 0.0 for name in _ENCODING)
    whole = (job.completed_at - job.created_at).total_seconds()
    seconds = ladder.SECONDS
    yield Row(f"Job of {seconds} s 1080p from the gate to its end, wall", wall, "s")
    # The ladder alone has its bound in `ladder`.
    yield Row("Job, with pictures, samples and packaging / one plain command, wall", wall / one.wall, "×")
    yield Row("Encoders of the job / one plain command, CPU", cpu / one.cpu, "×", most=1.12)
    yield Row(
        "Samples of the title / encoders of the job, CPU", (steps[_SAMPLES].cpu_seconds or 0.0) / cpu, "×"
    )
    yield Row(
        "Job, everything but its encoding steps, wall",
        whole - _busy(steps[name] for name in (*_ENCODING, _SAMPLES)),
        "s",
        most=4,
    )


def _first(owner: User, path: Path) -> float:
    """Seconds between the gate and the first picture of a file; its job is stopped then."""
    job_id = portal.stored(owner, path)
    portal.until(lambda: _row(job_id) is not None, _LONGEST)
    row, job = _row(job_id), Job.objects.get(pk=job_id)
    if row is None:
        raise RuntimeError("what could be watched is gone")
    gate = _completed(job.steps.get(name="probe"))
    jobs.cancel(job=job, user=owner)
    return (row.created_at - gate).total_seconds()


def _cancelled(owner: User, path: Path) -> float:
    """Seconds from the wish to cancel a running ladder until none of its programs runs and its scratch is gone."""
    job_id = portal.stored(owner, path)
    scratch = Path(settings.SCRATCH_ROOT)
    place = f"{scratch}/{job_id}-transcoding".encode()
    portal.until(lambda: any(place in line for line in _commands()), _LONGEST)
    begun = time.monotonic()
    jobs.cancel(job=Job.objects.get(pk=job_id), user=owner)
    portal.until(
        lambda: not any(place in line for line in _commands()) and not list(scratch.glob(f"{job_id}-*")), 60
    )
    return time.monotonic() - begun


def _commands() -> Iterator[bytes]:
    """The command line of every process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                yield (entry / "cmdline").read_bytes()


def _row(job_id: UUID) -> Variant | None:
    """The growing set of a job's asset."""
    return Variant.objects.filter(asset__job_id=job_id, detail__growing=True).first()


def _end_all() -> None:
    """Stop everything, and wait until nothing runs."""
    for job in Job.objects.filter(status__in=OPEN).select_related("asset__uploaded_by"):
        jobs.cancel(job=job, user=job.asset.uploaded_by)
    portal.until(lambda: not Step.objects.filter(status=Status.PROCESSING).exists(), 60)


def _busy(steps: Iterator[Step]) -> float:
    """For how many seconds at least one of the steps ran."""
    total, reached = 0.0, None
    for begin, end in sorted((_started(step), _completed(step)) for step in steps):
        since = begin if reached is None else max(begin, reached)
        total += max(0.0, (end - since).total_seconds())
        reached = end if reached is None else max(end, reached)
    return total


def _started(step: Step) -> datetime:
    if step.started_at is None:
        raise RuntimeError(f"{step.name} has not begun")
    return step.started_at


def _completed(step: Step) -> datetime:
    if step.completed_at is None:
        raise RuntimeError(f"{step.name} has not ended")
    return step.completed_at


def _person() -> User:
    return User.objects.create_user(f"engine-{uuid4().hex}@example.org", "bench", role="manager")


def _repeated(source: Path, target: Path, times: int) -> Path:
    """The same pictures so many times, without encoding them again."""
    return _copied(["-stream_loop", str(times - 1), "-i", str(source)], target)


def _cut(source: Path, target: Path) -> Path:
    """The first seconds."""
    return _copied(["-i", str(source), "-t", str(_SHORT_SECONDS)], target)


def _copied(arguments: list[str], target: Path) -> Path:
    command = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-y",
        *arguments,
        "-c",
        "copy",
        "-movflags",
        "+faststart",
        target,
    ]
    subprocess.run(command, check=True, timeout=_LONGEST)
    return target

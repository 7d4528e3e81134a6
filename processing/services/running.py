"""Running one step: the heart that beats while it works, and what becomes of its result."""

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_noop

from assets.exceptions import StorageUnavailable
from assets.models import Asset
from assets.services import places
from mediaportal.core import sandbox
from mediaportal.core.sandbox import ProgramFailed, ProgramStopped, ProgramTimedOut, SandboxError
from processing.exceptions import LeaseLost, MediaError, StepPostponed
from processing.models import Job, Step
from processing.pipeline import plan_of
from processing.services import jobs, leases, progress, publishing, speeds
from processing.services.context import StepContext

logger = logging.getLogger(__name__)
_SIGNALS = 128
_TOO_LONG = gettext_noop("This step took longer than it may.")
# A cancelled step's program ends within two seconds: the time of a beat, and of the sandbox's next question.
_BEAT_SECONDS = 1.0
_LEAST_WALL_SECONDS = 1800
_WALL_FACTOR = 120

# What is counted of less is nothing but the counting.
_LEAST_CPU_SECONDS = 0.02

# Set when the worker is told to end: running programs are stopped and their steps given back.
shutting_down = threading.Event()


@dataclass(frozen=True)
class _Run:
    """What ends a run from outside: its step was taken away, or it has lasted longer than it may."""

    lost: threading.Event = field(default_factory=threading.Event)
    overdue: threading.Event = field(default_factory=threading.Event)

    def ending(self) -> bool:
        """Whether the run should end, for these or because the worker goes down."""
        return self.lost.is_set() or self.overdue.is_set() or shutting_down.is_set()


@dataclass(frozen=True)
class _Failure:
    """What is written down of a run that failed; a final one is not tried again."""

    code: str
    detail: str
    log: str
    final: bool = False


def run(*, step: Step) -> None:
    """Carry out a claimed step to its end: completed, given back, to be tried again, or failed with a reason.

    Never raises for what a step does wrong; an error of the database goes on to the caller, and the lease runs out.
    """
    this = _Run()
    logger.info("step %s of job %s begins, attempt %d", step.name, step.job_id, step.attempt)
    try:
        _carry_out(step, this)
        logger.info("step %s of job %s is done", step.name, step.job_id)
    except LeaseLost:
        logger.info("step %s (%s) was taken away while it ran", step.pk, step.name)
    except (ProgramStopped, places.Stopped) as error:
        if this.lost.is_set():
            logger.info("step %s (%s) was taken away and has stopped", step.pk, step.name)
        elif this.overdue.is_set():
            _fail(step, _Failure("step_timed_out", _TOO_LONG, str(error), final=True))
        elif shutting_down.is_set():
            leases.give_back(step=step)
    except StepPostponed as error:
        _postpone(step, error)
    except Exception as error:  # noqa: BLE001 - it becomes a reason, and is logged there
        # The edge of the task: whatever a step does wrong becomes a reason that people can read.
        _fail(step, _failure(step, error))


def _carry_out(step: Step, this: _Run) -> None:
    """Do the work of a step and complete it with what it made."""
    with _scratch(step) as scratch:
        # Fetching the original and sending what was made may take long too.
        with _heart(step, this), _original(step, this) as source:
            context = _context(step, source=source, scratch=scratch, this=this)
            results = _work(context)
            if this.ending():
                raise ProgramStopped(step.name)
            prepared = publishing.prepare(
                step=step, asset=context.asset, products=context.products, handed_on=context.interim
            )
            if prepared.interim:
                results["interim"] = prepared.interim
        _finish(context, results, prepared)


def _failure(step: Step, error: Exception) -> _Failure:
    """The reason that an error stands for. Those that nobody foresaw are logged whole."""
    match error:
        case MediaError():
            return _Failure(error.code, error.sentence, error.log, final=True)
        case ProgramTimedOut():
            return _Failure("step_timed_out", _TOO_LONG, str(error), final=True)
        case ProgramFailed():
            # An exit code of its own means that the program does not like the file; a signal is worth another try.
            final = 0 < error.returncode < _SIGNALS
            sentence = gettext_noop("A program that works on the file failed.")
            return _Failure("processing_failed", sentence, error.stderr_tail, final=final)
        case SandboxError() | StorageUnavailable() | OSError():
            logger.error("step %s (%s) failed", step.pk, step.name, exc_info=error)
            sentence = gettext_noop("The machine could not carry out this step.")
            return _Failure("worker_trouble", sentence, str(error))
        case _:
            logger.error("step %s (%s) broke", step.pk, step.name, exc_info=error)
            sentence = gettext_noop("Something unexpected went wrong in this step.")
            return _Failure("internal_error", sentence, repr(error))


def _postpone(step: Step, error: StepPostponed) -> None:
    """Give a step back that cannot be carried out yet."""
    logger.info("step %s of job %s waits: %s", step.name, step.job_id, error.log)
    leases.postpone(step=step, code=error.code, detail=error.sentence, seconds=error.seconds, log=error.log)
    progress.forget(job_id=step.job_id, step=step.name)


def _original(step: Step, this: _Run) -> AbstractContextManager[Path]:
    """The asset's original as a local file."""
    return places.local_file(step.job.asset.storage_key, stop=this.ending)


def _context(step: Step, *, source: Path, scratch: Path, this: _Run) -> StepContext:
    """What the step is given."""
    return StepContext(
        job=step.job,
        step=step,
        asset=step.job.asset,
        source=source,
        scratch=scratch,
        report=progress.reporter(job=step.job, step=step),
        stop=this.ending,
    )


def _work(context: StepContext) -> dict[str, Any]:
    """Call what the pipeline names for this step. What its programs took of the processors is told with its results,
    unless the step tells it by itself.
    """
    work = plan_of(context.asset.kind, context.step.name).work
    with (
        sandbox.yielding(0 if context.step.urgency > 0 else settings.STEP_NICENESS),
        sandbox.counting() as used,
    ):
        results = {} if work is None else work(context)
    if used.cpu_seconds >= _LEAST_CPU_SECONDS:
        results.setdefault("cpu_seconds", round(used.cpu_seconds, 2))
    return results


def _finish(context: StepContext, results: dict[str, Any], prepared: publishing.Prepared) -> None:
    """Publish what was made and complete the step, in one transaction, if this run still holds it."""

    def publish(step: Step, job: Job) -> None:
        if context.facts:
            jobs.learn(job=job, step=step, facts=context.facts)
        publishing.publish(step=step, job=job, asset=job.asset, prepared=prepared)
        publishing.describe(asset=job.asset, details=context.details)
        jobs.extend(job=job, names=context.further)
        transaction.on_commit(lambda: speeds.learn(step_id=step.pk), robust=True)

    done = False
    try:
        leases.complete(step=context.step, results=results, publish=publish)
        done = True
    finally:
        if not done:
            publishing.withdraw(prepared=prepared)


def _fail(step: Step, failure: _Failure) -> None:
    """Write a failed run down."""
    with transaction.atomic():
        step.job = leases.lock_job_of(step_id=step.pk)
        leases.failed_attempt(
            step=step, code=failure.code, detail=failure.detail, log=failure.log, final=failure.final
        )
    progress.forget(job_id=step.job_id, step=step.name)


@contextmanager
def _scratch(step: Step) -> Iterator[Path]:
    """An empty folder for this run alone, removed at its end whatever happens."""
    folder = settings.SCRATCH_ROOT / f"{step.job_id}-{step.name}-{uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _heart(step: Step, this: _Run) -> Iterator[None]:
    """Renew the lease each second in a thread of its own; tells the run when the step was taken away, and when it has
    lasted longer than it may.
    """
    done = threading.Event()

    def beat() -> None:
        try:
            _beat(step, this, done)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"lease-{step.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=10)


def _beat(step: Step, this: _Run, done: threading.Event) -> None:
    """Renew a lease until the run is done, or has lost the step. A database that is away is asked again."""
    begun = renewed = time.monotonic()
    percent = 0
    while not done.wait(_BEAT_SECONDS):
        now = time.monotonic()
        try:
            held = leases.renew(step=step, percent=percent)
        except DatabaseError as error:
            logger.warning("the lease of step %s (%s) could not be renewed: %s", step.pk, step.name, error)
            connection.close()
            held = now - renewed < settings.STEP_LEASE_SECONDS
        else:
            renewed = now
        if not held:
            this.lost.set()
            return
        if now - begun > longest_seconds(step.job.asset):
            this.overdue.set()
        percent = int(progress.read(step.job_id).get(step.name, 0.0) * 100)


def longest_seconds(asset: Asset) -> float:
    """How long a step may hold its slot, in seconds, however it spends them."""
    return min(settings.STEP_MOST_SECONDS, _LEAST_WALL_SECONDS + _WALL_FACTOR * (asset.duration or 0.0))

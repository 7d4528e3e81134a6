"""Running one step, and what becomes of its result."""

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_noop

from assets.exceptions import StorageUnavailable
from assets.services import places
from mediaportal.core import sandbox
from mediaportal.core.sandbox import (
    ProgramFailed,
    ProgramKilled,
    ProgramStopped,
    ProgramTimedOut,
    SandboxError,
)
from mediaportal.core.secrets import MasterKeyMissing, SealBroken
from mediaportal.core.stopping import Stop
from processing.exceptions import LeaseLost, MediaError, StepPostponed
from processing.models import Job, Step
from processing.pipeline import plan_of
from processing.services import leases, planning, progress, publishing, pulse, speeds
from processing.services.context import StepContext
from processing.services.pulse import Run

logger = logging.getLogger(__name__)
_SIGNALS = 128
_TOO_LONG = gettext_noop("This step took longer than it may.")
_LOCKED = gettext_noop("Waiting for a key of this installation that is missing (MASTER_KEYS).")
_AWAY = "storage_away"
_AWAY_SECONDS = 30.0
_MOST_WAITS = 24 * 3600 / _AWAY_SECONDS
# Whoever ends a whole service ends its programs too, and they may hear it a moment before their worker does.
_TOGETHER_SECONDS = 2.0
_ASK_AGAIN_SECONDS = 1.0
# What is counted of less is nothing but the counting.
_LEAST_CPU_SECONDS = 0.02

# Set when the worker is told to end.
shutting_down = pulse.shutting_down


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
    logger.info("step %s of job %s begins, attempt %d", step.name, step.job_id, step.attempt)
    try:
        _run(step, Run())
    except LeaseLost:
        logger.info("step %s (%s) was taken away and has stopped", step.pk, step.name)


def _run(step: Step, this: Run) -> None:
    """Carry out a step and write down what became of it; raises `LeaseLost` when it is not this run's any more."""
    try:
        _carry_out(step, this)
        logger.info("step %s of job %s is done", step.name, step.job_id)
    except LeaseLost:
        raise
    except (ProgramStopped, places.Stopped) as error:
        _stopped(step, this, error)
    except ProgramKilled as error:
        if shutting_down.wait(_TOGETHER_SECONDS):
            leases.give_back(step=step)
        else:
            _fail(step, _failure(step, error))
    except (StepPostponed, StorageUnavailable, MasterKeyMissing) as error:
        _put_off(step, error)
    except Exception as error:  # noqa: BLE001 - it becomes a reason, and is logged there
        # The edge of the task: whatever a step does wrong becomes a reason that people can read.
        _fail(step, _failure(step, error))


def _stopped(step: Step, this: Run, error: Exception) -> None:
    """Write down of a run that has ended early why it was to end."""
    if this.lost.is_set():
        raise LeaseLost(step.name)
    if this.overdue.is_set():
        _fail(step, _Failure("step_timed_out", _TOO_LONG, str(error), final=True))
    elif shutting_down.is_set():
        leases.give_back(step=step)


def _put_off(step: Step, error: StepPostponed | StorageUnavailable | MasterKeyMissing) -> None:
    """Give a step back that waits for something."""
    match error:
        case StepPostponed():
            _postpone(step, error, results=error.results)
        case StorageUnavailable():
            _wait_for_storage(step, error)
        case MasterKeyMissing():
            _postpone(step, StepPostponed(error.code, _LOCKED, seconds=_AWAY_SECONDS, log=error.detail))


def _carry_out(step: Step, this: Run) -> None:
    """Do the work of a step and complete it with what it made."""
    with _scratch(step) as scratch:
        # Fetching the original and sending what was made may take long too.
        with pulse.heart(step, this), pulse.voice(step, this), _original(step, this, scratch) as source:
            context = _context(step, source=source, scratch=scratch, this=this)
            results = _work(context)
            if this.ending():
                raise ProgramStopped(step.name)
            prepared = publishing.prepare(
                step=step,
                asset=context.asset,
                products=context.products,
                handed_on=context.interim,
                stop=this.ending,
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
            # An exit code of its own means that the program does not like the file; a crash is worth another try.
            final = 0 < error.returncode < _SIGNALS
            sentence = gettext_noop("A program that works on the file failed.")
            return _Failure("processing_failed", sentence, error.stderr_tail, final=final)
        case SealBroken():
            logger.error("step %s (%s) has no keys: %s", step.pk, step.name, error.code)
            return _Failure(error.code, gettext_noop("The keys of this set cannot be opened."), error.code)
        case SandboxError() | StorageUnavailable() | OSError():
            logger.error("step %s (%s) failed", step.pk, step.name, exc_info=error)
            sentence = gettext_noop("The machine could not carry out this step.")
            return _Failure("worker_trouble", sentence, str(error))
        case _:
            logger.error("step %s (%s) broke", step.pk, step.name, exc_info=error)
            sentence = gettext_noop("Something unexpected went wrong in this step.")
            return _Failure("internal_error", sentence, repr(error))


def _postpone(step: Step, error: StepPostponed, *, results: dict[str, Any] | None = None) -> None:
    """Give a step back that cannot be carried out yet; `results` is what its next run finds."""
    logger.info("step %s of job %s waits: %s", step.name, step.job_id, error.log)
    leases.postpone(
        step=step,
        code=error.code,
        detail=error.sentence,
        seconds=error.seconds,
        log=error.log,
        results=results,
    )
    progress.forget(job_id=step.job_id, step=step.name)


def _wait_for_storage(step: Step, error: StorageUnavailable) -> None:
    """Let a step wait for a storage that does not answer, which is no fault of its own; after a day of waiting in all,
    tries are counted, so that it ends.
    """
    waits = step.results.get("waits", 0) + 1
    if waits > _MOST_WAITS:
        _fail(step, _failure(step, error))
        return
    sentence = gettext_noop("Waiting for the storage, which cannot be reached.")
    away = StepPostponed(_AWAY, sentence, seconds=_AWAY_SECONDS, log=f"{error.__cause__ or error}")
    _postpone(step, away, results={**step.results, "waits": waits})


def _original(step: Step, this: Run, scratch: Path) -> AbstractContextManager[Path]:
    """The asset's original as a local file; nothing, where the step fetches it by itself."""
    if plan_of(step.job.asset.kind, step.name).fetches:
        return nullcontext(scratch / "original")
    return _fetched(step, this)


def _fetched(step: Step, this: Run) -> AbstractContextManager[Path]:
    """The asset's original, brought here if it lies elsewhere."""
    return places.local_file(step.job.asset.storage_key, stop=this.ending)


def _context(step: Step, *, source: Path, scratch: Path, this: Run) -> StepContext:
    """What the step is given."""
    return StepContext(
        job=step.job,
        step=step,
        asset=step.job.asset,
        source=source,
        scratch=scratch,
        report=this.report,
        stop=this.ending,
        fetch=partial(_fetched, step, this),
    )


def _work(context: StepContext) -> dict[str, Any]:
    """Call what the pipeline names for this step. What its programs took of the processors is told with its results,
    unless the step tells it by itself.
    """
    work = plan_of(context.asset.kind, context.step.name).work
    try:
        with (
            sandbox.yielding(0 if context.step.urgency > 0 else settings.STEP_NICENESS),
            sandbox.counting() as used,
        ):
            results = {} if work is None else work(context)
    finally:
        _reconnect(context.stop)
    if used.cpu_seconds >= _LEAST_CPU_SECONDS:
        results.setdefault("cpu_seconds", round(used.cpu_seconds, 2))
    return results


def _reconnect(stop: Stop) -> None:
    """Let what a step has come to be written over a connection that is alive: the one that was there before it may be
    gone, by a restart of the database or by a firewall that ends what has said nothing for an hour. A database that is
    away is waited for, until `stop` tells that the run should end.
    """
    while not connection.in_atomic_block and not (connection.connection and connection.is_usable()):
        connection.close()
        try:
            connection.connect()
        except OperationalError as error:
            logger.warning("what a step has made waits for the database: %s", error)
            if stop():
                return
            time.sleep(_ASK_AGAIN_SECONDS)


def _finish(context: StepContext, results: dict[str, Any], prepared: publishing.Prepared) -> None:
    """Publish what was made and complete the step, in one transaction, if this run still holds it."""

    def publish(step: Step, job: Job) -> None:
        if context.facts:
            planning.learn(job=job, step=step, facts=context.facts)
        publishing.publish(
            step=step, job=job, asset=job.asset, prepared=prepared, keeps_earlier=context.keeps_earlier
        )
        for told in context.published:
            told()
        publishing.describe(asset=job.asset, details=context.details)
        planning.extend(job=job, names=context.further)
        transaction.on_commit(lambda: speeds.learn(step_id=step.pk), robust=True)

    done = False
    try:
        leases.complete(step=context.step, results=results, publish=publish)
        done = True
    finally:
        if not done:
            publishing.withdraw(prepared=prepared)


def _fail(step: Step, failure: _Failure) -> None:
    """Write a failed run down; raises `LeaseLost` when the job is gone."""
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

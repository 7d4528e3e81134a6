"""One engine's share of an order: ask it, or ask how far it is, and hand in what it found."""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy, gettext_noop

from analysis import engines
from analysis.engines import Engine, EngineAway, Failure, Found, Request
from analysis.exceptions import AllFailed
from analysis.services import outcome
from analysis.services.requests import request_for
from mediaportal.core.sandbox import (
    ProgramFailed,
    ProgramKilled,
    ProgramStopped,
    ProgramTimedOut,
    SandboxError,
)
from processing.exceptions import StepPostponed
from processing.services.context import StepContext

logger = logging.getLogger(__name__)
_AWAY = "engine_away"
_ELSEWHERE = "analysis_elsewhere"
_MOST_AWAYS = 120
WAITS = {
    _AWAY: gettext_lazy("Waiting for an engine"),
    _ELSEWHERE: gettext_lazy("Being analysed elsewhere"),
}
"""What steps wait for that are given back, in words."""

_FAILED = gettext_noop("A program that works on the file failed.")
_TROUBLE = gettext_noop("The machine could not carry out this step.")


def run(context: StepContext) -> dict[str, Any]:
    """Carry out a step: what its engine finds is written down in the transaction that completes it.

    Raises `StepPostponed` while the work goes on elsewhere, `AllFailed` when nothing of the whole order could be done,
    and the errors of the sandbox.
    """
    share = outcome.begin(job=context.job, step=context.step)
    if share is None:
        # A run before this one may have ended between writing its failures down and failing.
        _raise(outcome.reason_of_all(job=context.job))
        return {}
    request = request_for(
        context.asset,
        types=share.types,
        languages=share.order.languages,
        source=context.source,
        folder=context.scratch,
        token=share.token,
    )
    found = asked(engines.engine(share.engine), request, context)
    _raise(outcome.fail_at_once(step=context.step, share=share, found=found))
    context.published.append(partial(outcome.publish, share=share, found=found))
    return {
        "found": {str(name): len(result.findings) for name, result in found.results.items()},
        "failed": {str(name): failure.code for name, failure in found.failures.items()},
    }


def _raise(reason: Failure | None) -> None:
    """Fail the job, when there is a reason why nothing could be done."""
    if reason is not None:
        raise AllFailed(reason.code, reason.detail)


def asked(engine: Engine, request: Request, context: StepContext) -> Found:
    """What an engine found. A program that the file is too much for is a failure of these types alone; so is, at the
    last try, trouble of this machine, which is tried again as that of any step.

    Raises `StepPostponed` while the engine does not answer or is not done, and the errors of the sandbox.
    """
    try:
        if engine.remote:
            return _elsewhere(engine, request, context)
        handle = engine.start(request, on_progress=context.report, stop=context.stop)
        return engine.results(handle, request)
    except (ProgramStopped, ProgramKilled):
        raise
    except EngineAway as error:
        return _away(engine, request, context, error)
    except (ProgramFailed, ProgramTimedOut) as error:
        return _failed(request, Failure("processing_failed", _FAILED), str(error))
    except (SandboxError, OSError) as error:
        if context.step.attempt < settings.STEP_ATTEMPTS:
            raise
        return _failed(request, Failure("worker_trouble", _TROUBLE), str(error))


def _elsewhere(engine: Engine, request: Request, context: StepContext) -> Found:
    """Begin work that goes on elsewhere, or ask how far it is. Raises `StepPostponed` until it is done."""
    handle = context.step.results.get("handle")
    if handle is None:
        handle = engine.start(request, on_progress=context.report, stop=context.stop)
        if not outcome.is_open(job=context.job):
            # Cancelled meanwhile, by somebody who could not know of the handle.
            _give_up(engine, handle)
            raise ProgramStopped(engine.name)
    try:
        standing = engine.poll(handle)
        handle = standing.handle or handle
        if standing.done:
            return engine.results(handle, request)
    except EngineAway as error:
        return _away(engine, request, context, error, handle)
    raise StepPostponed(
        _ELSEWHERE,
        gettext_noop("The analysis goes on elsewhere."),
        seconds=standing.again_in_seconds,
        log=f"{engine.name} has done {standing.fraction:.0%}",
        results={"handle": handle},
    )


def _away(
    engine: Engine, request: Request, context: StepContext, error: EngineAway, handle: str | None = None
) -> Found:
    """Wait for an engine that does not answer; one that never does has failed, and what it has begun is given up."""
    kept = dict(context.step.results) | ({"handle": handle} if handle else {})
    aways = kept.get("aways", 0) + 1
    if aways > _MOST_AWAYS:
        failure = Failure(_AWAY, gettext_noop("The engine does not answer."))
        if handle:
            _give_up(engine, handle)
        return _failed(request, failure, error.log)
    raise StepPostponed(
        _AWAY,
        gettext_noop("Waiting for an engine that does not answer."),
        seconds=error.again_in_seconds,
        log=error.log,
        results={**kept, "aways": aways},
    )


def _give_up(engine: Engine, handle: str) -> None:
    """Let an engine forget its work, if it hears that."""
    try:
        engine.cancel(handle)
    except EngineAway as error:
        logger.warning("%s was not told that its work is given up: %s", engine.name, error.log)


def _failed(request: Request, failure: Failure, log: str) -> Found:
    """One failure of all types."""
    logger.warning("nothing could be analysed: %s", log)
    return Found({}, dict.fromkeys(request.types, failure))

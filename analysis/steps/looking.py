"""One engine's share of an order: ask it, or ask how far it is, and hand in what it found."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy, gettext_noop

from analysis import engines
from analysis.engines import Engine, EngineAway, Failure, Found, Request
from analysis.exceptions import AllFailed, NotAbleHere
from analysis.models import Errand
from analysis.services import collected, errands, outcome
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
# An engine that does not answer is asked again after pauses that grow to ten minutes, for half a day in all.
_MOST_AWAYS, _PAUSE_GROWS, _LONGEST_PAUSE = 80, 1.3, 600.0
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
    )
    found = asked(engines.engine(share.engine), request, context)
    _raise(outcome.fail_at_once(step=context.step, share=share, found=found))
    context.published.append(partial(outcome.publish, share=share, found=found))
    context.published.append(partial(errands.let_go_of_step, step=context.step))
    return {
        "found": {str(name): len(result.findings) for name, result in found.results.items()},
        "failed": {str(name): failure.code for name, failure in found.failures.items()},
    }


def _raise(reason: Failure | None) -> None:
    """Fail the job, when there is a reason why nothing could be done."""
    if reason is not None:
        raise AllFailed(reason.code, reason.detail)


def asked(engine: Engine, request: Request, context: StepContext, *, most_aways: int = _MOST_AWAYS) -> Found:
    """What an engine found. A program that the file is too much for is a failure of these types alone; so is, at the
    last try, trouble of this machine, which is tried again as that of any step. An engine that does not answer is asked
    again `most_aways` times.

    Raises `StepPostponed` while the engine does not answer or is not done, and the errors of the sandbox.
    """
    try:
        if engine.remote:
            return _elsewhere(engine, request, context, most_aways)
        handle = engine.start(request, on_progress=context.report, stop=context.stop)
        return engine.results(handle, request)
    except (ProgramStopped, ProgramKilled):
        raise
    except EngineAway as error:
        return _away(engine, request, context, error, most_aways)
    except (ProgramFailed, ProgramTimedOut) as error:
        return _failed(request, Failure("processing_failed", _FAILED), str(error))
    except (SandboxError, OSError) as error:
        if context.step.attempt < settings.STEP_ATTEMPTS:
            raise
        return _failed(request, Failure("worker_trouble", _TROUBLE), str(error))


def _elsewhere(engine: Engine, request: Request, context: StepContext, most_aways: int) -> Found:
    """Begin work that goes on elsewhere, or ask how far it is. Raises `StepPostponed` until it is done."""
    errand = errands.under_way(step=context.step)
    if errand is None:
        if collected.said_of(context.asset).only_here:  # since it was ordered
            return _failed(request, Failure(NotAbleHere.code, NotAbleHere.sentence), "nothing may leave")
        errand = _begun(engine, request, context)
    try:
        standing = engine.poll(errand.handle)
        if standing.handle:
            errands.note(errand=errand, handle=standing.handle)
        if standing.done:
            return _read(engine, errand, request, context)
    except EngineAway as error:
        return _away(engine, request, context, error, most_aways, errand)
    raise StepPostponed(
        _ELSEWHERE,
        gettext_noop("The analysis goes on elsewhere."),
        seconds=standing.again_in_seconds,
        log=f"{engine.name} has done {standing.fraction:.0%}",
        results={},
    )


def _begun(engine: Engine, request: Request, context: StepContext) -> Errand:
    """Make ready what an engine elsewhere reads; how it stands is written down before and after. What this run does not
    come to an end with is let go of.
    """
    errand = errands.begin(step=context.step, engine=engine.name)

    def note(handle: str) -> None:
        errands.note(errand=errand, handle=handle)

    try:
        with _here(request, context) as at_hand:
            handle = engine.start(
                replace(at_hand, token=errand.pk.hex),
                on_progress=context.report,
                stop=context.stop,
                note=note,
            )
        errands.note(errand=errand, handle=handle, begun=True)
    except BaseException:
        errands.let_go(errand=errand)
        raise
    return errand


def _read(engine: Engine, errand: Errand, request: Request, context: StepContext) -> Found:
    """What was found. An image goes with the call that answers, so that of it nothing is kept elsewhere to be read
    again.
    """
    if request.kind != "image":
        return engine.results(errand.handle, request)
    with _here(request, context) as at_hand:
        found = engine.results(errand.handle, at_hand)
    errands.let_go(errand=errand)
    return found


@contextmanager
def _here(request: Request, context: StepContext) -> Iterator[Request]:
    """A request whose medium lies here, fetched if it does not yet."""
    if isinstance(request.source, Path) and request.source.exists():
        yield request
        return
    with context.original() as source:
        yield replace(request, source=source)


def _away(  # noqa: PLR0917 - one step of `asked`
    engine: Engine,
    request: Request,
    context: StepContext,
    error: EngineAway,
    most_aways: int,
    errand: Errand | None = None,
) -> Found:
    """Wait for an engine that does not answer; one that never does has failed, and what it has begun is paid for."""
    aways = context.step.results.get("aways", 0) + 1
    if aways > most_aways:
        logger.warning("nothing could be analysed: %s", error.log)
        failure = Failure(_AWAY, gettext_noop("The engine does not answer."))
        spent = engine.spent(errand.handle, request) if errand else {}
        return Found({}, {name: replace(failure, cost=spent.get(name, Decimal(0))) for name in request.types})
    raise StepPostponed(
        _AWAY,
        gettext_noop("Waiting for an engine that does not answer."),
        seconds=min(_LONGEST_PAUSE, error.again_in_seconds * _PAUSE_GROWS ** (aways - 1)),
        log=error.log,
        results={**context.step.results, "aways": aways},
    )


def _failed(request: Request, failure: Failure, log: str) -> Found:
    """One failure of all types."""
    logger.warning("nothing could be analysed: %s", log)
    return Found({}, dict.fromkeys(request.types, failure))

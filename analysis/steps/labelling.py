"""The labels of captured key frames: each picture is shown to an engine. What fails is told, and hinders nothing."""

from functools import partial
from typing import Any

from django.utils.translation import gettext_noop

from analysis import engines
from analysis.engines import Engine, Failure, Found
from analysis.engines import Type as EngineType
from analysis.services import errands, labelling, outcome
from analysis.services.sights import Beginning, Sights, sight_of
from analysis.steps import looking
from assets.models import Variant
from assets.services import places
from mediaportal.core.sandbox import ProgramStopped
from processing.services import keyframes
from processing.services.context import StepContext


def run(context: StepContext) -> dict[str, Any]:
    """Label the captured key frames of this job's asset; what is found stands with each picture and among the moments.

    Raises `StepPostponed` while an engine does not answer, and the errors of the sandbox; pictures that have been
    labelled until then are not shown to it again, nor are they when this run is lost.
    """
    captures = list(keyframes.captures_of(context.asset))
    beginning = labelling.begin(job=context.job, captures=captures)
    share = outcome.begin(job=context.job, step=context.step)
    if share is None:
        return {}
    if beginning.failure is not None:
        found = Found({}, {EngineType.OBJECTS: beginning.failure})
        context.published.append(partial(outcome.publish, share=share, found=found))
        return _told(beginning, {})
    sights: Sights = labelling.sights_of(captures, job=context.job)
    engine = engines.engine(beginning.engine)
    for number, capture in enumerate(captures):
        if str(capture.pk) not in sights:
            sight = sight_of(_seen(context, engine, capture, number), EngineType.OBJECTS)
            labelling.keep(job=context.job, capture=capture, sight=sight)
            sights[str(capture.pk)] = sight
        context.report((number + 1) / len(captures))
    found = labelling.whole_of(captures, sights, duration=context.asset.duration or 0.0)
    context.published.append(partial(outcome.publish, share=share, found=found))
    context.published.append(partial(errands.let_go_of_step, step=context.step))
    return _told(beginning, sights)


def _seen(context: StepContext, engine: Engine, capture: Variant, number: int) -> Found:
    """What an engine sees in one picture."""
    if context.stop():
        raise ProgramStopped(engine.name)
    folder = context.scratch / f"{number:03}"
    folder.mkdir(exist_ok=True)
    try:
        with places.local_file(capture.storage_key, stop=context.stop) as source:
            request = labelling.request_for(capture, source=source, folder=folder)
            return looking.asked(engine, request, context)
    except FileNotFoundError:
        return _gone()


def _gone() -> Found:
    """That somebody has deleted a picture meanwhile."""
    sentence = gettext_noop("This picture is not kept any more.")
    return Found({}, {EngineType.OBJECTS: Failure("picture_gone", sentence)})


def _told(beginning: Beginning, sights: Sights) -> dict[str, Any]:
    """What the step tells of itself."""
    labelled = sum("labels" in one for one in sights.values())
    return {"labelled": labelled, "engine": beginning.engine, "missing": list(beginning.missing)}

"""The steps of the jobs that analyse: one for each engine and group of types that it is asked for together."""

from collections.abc import Iterable

from django.utils.translation import pgettext_lazy

from analysis.services.parameters import LABELS
from analysis.steps import labelling, looking, telling
from processing.models import Queue
from processing.pipeline import StepPlan
from processing.services import keyframes
from processing.steps import keyframes as capturing

PREFIX = "analysis_"

STEPS: list[StepPlan] = [
    StepPlan(
        f"{PREFIX}local_sight",
        pgettext_lazy("step", "Looking at the pictures"),
        Queue.ANALYSIS,
        (),
        10,
        looking.run,
    ),
    StepPlan(
        f"{PREFIX}local_hearing",
        pgettext_lazy("step", "Listening to the sound"),
        Queue.ANALYSIS,
        (),
        10,
        looking.run,
    ),
    StepPlan(
        f"{PREFIX}aws",
        pgettext_lazy("step", "Analysing at Amazon Web Services"),
        Queue.ANALYSIS,
        (),
        10,
        looking.run,
        # Most of its runs only ask how far it is.
        fetches=True,
    ),
]


KEYFRAMES: list[StepPlan] = [
    StepPlan(
        keyframes.STEP,
        pgettext_lazy("step", "Capturing key frames"),
        Queue.INGEST,
        (),
        4,
        capturing.run,
    ),
    StepPlan(
        LABELS,
        pgettext_lazy("step", "Labelling key frames"),
        Queue.ANALYSIS,
        (keyframes.STEP,),
        10,
        labelling.run,
        fetches=True,
    ),
    StepPlan(
        "keyframe_metadata",
        pgettext_lazy("step", "Writing the metadata of the key frames"),
        Queue.INGEST,
        (keyframes.STEP, LABELS),
        1,
        telling.run,
        fetches=True,
    ),
]
"""The job that captures key frames, labels them and tells of it: it ends well also where a part has failed."""


def step_name(engine: str, group: str) -> str:
    """The step that does the types of a group by an engine."""
    return f"{PREFIX}{engine}_{group}" if group else f"{PREFIX}{engine}"


def steps_for(names: Iterable[str]) -> list[StepPlan]:
    """The plans of these steps, in their order; raises `KeyError` for one that there is not."""
    by_name = {plan.name: plan for plan in STEPS}
    return [by_name[name] for name in names]

"""A job as a graph: what waits for what, how long each step waited and ran, and for managers what is behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from assets.services.reasons import said
from processing.models import Job, Status, Step
from processing.pipeline import label_of, piece_of
from processing.services import status
from processing.services.actors import Actor, manages


@dataclass(frozen=True)
class GraphStep:
    """One step; `column` counts what comes before it, times are in seconds.

    `piece_of` names the step that a piece of a long file belongs to; `note` is what a step that has ended says of what
    it did, if it does. `behind` is for managers alone.
    """

    name: str
    label: str
    status: str
    progress: int
    column: int
    depends_on: list[str]
    piece_of: str | None
    ready_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    waited_seconds: float | None
    ran_seconds: float | None
    error: dict[str, str] | None
    note: str
    behind: "Behind | None"


@dataclass(frozen=True)
class Behind:
    """What only managers see of a step: where it waits, who carries it out, at which attempt, what it took of the
    machine (CPU seconds), and the end of what its program said.
    """

    queue: str
    worker: str
    attempt: int
    cpu_seconds: float | None
    log: str


@dataclass(frozen=True)
class Graph:
    """A job with its steps, in an order in which each stands behind what it waits for."""

    job_id: UUID
    asset_id: UUID
    job_type: str
    status: str
    progress: int
    current_step: str | None
    estimated_completion: datetime | None
    priority: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    error: dict[str, str] | None
    steps: list[GraphStep]


def graph_of(*, job: Job, user: Actor, moving: Mapping[str, Any] | None = None) -> Graph:
    """The graph as this person may see it. Expects a job loaded with `with_steps`; `moving` is what `progress_of` says
    of it, when that is known already.
    """
    moving = moving or status.progress_of(job)
    live = status.live_steps(job)
    steps = [step for step, _percent in live]
    percents = {step.name: percent for step, percent in live}
    columns = columns_of({step.name: step.depends_on for step in steps})
    left = moving["eta_seconds"]
    now = timezone.now()
    behind = manages(user)
    return Graph(
        job_id=job.pk,
        asset_id=job.asset_id,
        job_type=job.job_type,
        status=job.status,
        progress=moving["progress"],
        current_step=moving["current_step"],
        estimated_completion=None if left is None else now + timedelta(seconds=left),
        priority=job.priority,
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
        error=moving["error"],
        steps=sorted(
            (_step(step, percents[step.name], columns[step.name], now=now, behind=behind) for step in steps),
            key=lambda step: step.column,
        ),
    )


def columns_of(after: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many steps stand before each one on the longest way to it; names that are not in the job count for nothing.

    A circle, which no pipeline has, ends at the number of steps.
    """
    found = dict.fromkeys(after, 0)
    most = len(after) - 1
    moved = True
    while moved:
        moved = False
        for name, names in after.items():
            column = min(most, max((found[one] + 1 for one in names if one in found), default=0))
            if column > found[name]:
                found[name], moved = column, True
    return found


def _step(step: Step, percent: int, column: int, *, now: datetime, behind: bool) -> GraphStep:
    """One step with its times as of now."""
    return GraphStep(
        name=step.name,
        label=_label(step.name),
        status=step.status,
        progress=percent,
        column=column,
        depends_on=list(step.depends_on),
        piece_of=piece_of(step.name),
        ready_at=step.ready_at,
        started_at=step.started_at,
        completed_at=step.completed_at,
        waited_seconds=_waited(step, now),
        ran_seconds=_ran(step, now),
        error=status.error_of(step),
        note=said(step.results.get("note", "")),
        behind=Behind(step.queue, step.worker, step.attempt, step.cpu_seconds, step.log) if behind else None,
    )


def _label(name: str) -> str:
    """A step's name in words; a piece has its number."""
    whole = piece_of(name)
    if whole is None:
        return label_of(name)
    number = int(name.rpartition("_")[2])
    return _("%(step)s, part %(number)d") % {"step": label_of(whole), "number": number}


def _waited(step: Step, now: datetime) -> float | None:
    """Seconds between the moment when it could begin and when it did; None while it cannot begin."""
    if step.ready_at is None or step.status == Status.CANCELLED:
        return None
    began = now if step.status == Status.PENDING else step.started_at
    if began is None or began < step.ready_at:
        return None
    return (began - step.ready_at).total_seconds()


def _ran(step: Step, now: datetime) -> float | None:
    """Seconds of its last run; None before it and for one that was stopped."""
    ended = now if step.status == Status.PROCESSING else step.completed_at
    if step.started_at is None or ended is None or step.status in {Status.PENDING, Status.CANCELLED}:
        return None
    return max(0.0, (ended - step.started_at).total_seconds())

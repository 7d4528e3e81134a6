"""The page of one job: the graph in columns with pieces put together, and every step on one line of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.access import Caller, can_change
from processing.access import can_order_work
from processing.models import OPEN, Job, Package, Status
from processing.pipeline import label_of
from processing.services import jobs, status, waiting
from processing.services.actors import manages
from processing.services.graph import Graph, GraphStep, graph_of

# Steps that come before the job are not on its line of time.
_BEFORE = "upload"


@dataclass(frozen=True)
class Node:
    """A box of the graph: a step, or the pieces of one, with a word for where it stands."""

    name: str
    label: str
    status: str
    progress: int
    word: str
    seconds: float | None
    after: list[str]
    after_labels: list[str]
    pieces: list[GraphStep] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A step and, once it has begun, its place on the line of time: shares of the line in CSS's per cent."""

    step: GraphStep
    word: str
    on_line: bool
    waits_from: str
    waits: str
    runs_from: str
    runs: str


def page_of(*, job: Job, user: Caller) -> dict[str, Any]:
    """What the page shows. Expects a job loaded with `with_steps`."""
    moving = status.progress_of(job)
    graph = graph_of(job=job, user=user, moving=moving)
    whole, pieces = _rows(graph)
    return {
        "job": job,
        "graph": graph,
        "package": Package.objects.filter(job=job).first(),
        "shown": ",".join([*(f"{step['name']}:{step['status']}" for step in moving["steps"]), graph.status]),
        "columns": columns(graph),
        "rows": whole,
        "pieces": pieces,
        "manages": manages(user),
        "took": _took(job),
        "seconds_left": _left(graph),
        "logs": [step for step in graph.steps if step.behind is not None and step.behind.log],
        "current_label": "" if graph.current_step is None else label_of(graph.current_step),
        "can_retry": job.status in {Status.FAILED, Status.CANCELLED}
        and not jobs.is_hopeless(job)
        and can_change(user, job.asset),
        "can_order": job.status in OPEN and can_order_work(user),
        "can_cancel": job.status in OPEN and can_change(user, job.asset),
    }


def _took(job: Job) -> float | None:
    """Seconds from its beginning to its end, or until now."""
    ended = timezone.now() if job.status == Status.PROCESSING else job.completed_at
    return (ended - job.started_at).total_seconds() if job.started_at and ended else None


def _left(graph: Graph) -> float | None:
    """Seconds that it may still take."""
    if graph.estimated_completion is None:
        return None
    return (graph.estimated_completion - timezone.now()).total_seconds()


def columns(graph: Graph) -> list[list[Node]]:
    """The boxes, column by column; the pieces of one step that wait for the same are one box."""
    boxes: dict[str, list[GraphStep]] = {}
    box_of = {step.name: f"{step.piece_of}_pieces" if step.piece_of else step.name for step in graph.steps}
    for step in graph.steps:
        boxes.setdefault(box_of[step.name], []).append(step)
    labels = {name: _box_label(found) for name, found in boxes.items()}
    after_of = _without_detours(
        {
            name: list(
                dict.fromkeys(box_of[one] for step in found for one in step.depends_on if one in box_of)
            )
            for name, found in boxes.items()
        }
    )
    column_of = {name: min(step.column for step in found) for name, found in boxes.items()}
    made: dict[int, list[Node]] = {}
    for name, found in boxes.items():
        after = after_of[name]
        node = Node(
            name=name,
            label=labels[name],
            status=_together(found),
            progress=sum(step.progress for step in found) // len(found),
            word=_word(found, graph),
            seconds=_seconds(found),
            after=after,
            after_labels=[labels[one] for one in after],
            pieces=found if found[0].piece_of else [],
        )
        made.setdefault(column_of[name], []).append(node)
    spans = _spans(after_of, column_of)
    return [_arranged(made[column], spans) for column in sorted(made)]


def _without_detours(after: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What each box waits for, without what another of these waits for anyway: a line would say nothing more."""

    def before(name: str) -> set[str]:
        found: set[str] = set()
        left = list(after[name])
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left.extend(after[one])
        return found

    return {
        name: [one for one in names if not any(one in before(other) for other in names if other != one)]
        for name, names in after.items()
    }


def _spans(after: Mapping[str, Sequence[str]], column_of: Mapping[str, int]) -> dict[str, int]:
    """Over how many columns the longest line from each box goes."""
    spans: dict[str, int] = {}
    for name, names in after.items():
        for one in names:
            spans[one] = max(spans.get(one, 0), column_of[name] - column_of[one])
    return spans


def _arranged(nodes: list[Node], spans: dict[str, int]) -> list[Node]:
    """A column with the boxes whose lines go far outside, above and below in turn, where no other box is in the way."""
    above: list[Node] = []
    below: list[Node] = []
    for number, node in enumerate(sorted(nodes, key=lambda node: -spans.get(node.name, 0))):
        (below if number % 2 else above).append(node)
    return above + below[::-1]


def _box_label(steps: Sequence[GraphStep]) -> str:
    """The words of a box."""
    whole = steps[0].piece_of
    return _("%(step)s, in parts") % {"step": label_of(whole)} if whole else steps[0].label


def _together(steps: Sequence[GraphStep]) -> str:
    """Where several steps stand as one."""
    found = {step.status for step in steps}
    for worst in (Status.FAILED, Status.CANCELLED, Status.PROCESSING):
        if worst in found:
            return str(worst)
    if len(found) > 1:
        return str(Status.PROCESSING)
    return found.pop()


def _seconds(steps: Sequence[GraphStep]) -> float | None:
    """How long they ran, all together."""
    ran = [step.ran_seconds for step in steps if step.ran_seconds is not None]
    return sum(ran) if ran else None


def _word(steps: Sequence[GraphStep], graph: Graph) -> str:
    """Where a box stands, in words."""
    if len(steps) == 1:
        return word_of(steps[0], graph)
    done = sum(step.status == Status.COMPLETED for step in steps)
    return ngettext("%(done)d of %(count)d part", "%(done)d of %(count)d parts", len(steps)) % {
        "done": done,
        "count": len(steps),
    }


def word_of(step: GraphStep, graph: Graph) -> str:
    """Where a step stands, in words."""
    if step.status == Status.PENDING:
        return _waiting_word(step)
    if step.status == Status.CANCELLED:
        return _("Not reached") if graph.status == Status.FAILED else _("Cancelled")
    words = {Status.COMPLETED: _("Done"), Status.FAILED: _("Failed"), Status.PROCESSING: _("In work")}
    return words[Status(step.status)]


def _waiting_word(step: GraphStep) -> str:
    """What a step waits for."""
    if step.error is not None:
        return waiting.word_of(step.error["code"]) or _("Waiting to try again")
    return _("Not yet") if step.ready_at is None else _("Waiting for its turn")


def _rows(graph: Graph) -> tuple[list[Row], list[tuple[str, list[Row]]]]:
    """The steps on the line of time, and the pieces of each cut step by themselves."""
    timed = [step for step in graph.steps if step.name != _BEFORE]
    now = timezone.now()
    begun = [moment for step in timed for moment in (step.ready_at, step.started_at) if moment]
    ends = [_end(step, now) for step in timed if step.started_at]
    first = min(begun, default=graph.created_at)
    length = max((max(ends, default=now) - first).total_seconds(), 0.001)
    whole: list[Row] = []
    pieces: dict[str, list[Row]] = {}
    for step in graph.steps:
        row = _row(step, graph, first=first, length=length)
        if step.piece_of:
            pieces.setdefault(_box_label([step]), []).append(row)
        else:
            whole.append(row)
    return whole, list(pieces.items())


def _end(step: GraphStep, now: datetime) -> datetime:
    """When a step ended, or now."""
    return step.completed_at or now


def _row(step: GraphStep, graph: Graph, *, first: datetime, length: float) -> Row:
    """One step on the line."""

    def share(seconds: float) -> str:
        return f"{min(max(seconds / length, 0.0), 1.0) * 100:.2f}%"

    ran = step.ran_seconds if step.name != _BEFORE else None
    runs_from = (step.started_at - first).total_seconds() if step.started_at and ran is not None else 0.0
    waited = step.waited_seconds if step.name != _BEFORE and ran is not None else None
    return Row(
        step=step,
        word=word_of(step, graph),
        on_line=ran is not None,
        waits_from=share(runs_from - (waited or 0.0)),
        waits=share(waited or 0.0),
        runs_from=share(runs_from),
        runs=share(ran or 0.0),
    )

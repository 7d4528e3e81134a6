"""Batches of decisions as workers make them and take them back: one worker at a batch, whose report is never lost.

Whoever works at a batch has it under a name of their own, and says after each case that they are still there. Who has
been silent for a while may be followed by another, who begins where the report stands; from then on the first one can
write nothing any more. What they had decided without writing it down is found by the decisions themselves.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils import timezone

from analysis.models import Batch, Case, Decision
from analysis.services.moderation import bulk, claiming, deciding
from analysis.services.moderation.bulk import Wish
from mediaportal.accounts.models import User
from mediaportal.core.problems import Problem

logger = logging.getLogger(__name__)

_STEP = 10
_SILENT = timedelta(seconds=60)
_UNDER_WAY = (Batch.Status.RUNNING, Batch.Status.UNDOING)


def go_on(*, batch_id: UUID) -> bool:
    """Bring a batch to its end, from where it stands: decide, or take back. False when there was nothing to do, or
    another worker is at it.
    """
    work = _take(batch_id)
    if work is None:
        return False
    undoing = work.batch.status == Batch.Status.UNDOING
    name, turn = ("undone", _take_back) if undoing else ("code", _decide)
    made = {one.case_id: one for one in Decision.objects.filter(batch=work.batch)}
    for place, line in enumerate(work.batch.report, start=1):
        if line[name]:
            continue
        turn(work.batch, line, made.get(UUID(line["id"])))
        if not (work.write() if place % _STEP == 0 else work.is_still_here()):
            return False
    return work.end(Batch.Status.UNDONE if undoing else Batch.Status.DONE)


def sweep() -> int:
    """Have batches gone on with that a worker has left; returns how many there were."""
    left = Batch.objects.filter(status__in=_UNDER_WAY, beat_at__lt=timezone.now() - _SILENT)
    ids = list(left.order_by("beat_at").values_list("pk", flat=True)[:20])
    for pk in ids:
        bulk.wake(pk)
    return len(ids)


@dataclass(frozen=True)
class _Work:
    """A batch in the hands of one worker. Each of these says whether it still is."""

    batch: Batch
    worker: UUID

    def is_still_here(self) -> bool:
        """Say so."""
        return self._written()

    def write(self) -> bool:
        """Write the report down."""
        return self._written(report=self.batch.report)

    def end(self, status: str) -> bool:
        """Write it down for the last time, and let go."""
        now = timezone.now()
        ended = {"ended_at": now} if status == Batch.Status.DONE else {}
        return self._written(report=self.batch.report, status=status, worker=None, **ended)

    def _written(self, **values: Any) -> bool:
        mine = Batch.objects.filter(pk=self.batch.pk, worker=self.worker, status=self.batch.status)
        return bool(mine.update(**values, beat_at=timezone.now()))


def _take(batch_id: UUID) -> _Work | None:
    """Take a batch that is under way and in nobody's hands; None for any other."""
    worker, now = uuid4(), timezone.now()
    free = Q(worker=None) | Q(beat_at__lt=now - _SILENT)
    rows = Batch.objects.filter(free, pk=batch_id, status__in=_UNDER_WAY)
    if not rows.update(worker=worker, beat_at=now):
        return None
    # Read afterwards: who had it before can have written until now.
    batch = Batch.objects.select_related("made_by").filter(pk=batch_id, worker=worker).first()
    return _Work(batch, worker) if batch is not None else None


def _decide(batch: Batch, line: dict[str, Any], made: Decision | None) -> None:
    """One case's turn. What was decided before the worker stopped is not decided again."""
    if made is None:
        code = _decided(batch, UUID(line["id"]))
        # A worker who was only slow may have decided on it a moment ago.
        made = Decision.objects.filter(batch=batch, case=line["id"]).first()
    line.update(code="ok", decision=str(made.pk)) if made is not None else line.update(code=code)


def _decided(batch: Batch, case_id: UUID) -> str:
    """Claim a case and decide on it: `ok`, or why not."""
    person, wish = batch.made_by, Wish(**batch.wish)
    case = Case.objects.filter(pk=case_id).select_related("asset", "policy", "assignee").first()
    code = bulk.code_of(person, case, wish)
    if code != "ok":
        return code
    try:
        claiming.claim(user=person, case_id=case_id)
    except Problem as problem:
        return problem.code
    try:
        deciding.decide(user=person, case_id=case_id, verdict=wish.verdict, batch=batch)
    except Problem as problem:
        _put_back(person, case_id)
        return problem.code
    return code


def _take_back(batch: Batch, line: dict[str, Any], made: Decision | None) -> None:
    """Take back what was decided on one case. What nothing was decided on has nothing to be taken back."""
    if made is None:
        line["undone"] = "nothing"
        return
    line["undone"] = "ok"
    if made.undone_at is not None:
        return
    try:
        deciding.undo(user=batch.made_by, decision_id=made.pk, asked_at=batch.undone_at)
    except Problem as problem:
        # A worker who was only slow may have taken it back a moment ago, and puts the case back.
        if not Decision.objects.filter(pk=made.pk, undone_at__isnull=False).exists():
            line["undone"] = problem.code
        return
    _put_back(batch.made_by, made.case_id)


def _put_back(person: User, case_id: UUID) -> None:
    """Let a case wait again; somebody who is looking at it one by one has it with them."""
    try:
        claiming.release(user=person, case_id=case_id)
    except Problem as problem:
        logger.info("case %s was not put back: %s", case_id, problem.code)

"""Work at engines elsewhere, from before anything is staged until nothing of it is left there.

Whoever ends work only lets go of its row, in the transaction that ends it; what lies and runs elsewhere is taken away
by a sweep, with pauses, until the engine says that nothing is left. So nobody who cancels waits for a service, and
nothing is removed before what it has found is stored.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from analysis import engines
from analysis.engines import EngineAway
from analysis.models import Errand
from processing.exceptions import LeaseLost
from processing.models import Job, Step
from processing.services import holding

logger = logging.getLogger(__name__)

TASK = "analysis.clear_up"
_AT_ONCE = 200
# A sweep that dies leaves what it was at to the next one after so long.
_HELD = timedelta(minutes=15)
_LONGEST_PAUSE = timedelta(hours=6)
_MOST_DOUBLINGS = 10
_GIVEN_UP_AFTER = timedelta(days=30)
_UNKNOWN_ENGINE_SECONDS = 3600.0


def under_way(*, step: Step) -> Errand | None:
    """What was begun for a step and can be asked after."""
    return Errand.objects.filter(step=step, let_go_at=None, begun_at__isnull=False).first()


@transaction.atomic
def begin(*, step: Step, engine: str) -> Errand:
    """Write down that an engine is to begin; what a run before this one has not come to an end with is let go of.

    Raises `LeaseLost` when this run does not hold the step any more.
    """
    holding.lock_job_of(step_id=step.pk)
    if not holding.holds(step=step):
        raise LeaseLost(step.name)
    _let_go(Q(step=step))
    return Errand.objects.create(step=step, engine=engine)


def note(*, errand: Errand, handle: str, begun: bool = False) -> None:
    """Write down how work stands; once it has `begun`, it can be asked after.

    Raises `LeaseLost` when it was let go of meanwhile, with what it may have left since then still to be cleared up.
    """
    now = timezone.now()
    marks = {"handle": handle} | ({"begun_at": now} if begun else {})
    if Errand.objects.filter(pk=errand.pk, let_go_at=None).update(**marks):
        errand.handle = handle
        return
    marks = {"engine": errand.engine, "handle": handle, "let_go_at": now, "again_at": now}
    Errand.objects.update_or_create(pk=errand.pk, defaults=marks)
    raise LeaseLost(str(errand.step_id))


def let_go(*, errand: Errand) -> None:
    """Nobody needs any longer what a run has begun that has not come to an end with it."""
    _let_go(Q(pk=errand.pk))


def let_go_of_step(*, step: Step) -> None:
    """Nobody needs any longer what is under way for a step. Must run in the transaction that ends it, if one does."""
    _let_go(Q(step=step))


def let_go_of_job(*, job: Job) -> None:
    """Nobody needs any longer what is under way for a job. Must run in the transaction that ends it."""
    _let_go(Q(step__job=job))


def _let_go(whose: Q) -> None:
    now = timezone.now()
    Errand.objects.filter(whose, let_go_at=None).update(let_go_at=now, again_at=now)


def sweep() -> int:
    """Clear up what nobody needs any longer; returns how many errands have nothing left.

    Several sweeps may run at once. An engine that does not answer is not asked for the others of its errands.
    """
    free = Q(let_go_at__isnull=False) | Q(step=None)
    due = list(Errand.objects.filter(free, again_at__lte=timezone.now()).order_by("again_at")[:_AT_ONCE])
    away: set[str] = set()
    done = 0
    for errand in due:
        if errand.engine in away:
            continue
        held = timezone.now() + _HELD
        if not Errand.objects.filter(pk=errand.pk, again_at=errand.again_at).update(again_at=held):
            continue
        try:
            pause = _cleared(errand, away)
        except Exception:
            # One that cannot be cleared up must not keep all the others from it.
            logger.exception("what %s has left at %s could not be cleared up", errand.pk, errand.engine)
            pause = _UNKNOWN_ENGINE_SECONDS
        done += _settle(errand, pause, held)
    return done


def _cleared(errand: Errand, away: set[str]) -> float | None:
    """Let an engine clear up; returns in how many seconds to go on, None when nothing is left. One that does not answer
    is added to `away`.
    """
    if not errand.handle:
        return None
    try:
        return engines.engine(errand.engine).clear_up(errand.handle)
    except EngineAway as error:
        logger.warning("%s cannot clear up %s now: %s", errand.engine, errand.pk, error.log)
        away.add(errand.engine)
        return error.again_in_seconds
    except KeyError:
        logger.warning("%s is no engine of this installation any more", errand.engine)
        return _UNKNOWN_ENGINE_SECONDS


def _settle(errand: Errand, pause: float | None, held: datetime) -> bool:
    """Remove an errand of which nothing is left, and say whether it was; otherwise it is cleared up again after a
    pause, which doubles each time. One that has been written down anew meanwhile stays as it is.
    """
    mine = Errand.objects.filter(pk=errand.pk, again_at=held)
    now = timezone.now()
    if pause is None:
        return bool(mine.delete()[0])
    if (errand.let_go_at or errand.created_at) < now - _GIVEN_UP_AFTER:
        logger.error("what lies at %s must be removed by hand: %s", errand.engine, errand.handle)
        mine.delete()
        return False
    wait = min(_LONGEST_PAUSE, timedelta(seconds=pause) * 2 ** min(errand.tries, _MOST_DOUBLINGS))
    mine.update(again_at=now + wait, tries=F("tries") + 1)
    return False

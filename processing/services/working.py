"""What a message leads to: a step is claimed and run, and whoever else could work is told."""

import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from assets.services import places
from processing.models import Step
from processing.services import leases, running, slots, workers
from processing.services.queues import wake

logger = logging.getLogger(__name__)


def work(*, queue: str, worker: str, hops: int = 0) -> None:
    """Claim the next step of a queue and run it.

    A message that finds only work for which this process has no slot is handed on, so that each process alive may have
    a look; whoever gives a slot back looks for itself. `hops` is how many processes have had it before.
    """
    if running.shutting_down.is_set():
        return
    if not _has_room():
        logger.warning("less than MIN_FREE_SPACE is left on this machine: it takes up nothing")
        _hand_on(queue, hops)
        return
    heard: frozenset[str] = frozenset(slots.group_of(queue) or {queue})
    with slots.room(queue) as room:
        step = leases.claim(
            queue=queue, worker=worker, urgent_only=room.urgent_only, ahead=slots.ahead(queue)
        )
        if step is not None:
            room.hold(step)
            if room.look_again:  # while this step was sought, somebody else found no slot
                _look_again(heard)
            try:
                running.run(step=step)
            finally:
                slots.done(step)
    if running.shutting_down.is_set():
        return
    if step is not None or room.look_again:
        _look_again(heard)
    elif room.urgent_only:
        _hand_on(queue, hops)


def _has_room() -> bool:
    """Whether a step finds room here for what it makes: otherwise all that waits would fail, one after the other, for
    what is no fault of theirs.
    """
    scratch = Path(settings.SCRATCH_ROOT)
    scratch.mkdir(parents=True, exist_ok=True)
    left = shutil.disk_usage(scratch).free
    if not places.is_remote():
        left = min(left, places.free_space())
    return left >= settings.MIN_FREE_SPACE


def _hand_on(queue: str, hops: int) -> None:
    """Send a message on that this process can do nothing with, unless every worker has seen it."""
    if hops + 1 < len(workers.alive(queue)) and Step.objects.claimable(queue).exists():
        with transaction.atomic():
            wake([queue], hops=hops + 1)


def _look_again(queues: Iterable[str]) -> None:
    """Send a message to each of these queues in which something waits."""
    waiting = [queue for queue in queues if Step.objects.claimable(queue).exists()]
    with transaction.atomic():
        wake(waiting)

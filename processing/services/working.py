"""What a message leads to: a step is claimed and run, and whoever else could work is told."""

from collections.abc import Iterable

from django.db import transaction

from processing.models import Step
from processing.services import leases, running, slots, workers
from processing.services.queues import wake


def work(*, queue: str, worker: str, hops: int = 0) -> None:
    """Claim the next step of a queue and run it.

    A message that finds only work for which this process has no slot is handed on, so that each process alive may have
    a look; whoever gives a slot back looks for itself. `hops` is how many processes have had it before.
    """
    if running.shutting_down.is_set():
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
    elif room.urgent_only and hops + 1 < len(workers.alive(queue)) and Step.objects.claimable(queue).exists():
        with transaction.atomic():
            wake([queue], hops=hops + 1)


def _look_again(queues: Iterable[str]) -> None:
    """Send a message to each of these queues in which something waits."""
    waiting = [queue for queue in queues if Step.objects.claimable(queue).exists()]
    with transaction.atomic():
        wake(waiting)

"""How much a worker process takes on at once.

Long work (the queues in `HEAVY`) has a fixed number of heavy slots. The process runs one thread more than that, and a
thread that finds the heavy slots taken takes urgent steps only: so there is always one that a ladder cannot hold.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from processing.models import Queue, Step

HEAVY = frozenset({Queue.TRANSCODE, Queue.ANALYSIS})
"""The queues whose steps, unless they are urgent, take a heavy slot."""


@dataclass
class Slots:
    """The slots of one process: `heavy` of them, its threads, and what runs in it just now."""

    heavy: int = 1
    threads: int = 1
    taken: int = 0
    missed: bool = False
    running: dict[UUID, Step] = field(default_factory=dict)
    last: dict[str, Step] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self) -> bool:
        """Take a heavy slot; when all are taken, remember that somebody asked in vain."""
        with self.lock:
            if self.taken >= self.heavy:
                self.missed = True
                return False
            self.taken += 1
            return True

    def free(self) -> bool:
        """Give a heavy slot back; True when somebody asked in vain meanwhile, who may have missed a step by it."""
        with self.lock:
            self.taken -= 1
            missed, self.missed = self.missed, False
            return missed

    def steps(self) -> list[str]:
        """The ids of the steps that run now."""
        with self.lock:
            return sorted(str(key) for key in self.running)


here = Slots()
"""The slots of this process."""


def settle(*, heavy: int, threads: int) -> None:
    """Fix this process's heavy slots when it starts: one thread stays for urgent steps, if it has more than one."""
    here.threads = threads
    here.heavy = max(1, min(heavy, threads - 1))


def urgent_first(queue: str) -> bool:
    """Whether this process takes urgent steps of a queue before all others: while it has none running, as otherwise a
    thousand of them would keep the rest waiting. With one thread only, every second time.
    """
    with here.lock:
        if here.threads > 1:
            return not any(step.urgency > 0 and step.queue == queue for step in here.running.values())
        return queue not in here.last or here.last[queue].urgency <= 0


@dataclass
class Room:
    """A thread's room for one step. `urgent_only` when no heavy slot was left; `look_again` when a step may have been
    passed over because of it.
    """

    heavy: bool
    urgent_only: bool
    look_again: bool = False

    def hold(self, step: Step) -> None:
        """Keep the room for this step; an urgent one needs no heavy slot."""
        with here.lock:
            here.running[step.pk] = here.last[step.queue] = step
        if step.urgency > 0:
            self.release()

    def release(self) -> None:
        """Give the heavy slot back, if one is held."""
        if self.heavy:
            self.heavy = False
            self.look_again = here.free()


@contextmanager
def room(queue: str) -> Iterator[Room]:
    """Room for one step of a queue, given back at the end."""
    bounded = queue in HEAVY
    heavy = bounded and here.take()
    found = Room(heavy=heavy, urgent_only=bounded and not heavy)
    try:
        yield found
    finally:
        found.release()


def done(step: Step) -> None:
    """Say that a step runs here no longer."""
    with here.lock:
        here.running.pop(step.pk, None)

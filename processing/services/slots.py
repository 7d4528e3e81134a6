"""How much a worker process takes on at once.

Long work (the queues in `HEAVY`) has a fixed number of heavy slots, and what a file goes through before (`LIGHT`) has
light ones. The process runs more threads than it has of either, and a thread that finds the slots taken takes urgent
steps only: so there is always one that a ladder, or the pictures of a large file, cannot hold.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from processing.models import Queue, Step
from processing.services.turns import Ahead

Group = frozenset[Queue]
HEAVY: Group = frozenset({Queue.TRANSCODE, Queue.ANALYSIS})
"""The queues whose steps, unless they are urgent, take a heavy slot."""
LIGHT: Group = frozenset({Queue.INGEST})
"""Those whose steps, unless they are urgent, take a light one."""
_MOST_IN_A_ROW = 4


def group_of(queue: str) -> Group | None:
    """The queues whose steps take the same slots as those of this one; None for one whose steps take none."""
    return next((group for group in (HEAVY, LIGHT) if queue in group), None)


@dataclass
class Slots:
    """The slots of one process, `heavy` and `light` ones, its threads, and what runs in it just now."""

    heavy: int = 1
    light: int = 1
    threads: int = 1
    taken: Counter[Group] = field(default_factory=Counter)
    missed: set[Group] = field(default_factory=set)
    running: dict[UUID, Step] = field(default_factory=dict)
    last: dict[str, Step] = field(default_factory=dict)
    in_a_row: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, group: Group) -> bool:
        """Take a slot of a group; when all are taken, remember that somebody asked in vain."""
        with self.lock:
            if self.taken[group] >= (self.heavy if group == HEAVY else self.light):
                self.missed.add(group)
                return False
            self.taken[group] += 1
            return True

    def free(self, group: Group) -> bool:
        """Give a slot back; True when somebody asked in vain meanwhile, who may have missed a step by it."""
        with self.lock:
            self.taken[group] -= 1
            missed = group in self.missed
            self.missed.discard(group)
            return missed

    def at_once(self, queues: Sequence[str]) -> int:
        """How many steps of these queues can run at the same time, not counting the slots kept for urgent ones."""
        if HEAVY & set(queues):
            return self.heavy
        return self.light if LIGHT & set(queues) else self.threads

    def kept(self, queues: Sequence[str]) -> int:
        """How many urgent steps of these queues can run beside that."""
        return self.threads - self.at_once(queues)

    def hurries(self, queue: str) -> bool:
        """Whether an urgent step of a queue runs; asked with the lock."""
        return any(step.urgency > 0 and step.queue == queue for step in self.running.values())

    def steps(self) -> list[str]:
        """The ids of the steps that run now."""
        with self.lock:
            return sorted(str(key) for key in self.running)


here = Slots()
"""The slots of this process."""


def settle(*, heavy: int, threads: int) -> None:
    """Fix this process's slots when it starts: one thread stays for urgent steps, if it has more than one."""
    here.threads = threads
    here.light = max(1, threads - 1)
    here.heavy = min(heavy, here.light)


def ahead(queue: str) -> Ahead:
    """Which urgent steps of a queue this process takes before all others: every one while it has none running, and
    beside one those of people who have none running. After a few of these in a row comes whose turn it is, as the many
    first plays of many people would otherwise keep everybody's ladders waiting. With one thread, every second time.
    """
    with here.lock:
        if here.threads == 1:
            return Ahead.NONE if queue in here.last and here.last[queue].urgency > 0 else Ahead.ALL
        if not here.hurries(queue):
            return Ahead.ALL
        return Ahead.OF_IDLE if here.in_a_row[queue] < _MOST_IN_A_ROW else Ahead.NONE


@dataclass
class Room:
    """A thread's room for one step, with a slot of a group. `urgent_only` when none was left; `look_again` when a step
    may have been passed over because of it.
    """

    slot: Group | None
    urgent_only: bool
    look_again: bool = False

    def hold(self, step: Step) -> None:
        """Keep the room for this step; an urgent one needs no slot."""
        with here.lock:
            if step.urgency <= 0:
                here.in_a_row[step.queue] = 0
            elif here.hurries(step.queue):
                here.in_a_row[step.queue] += 1
            here.running[step.pk] = here.last[step.queue] = step
        if step.urgency > 0:
            self.release()

    def release(self) -> None:
        """Give the slot back, if one is held."""
        if self.slot:
            group, self.slot = self.slot, None
            self.look_again = here.free(group)


@contextmanager
def room(queue: str) -> Iterator[Room]:
    """Room for one step of a queue, given back at the end."""
    group = group_of(queue)
    held = group is not None and here.take(group)
    found = Room(slot=group if held else None, urgent_only=group is not None and not held)
    try:
        yield found
    finally:
        found.release()


def done(step: Step) -> None:
    """Say that a step runs here no longer."""
    with here.lock:
        here.running.pop(step.pk, None)

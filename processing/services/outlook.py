"""What would happen if everything that is open now were worked off: a play-through of the claims and the clock.

It knows the order in which workers claim (`processing.services.turns`), the slots that they have, what waits for what,
and that steps side by side on one host share its cores. It asks neither the database nor the time.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from processing.services.speeds import Cost, slowed

_NEARLY_DONE = 1e-6


@dataclass
class Task:
    """An open step. `ready` is in how many seconds it may be claimed, once all that it waits for is done; `created`
    when its job was made, on the same clock.

    `cost` tells what it takes on a host, None where that cannot be told. `place` is the worker that has it already, and
    `host` that worker's machine; `done` is the share of it that is done.
    """

    job: UUID
    name: str
    queue: str
    turn_key: UUID
    cost: Callable[[str], Cost | None]
    urgency: int = 0
    priority: int = 0
    position: int = 0
    created: float = 0.0
    ready: float = 0.0
    waits: frozenset[str] = frozenset()
    place: str = ""
    host: str = ""
    elapsed: float = 0.0
    done: float = 0.0
    left: float = 0.0
    cores: float = 0.0


@dataclass
class Place:
    """A worker: what it listens to, how many steps it carries out at once, and how many more of urgent ones."""

    name: str
    host: str
    queues: frozenset[str]
    slots: int
    keeps: int = 0
    taken: int = 0
    kept: int = 0
    urgent: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def room(self) -> bool:
        """Whether it may take any step."""
        return self.taken < self.slots and self.room_for_urgent()

    def room_for_urgent(self) -> bool:
        """Whether it may take an urgent step."""
        return self.taken + self.kept < self.slots + self.keeps

    def count(self, task: Task, by: int) -> None:
        """Count a step that begins (1) or ends (-1) here."""
        if self.keeps and task.urgency > 0:
            self.kept += by
        else:
            self.taken += by
        self.urgent[task.queue] += by if task.urgency > 0 else 0


class _Line:
    """Who waits in a queue, by whose turn it is."""

    def __init__(self) -> None:
        """Nobody waits."""
        self.served: dict[UUID, float] = {}
        self._waiting: dict[UUID, list[tuple[int, int, float, float, int, int]]] = defaultdict(list)
        self._running: dict[UUID, int] = defaultdict(int)
        self._version: dict[UUID, int] = defaultdict(int)
        # Everybody's place, urgent steps first and in plain turns; an entry of an older version is void.
        self._urgent_first: list[tuple[tuple[float, ...], UUID, int]] = []
        self._plain: list[tuple[tuple[float, ...], UUID, int]] = []

    def join(self, task: Task, number: int, ready: float) -> None:
        """A step begins to wait."""
        entry = (-task.urgency, -task.priority, task.created, ready, task.position, number)
        heapq.heappush(self._waiting[task.turn_key], entry)
        self._place(task.turn_key)

    def take(self, *, urgent_only: bool, urgent_first: bool, now: float) -> int | None:
        """The number of the step that comes next, which waits no longer."""
        heap = self._urgent_first if urgent_first or urgent_only else self._plain
        while heap:
            rank, key, version = heap[0]
            if version == self._version[key] and urgent_only and not rank[0]:
                return None
            heapq.heappop(heap)
            if version == self._version[key]:
                *_order, number = heapq.heappop(self._waiting[key])
                self.served[key] = now
                return number
        return None

    def count(self, task: Task, by: int) -> None:
        """Count a step of this queue that begins (1) or ends (-1)."""
        self._running[task.turn_key] += by
        self._place(task.turn_key)

    def _place(self, key: UUID) -> None:
        """Find somebody's place anew."""
        self._version[key] += 1
        if not self._waiting[key]:
            return
        urgency, priority, *rest = self._waiting[key][0]
        turn = (priority, self._running[key], self.served.get(key, -math.inf), urgency, *rest)
        heapq.heappush(self._urgent_first, ((urgency, *turn), key, self._version[key]))
        heapq.heappush(self._plain, (turn, key, self._version[key]))


class Outlook:
    """A play-through. `cores` tells how many cores a host has; `served` when somebody was last served, in seconds from
    now, by queue and turn key.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        places: Sequence[Place],
        *,
        cores: Callable[[str], float],
        served: Mapping[tuple[str, UUID], float],
    ) -> None:
        """Nothing is played yet; tasks and places are used up by it."""
        self._tasks = tasks
        self._places = {place.name: place for place in places}
        self._cores = cores
        self._now = 0.0
        self._running: list[Task] = []
        self._later: list[tuple[float, int]] = []
        self._lines: dict[str, _Line] = defaultdict(_Line)
        self._open: dict[UUID, set[str]] = defaultdict(set)
        self._blocked: dict[UUID, list[int]] = defaultdict(list)
        self._ends: dict[UUID, float] = {}
        self._untold: set[UUID] = set()
        self._costs: dict[str, list[float]] = defaultdict(list)
        for (queue, key), at in served.items():
            self._lines[queue].served[key] = at

    def play(self) -> dict[UUID, float | None]:
        """In how many seconds each job will have ended; None where that cannot be told."""
        self._set_up()
        while True:
            self._due()
            self._assign()
            step = self._pause()
            if step is None:
                break
            self._advance(step)
        stuck = {job for job, names in self._open.items() if names}
        jobs = {task.job for task in self._tasks}
        return {job: None if job in stuck | self._untold else self._ends.get(job, 0.0) for job in jobs}

    def _set_up(self) -> None:
        """Put every step where it is now."""
        for task in self._tasks:
            self._open[task.job].add(task.name)
        for number, task in enumerate(self._tasks):
            if task.host:
                self._begin(task, task.host, self._places.get(task.place))
            elif task.waits & self._open[task.job]:
                self._blocked[task.job].append(number)
            else:
                heapq.heappush(self._later, (max(task.ready, 0.0), number))
        for task in self._running:
            task.left = _left(task.left, task.elapsed / self._slowed(task), task.done)

    def _due(self) -> None:
        """Let those wait in line whose time has come."""
        while self._later and self._later[0][0] <= self._now + _NEARLY_DONE:
            ready, number = heapq.heappop(self._later)
            task = self._tasks[number]
            self._lines[task.queue].join(task, number, min(ready, task.ready))

    def _assign(self) -> None:
        """Let every worker with room claim, in turns, until none finds anything."""
        found = True
        while found:
            found = False
            for place in self._places.values():
                for queue in place.queues:
                    found |= self._claim(place, queue)

    def _claim(self, place: Place, queue: str) -> bool:
        """Let a worker take the next step of a queue, if it has room for it."""
        line = self._lines.get(queue)
        if line is None or not place.room_for_urgent():
            return False
        alone = not place.urgent[queue]
        number = line.take(urgent_only=not place.room(), urgent_first=alone, now=self._now)
        if number is None:
            return False
        self._begin(self._tasks[number], place.host, place)
        return True

    def _begin(self, task: Task, host: str, place: Place | None) -> None:
        """Let a step run."""
        cost = task.cost(host)
        if cost is None:
            self._untold.add(task.job)
            known = self._costs[task.queue]
            cost = Cost(sum(known) / len(known) if known else 0.0)
        else:
            self._costs[task.queue].append(cost.seconds)
        task.host, task.place, task.cores = host, place.name if place else "", cost.cores
        task.left = cost.seconds
        self._lines[task.queue].count(task, 1)
        if place is not None:
            place.count(task, 1)
        self._running.append(task)

    def _pause(self) -> float | None:
        """How long nothing changes from now on; None when nothing will any more."""
        found = [task.left * self._slowed(task) for task in self._running]
        if self._later:
            found.append(self._later[0][0] - self._now)
        return max(min(found), 0.0) if found else None

    def _slowed(self, task: Task) -> float:
        """How many times longer a step takes because of those beside it."""
        if not task.cores:
            return 1.0
        beside = [other for other in self._running if other.host == task.host and other is not task]
        urgent = sum(other.cores for other in beside if other.urgency > 0)
        others = sum(other.cores for other in beside if other.urgency <= 0)
        return slowed(
            task.cores, urgent=task.urgency > 0, beside=(urgent, others), cores=self._cores(task.host)
        )

    def _advance(self, seconds: float) -> None:
        """Let time pass, and end what is done by then."""
        factors = [self._slowed(task) for task in self._running]
        for task, factor in zip(self._running, factors, strict=True):
            task.left -= seconds / factor
        self._now += seconds
        ended = [task for task in self._running if task.left <= _NEARLY_DONE]
        self._running = [task for task in self._running if task.left > _NEARLY_DONE]
        for task in ended:
            self._end(task)

    def _end(self, task: Task) -> None:
        """A step is done: its worker is free, and what waited for it may be claimed."""
        if place := self._places.get(task.place):
            place.count(task, -1)
        self._lines[task.queue].count(task, -1)
        names = self._open[task.job]
        names.discard(task.name)
        self._ends[task.job] = self._now
        still = []
        for number in self._blocked[task.job]:
            if self._tasks[number].waits & names:
                still.append(number)
            else:
                heapq.heappush(self._later, (self._now, number))
        self._blocked[task.job] = still


def _left(seconds: float, elapsed: float, done: float) -> float:
    """What is left of a step that was to take so many seconds with the host to itself, and has had `elapsed` of them:
    by its own pace, the more of it is done.
    """
    if done > 0:
        whole = (1 - done) * seconds + done * (elapsed / done)
        return whole * (1 - done)
    # Nothing tells how far it is: what takes longer than expected will take a little longer still.
    return max(seconds - elapsed, elapsed / 10)

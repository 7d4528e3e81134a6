"""What goes on beside a running step: its lease is renewed, its progress is told, and it hears when it should end."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error, connection

from assets.models import Asset
from processing.models import Step
from processing.services import leases, progress

logger = logging.getLogger(__name__)
# A cancelled step's program ends within two seconds: the time of a beat, and of the sandbox's next question.
_BEAT_SECONDS = 1.0
# Of a run that has been told to end and does not, so that the sweeper may take its step back.
_HEEDED_SECONDS = 60.0
_TOLD_SECONDS = 0.3
_JOIN_SECONDS = 10.0
_LEAST_WALL_SECONDS = 1800
_WALL_FACTOR = 120

# Set when the worker is told to end: running programs are stopped and their steps given back.
shutting_down = threading.Event()


@dataclass
class Run:
    """What ends a run from outside: its step was taken away, or it has lasted longer than it may. And how far it is.

    A step's thread leaves its progress here and goes on at once: what it takes to tell of it is another thread's.
    """

    lost: threading.Event = field(default_factory=threading.Event)
    overdue: threading.Event = field(default_factory=threading.Event)
    fraction: float | None = None

    def report(self, fraction: float) -> None:
        """Take a step's word of how much of it is done, from 0 to 1."""
        self.fraction = fraction

    def percent(self) -> int:
        """How much is done, as it stands in the step's row."""
        return int(min(max(self.fraction or 0.0, 0.0), 1.0) * 100)

    def ending(self) -> bool:
        """Whether the run should end, for these or because the worker goes down."""
        return self.lost.is_set() or self.overdue.is_set() or shutting_down.is_set()


@contextmanager
def heart(step: Step, this: Run) -> Iterator[None]:
    """Renew the lease each second in a thread of its own; tells the run when the step was taken away, and when it has
    lasted longer than it may. Nothing but the database is asked there.
    """
    with _aside(f"lease-{step.name}", lambda done: _beat(step, this, done), seconds=_JOIN_SECONDS):
        yield


@contextmanager
def voice(step: Step, this: Run) -> Iterator[None]:
    """Tell of the progress in a thread of its own: a Redis that hangs delays neither the lease nor the run's end."""
    with _aside(f"progress-{step.name}", lambda done: _tell(step, this, done), seconds=_BEAT_SECONDS):
        yield


@contextmanager
def _aside(name: str, body: Callable[[threading.Event], None], *, seconds: float) -> Iterator[None]:
    """Run `body` beside the block; it ends when the event is set that it is given, and is waited for so long."""
    done = threading.Event()

    def whole() -> None:
        try:
            body(done)
        finally:
            connection.close()

    thread = threading.Thread(target=whole, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=seconds)


def _beat(step: Step, this: Run, done: threading.Event) -> None:
    """Renew a lease until the run is done, or has lost the step. A database that is away is asked again, for however
    long: only it can say that the step was taken away, and most often it is away for everybody.

    A run that does not end a while after it was told to is left to the sweeper.
    """
    begun = time.monotonic()
    longest = longest_seconds(step.job.asset)
    while not done.wait(_BEAT_SECONDS):
        now = time.monotonic()
        if now - begun > longest + _HEEDED_SECONDS:
            logger.error("step %s (%s) does not end; its lease runs out", step.pk, step.name)
            return
        try:
            if not leases.renew(step=step, percent=this.percent()):
                this.lost.set()
                return
        except Error as error:
            logger.warning("the lease of step %s (%s) could not be renewed: %s", step.pk, step.name, error)
            connection.close()
        if now - begun > longest:
            this.overdue.set()


def _tell(step: Step, this: Run, done: threading.Event) -> None:
    """Tell of each progress once, until the run is done. What goes wrong with it harms nobody."""
    report = progress.reporter(job=step.job, step=step)
    while not done.wait(_TOLD_SECONDS):
        if this.fraction is None:
            continue
        try:
            report(this.fraction)
        except Exception:
            logger.warning("progress of step %s (%s) is not told", step.pk, step.name, exc_info=True)


def longest_seconds(asset: Asset) -> float:
    """How long a step may hold its slot, in seconds, however it spends them."""
    return min(settings.STEP_MOST_SECONDS, _LEAST_WALL_SECONDS + _WALL_FACTOR * (asset.duration or 0.0))

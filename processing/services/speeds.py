"""How fast this installation is: learned from each step that completes, told for each step that is to come.

A step's cost is the sum over its measures (`processing.services.measures`) of units × seconds a unit. For what encodes,
these seconds are CPU seconds, which do not depend on what else the machine has to do; what becomes of them on the
clock is a second sum, learned quickly: `begin {step}` once, and `pace {step}` seconds for each CPU second while the
step has the machine to itself. For every other step they are seconds on the clock at once.

What a run took beside what was foreseen is shared out among the measures by what each had been foreseen to take.
Every share multiplies its row, `seconds = seconds × factor`: a moving (geometric) mean that loses no update whatever
the order in which several workers write. `whole machine` is what a CPU second takes with all cores of a host at it,
`any encoding` and `any step` what units take in comparison with the table in `measures`; they speak for measures that
were never met, each for those of its kind.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from processing.models import Speed, Status, Step
from processing.services.measures import Amounts, Extent, by_bytes, family, general, relative

ANY_ENCODING, ANY_STEP = "any encoding", "any step"
WHOLE_MACHINE = "whole machine"

# How much of a surprise the newest run is believed, once there have been several.
_SLOW, _QUICK = 0.12, 0.3
# A single run changes nothing by more than this, from the third on.
_MOST_AT_ONCE = 3.0
_FEW = 3
_OF_ENCODERS = {"command", "decode", "encode", "sound", "join"}
_USUAL_BEGIN = 0.5
# What long steps keep of the processors while urgent ones want them all.
_YIELDED = 0.1
_LEAST_SECONDS = 0.001


@dataclass(frozen=True)
class Cost:
    """What a step will take with its host to itself: seconds on the clock, and how many cores it keeps busy."""

    seconds: float
    cores: float = 0.0


class Speeds:
    """Everything learned so far, as it was at one moment."""

    def __init__(self, rows: Mapping[tuple[str, str], tuple[float, int]]) -> None:
        """`rows` are seconds and samples by host and measure."""
        self._rows = rows
        self._everywhere: dict[str, tuple[float, float]] = {}
        for (_host, measure), (seconds, samples) in rows.items():
            whole, weight = self._everywhere.get(measure, (0.0, 0.0))
            self._everywhere[measure] = (whole + seconds * samples, weight + samples)

    def known(self, measure: str, host: str = "") -> float | None:
        """Seconds a unit on this host, or on all hosts together where it was never met."""
        if (host, measure) in self._rows:
            return self._rows[host, measure][0]
        whole, weight = self._everywhere.get(measure, (0.0, 0.0))
        return whole / weight if weight else None

    def samples(self, measure: str, host: str) -> int:
        """How many runs on this host have taught a measure."""
        return self._rows.get((host, measure), (0.0, 0))[1]

    def told(self, measure: str, host: str = "") -> float | None:
        """As `known`, and for a measure never met what the others let expect: of an encoder once any has run, of a step
        once one of its name has. None before.
        """
        found = self.known(measure, host)
        if found is not None:
            return found
        like, name = _like(measure), measure.rpartition(" ")[2]
        if like == ANY_STEP and f"start {name}" not in self._everywhere:
            return None
        pace = self.known(like, host)
        return None if pace is None else pace * relative(measure)

    def cores(self, host: str) -> float:
        """How many cores a host has; one, as long as it has not said so."""
        return 1.0 / (self.known(WHOLE_MACHINE, host) or 1.0)

    def effort(self, amounts: Amounts, host: str = "") -> float | None:
        """The sum over the measures, in the seconds that they are learned in; None while that cannot be told."""
        told = [(self.told(measure, host), units) for measure, units in amounts.items()]
        if not told or any(seconds is None for seconds, _units in told):
            return None
        return sum((seconds or 0.0) * units for seconds, units in told)

    def cost(self, *, step: str, amounts: Amounts, host: str = "") -> Cost | None:
        """What a step of this name will take; None while that cannot be told."""
        effort = self.effort(amounts, host)
        if effort is None:
            return None
        pace = self.known(f"pace {family(step)}", host)
        if pace is None:
            return Cost(effort)
        begin = self.known(f"begin {family(step)}", host) or 0.0
        return Cost(begin + pace * effort, min(1.0 / pace, self.cores(host)))


def read() -> Speeds:
    """All that was learned; one query."""
    rows = Speed.objects.values_list("host", "measure", "seconds", "samples")
    return Speeds({(host, measure): (seconds, samples) for host, measure, seconds, samples in rows})


def _like(*measures: str) -> str:
    """What speaks for measures that were never met."""
    encoding = any(measure.partition(" ")[0] in _OF_ENCODERS for measure in measures)
    return ANY_ENCODING if encoding else ANY_STEP


def host_of(worker: str) -> str:
    """The machine of a worker, from the name under which it holds a lease."""
    return worker.partition(":")[0]


def slowed(wanted: float, *, urgent: bool, beside: tuple[float, float], cores: float) -> float:
    """How many times longer something takes that keeps `wanted` cores busy when it has the host to itself.

    `beside` are the cores that urgent steps and others want at the same time: long ones yield to the urgent.
    """
    before, others = beside
    if urgent:
        return max(1.0, (wanted + before) / cores)
    return max(1.0, (wanted + others) / max(cores - before, cores * _YIELDED))


def learn(*, step_id: UUID) -> None:
    """Learn from a step that has just completed on this machine, with what ran beside it taken into account."""
    step = Step.objects.select_related("job__asset").filter(pk=step_id, status=Status.COMPLETED).first()
    if step is None or step.started_at is None or step.completed_at is None or not step.worker:
        return
    host, name, speeds = host_of(step.worker), family(step.name), read()
    took = max((step.completed_at - step.started_at).total_seconds(), _LEAST_SECONDS)
    effort = step.cpu_seconds or took
    _say_cores(speeds, host)
    plain, done = general(step=step.name, extent=Extent.of(step.job.asset)), _done(step)
    whole = sum(units * relative(measure) for measure, units in (done or plain).items())
    _teach(speeds, host, {_like(*(done or plain)): whole}, effort, most=_SLOW)
    speeds = read()  # a measure that is met here for the first time begins where all work together stands now
    if effort != took:
        alone = _alone(step, speeds, host, took=took, effort=effort)
        _teach(speeds, host, {f"begin {name}": 1.0, f"pace {name}": effort}, alone, most=_QUICK)
    if done:
        _teach(speeds, host, done, effort, most=_SLOW)
    if _is_usual(step):
        _teach(speeds, host, plain, effort, most=_SLOW)
        if step.job.asset.metadata.get("probed"):
            _teach_bytes(step, speeds, host, effort)


def _done(step: Step) -> Amounts:
    """What a step amounted to of what was foreseen: rungs that could be copied were not encoded."""
    copied = set(step.results.get("copied", ()))
    return {
        measure: units
        for measure, units in step.work.items()
        if not (measure.startswith("encode ") and measure.rpartition(" ")[2] in copied)
    }


def _is_usual(step: Step) -> bool:
    """Whether a step did all that is expected of its name while a file has not been read: no piece, no joining."""
    return not step.work or (step.name == family(step.name) and "join" not in step.work)


def _teach_bytes(step: Step, speeds: Speeds, host: str, effort: float) -> None:
    """Learn what the step takes for each MiB beyond its start, for files that have not been read yet."""
    name, extent = family(step.name), Extent.of(step.job.asset)
    beyond = effort - (speeds.told(f"start {name}", host) or 0.0)
    amounts = {measure: units for measure, units in by_bytes(step=name, extent=extent).items() if units > 0}
    amounts.pop(f"start {name}", None)
    if amounts:
        _teach(speeds, host, amounts, max(beyond, effort / 10), most=_SLOW)


def _alone(step: Step, speeds: Speeds, host: str, *, took: float, effort: float) -> float:
    """What a run that took so many seconds would have taken with its host to itself."""
    beside = _beside(step, speeds, host, took)
    pace = speeds.known(f"pace {family(step.name)}", host)
    if not any(beside) or pace is None:
        return took
    begin = min(speeds.known(f"begin {family(step.name)}", host) or 0.0, took / 2)
    cores = speeds.cores(host)
    factor = slowed(min(1.0 / pace, cores), urgent=step.urgency > 0, beside=beside, cores=cores)
    return max(begin + (took - begin) / factor, effort / cores)


def _beside(step: Step, speeds: Speeds, host: str, took: float) -> tuple[float, float]:
    """How many cores urgent steps and others kept busy on the host, in the mean over a run."""
    others = Step.objects.filter(
        Q(status=Status.COMPLETED, completed_at__gt=step.started_at) | Q(status=Status.PROCESSING),
        worker__startswith=f"{host}:",
        started_at__lt=step.completed_at,
    ).exclude(pk=step.pk)
    urgent = plain = 0.0
    for name, started, completed, urgency in others.values_list(
        "name", "started_at", "completed_at", "urgency"
    ):
        pace = speeds.known(f"pace {family(name)}", host)
        if pace is not None and started is not None and step.started_at and step.completed_at:
            shared = min(completed or step.completed_at, step.completed_at) - max(started, step.started_at)
            cores = max(shared.total_seconds(), 0.0) / took * min(1.0 / pace, speeds.cores(host))
            urgent, plain = (urgent + cores, plain) if urgency > 0 else (urgent, plain + cores)
    return urgent, plain


def _teach(speeds: Speeds, host: str, amounts: Amounts, took: float, *, most: float) -> None:
    """Share out among measures by how much a run took more or less than they had let expect.

    `most` is the share of the newest run in a row that many have taught; a new row believes it whole.
    """
    expected = {measure: _expected(speeds, host, measure) for measure in amounts}
    foreseen = {measure: expected[measure] * units for measure, units in amounts.items()}
    whole = sum(foreseen.values())
    if whole <= 0:
        return
    surprise = took / whole
    if min(speeds.samples(measure, host) for measure in amounts) >= _FEW:
        surprise = min(max(surprise, 1 / _MOST_AT_ONCE), _MOST_AT_ONCE)
    norm = sum((part / whole) ** 2 for part in foreseen.values())
    for measure in sorted(amounts):
        share = min(1.0, foreseen[measure] / whole / norm)
        believed = max(1.0 / (speeds.samples(measure, host) + 1), most)
        _move(host, measure, expected[measure], surprise ** (believed * share))


def _expected(speeds: Speeds, host: str, measure: str) -> float:
    """What a unit of a measure was expected to take."""
    word = measure.partition(" ")[0]
    usual = {"begin": _USUAL_BEGIN, "pace": 1.0 / speeds.cores(host)}.get(word)
    if (known := speeds.known(measure, host)) is not None:
        return known
    return usual or relative(measure) * (speeds.known(_like(measure), host) or 1.0)


def _move(host: str, measure: str, expected: float, factor: float) -> None:
    """Multiply a row, or begin it; two workers at once both count."""
    rows = Speed.objects.filter(host=host, measure=measure)
    changed = {"seconds": F("seconds") * factor, "samples": F("samples") + 1, "updated_at": timezone.now()}
    if rows.update(**changed):
        return
    _row, made = Speed.objects.get_or_create(
        host=host, measure=measure, defaults={"seconds": expected * factor, "samples": 1}
    )
    if not made:
        rows.update(**changed)


def _say_cores(speeds: Speeds, host: str) -> None:
    """Write down how many cores this host has, if that is not known yet or has changed."""
    seconds = 1.0 / len(os.sched_getaffinity(0))
    if speeds.known(WHOLE_MACHINE, host) != seconds:
        Speed.objects.update_or_create(
            host=host, measure=WHOLE_MACHINE, defaults={"seconds": seconds, "samples": 1}
        )

"""Files that one step makes for another: no variant, no link, gone when the job has completed.

They lie in the storage, as the next step may run on another machine. Those of a job that ended badly are kept for a
while, so that another try goes on from there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.services import leftovers, places
from assets.services.names import asset_folder
from mediaportal.core.stopping import Stop, never
from processing.models import Job, Status, Step


@dataclass(frozen=True)
class Interim:
    """A file in a step's scratch folder that another step of the job needs, under a name of its own in the job."""

    name: str
    path: Path
    facts: dict[str, Any]


@dataclass(frozen=True)
class Handed:
    """A file that another step has handed on, as a local file while it is held."""

    name: str
    path: Path
    facts: dict[str, Any]


def folder_of(job: Job) -> str:
    """The prefix of everything that the steps of a job hand on."""
    return f"{asset_folder(job.asset_id)}/interim/{job.pk}"


def put(*, folder: str, files: Sequence[Interim], stop: Stop = never) -> dict[str, dict[str, Any]]:
    """Move files to where other workers find them; returns what the step's results say of them, by their names.

    `folder` lies below that of the job, and no two runs of a step have the same. Raises `StorageUnavailable`, and
    `places.Stopped` when `stop` tells so between two files.
    """
    kept: dict[str, dict[str, Any]] = {}
    for file in files:
        if stop():
            raise places.Stopped
        key = f"{folder}/{file.name}"
        places.put(file.path, key)
        kept[file.name] = {"key": key, "facts": file.facts}
    return kept


@contextmanager
def taken(*, job: Job, steps: Sequence[str], stop: Callable[[], bool]) -> Iterator[list[Handed]]:
    """Hold what these steps of a job have handed on, in the order of the steps, as local files.

    Raises `StorageUnavailable`, and `places.Stopped` when `stop` tells so meanwhile.
    """
    results = dict(job.steps.filter(name__in=steps, status=Status.COMPLETED).values_list("name", "results"))
    with ExitStack() as held:
        yield [
            Handed(name, held.enter_context(places.local_file(said["key"], stop=stop)), said["facts"])
            for step in steps
            for name, said in results.get(step, {}).get("interim", {}).items()
        ]


def drop(*, job: Job) -> None:
    """Have all of a job's files removed, as part of the transaction that ends it."""
    if job.steps.filter(results__has_key="interim").exists():
        leftovers.leave(folder_of(job))


def forget(*, job: Job) -> None:
    """Have what the steps of a job that ended badly have handed on removed; another try makes anew what it needs of it.

    Must run in a transaction that holds the job's row.
    """
    steps = list(job.steps.all())
    handing = [step for step in steps if "interim" in step.results]
    for step in handing:
        for folder in {str(said["key"]).rpartition("/")[0] for said in step.results["interim"].values()}:
            leftovers.leave(folder)  # and not the job's whole folder, where another try puts files of its own
        step.results = {name: value for name, value in step.results.items() if name != "interim"}
    again = _to_make_again(steps, handing)
    for step in again:
        step.status, step.progress, step.completed_at, step.results = Status.CANCELLED, 0, None, {}
    changed = {step.pk: step for step in (*handing, *again)}
    Step.objects.bulk_update(changed.values(), ["status", "progress", "completed_at", "results"])


def _to_make_again(steps: Sequence[Step], handing: Sequence[Step]) -> list[Step]:
    """The completed steps that another try cannot do without: those whose files one takes that has not completed, and
    what was made between the two, which would not fit to new ones.
    """
    open_names = {step.name for step in steps if step.status != Status.COMPLETED}
    again: dict[str, Step] = {}
    before = -1
    while before != len(again):
        before = len(again)
        names = open_names | set(again)
        wanted = {name for step in steps if step.name in names for name in step.depends_on}
        found = [step for step in handing if step.name in wanted]
        found += [step for step in steps if not again.keys().isdisjoint(step.depends_on)]
        again |= {step.name: step for step in found if step.name not in open_names}
    return list(again.values())

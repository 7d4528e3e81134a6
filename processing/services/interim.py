"""Files that one step makes for another: no variant, no link, gone when the job has completed.

They lie in the storage, as the next step may run on another machine.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.services import leftovers, places
from assets.services.names import asset_folder
from processing.models import Job, Status


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


def put(*, folder: str, files: Sequence[Interim]) -> dict[str, dict[str, Any]]:
    """Move files to where other workers find them; returns what the step's results say of them, by their names.

    `folder` lies below that of the job, and no two runs of a step have the same. Raises `StorageUnavailable`.
    """
    kept: dict[str, dict[str, Any]] = {}
    for file in files:
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

"""The portal's own workers, and files handed in to them as uploads are."""

import contextlib
import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from assets.services import ingest, uploads
from mediaportal.accounts.models import User
from processing.services import workers
from script.lib.processes import WORKERS, end, worker_command


@contextlib.contextmanager
def working(folder: Path) -> Iterator[None]:
    """The workers as the Procfile starts them, once they have said that they are alive; their words go to `folder`."""
    with contextlib.ExitStack() as ended:
        for name, (queues, threads) in WORKERS.items():
            log = ended.enter_context((folder / f"{name}.log").open("wb"))
            command = worker_command(name, queues, threads=threads)
            ended.callback(end, subprocess.Popen(command, stdout=log, stderr=log), seconds=30)
        until(lambda: len(workers.alive()) == len(WORKERS), 60)
        yield


def until(met: Callable[[], object], seconds: float) -> None:
    """Wait until something is so; raises when it does not become so in time."""
    deadline = time.monotonic() + seconds
    while not met():
        if time.monotonic() > deadline:
            raise RuntimeError("the workers do not get on")
        time.sleep(0.05)


def stored(owner: User, path: Path) -> UUID:
    """Hand a copy of a file in, as an upload does; returns the job's id."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    session = uploads.begin(user=owner, bytes_total=path.stat().st_size, filename=path.name)
    staged = uploads.part_path(session.pk)
    staged.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, staged)
    asset = ingest.accept_file(session=session, path=staged, sha256=sha256)
    return asset.job_id

"""`manage.py ingest PATH…`: bring in what lies in folders, once; run again, it goes on where it stopped."""

import signal
import sys
import threading
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice, takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.template.defaultfilters import filesizeformat
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from assets.models import Collection
from assets.services import collections
from assets.services.folders.bringing import Bringer, Found, Result, find
from assets.services.folders.copying import Stopped
from assets.services.folders.owners import owner_of, require_foreign
from mediaportal.accounts.models import User
from mediaportal.core.problems import Problem

_LINE_EVERY = 500
# When so many files in a row fail for no fault of theirs, the others would fail too.
_MOST_FAILED = 10
_NOT_ITS_FAULT = frozenset({"storage_full", "storage_unavailable"})


class Command(BaseCommand):
    """Ends with 0 when every file is in, with 1 when some were refused, with 130 when it was interrupted."""

    help = "Bring in files and folders, once. Files that are here already are passed over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to bring in, and how."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--recursive", action="store_true", help="folders inside too; they become collections"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--owner", default=settings.WATCH_OWNER, help="e-mail address of whose uploads they are"
        )
        parser.add_argument(
            "--collection", default="", help="the id or the way (Events/2025) of where they go"
        )
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--move", action="store_true", help="remove each file once it is in")
        how.add_argument(
            "--copy",
            dest="move",
            action="store_false",
            default=False,
            help="leave the files where they are (default)",
        )
        parser.add_argument("--workers", type=int, default=4, help="files at the same time")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Bring everything in; raises `CommandError` for what cannot be begun."""
        paths: list[Path] = options["paths"]
        stop = threading.Event()
        try:
            for path in paths:
                if not path.exists():
                    raise CommandError(f"{path} is not there.")
                require_foreign(path)
            owner = owner_of(options["owner"])
            bringer = Bringer(
                owner=owner,
                collection_id=_collection(owner, options["collection"], make=not options["dry_run"]),
                move=options["move"],
                dry_run=options["dry_run"],
                stop=stop,
            )
        except Problem as problem:
            raise CommandError(str(problem.detail)) from None
        report = _Report(dry_run=options["dry_run"], verbose=options["verbosity"] > 1)
        with _interruptible(stop), report.shown():
            counter = threading.Thread(
                target=report.count, args=(paths, options["recursive"], stop), name="counting", daemon=True
            )
            counter.start()
            found = find(paths, recursive=options["recursive"])
            _bring_all(found, bringer, report, workers=max(1, options["workers"]), stop=stop)
            counter.join(timeout=5)
        self.stdout.write(report.summary(interrupted=stop.is_set()))
        if stop.is_set():
            sys.exit(130)
        if report.refused or report.broken:
            sys.exit(1)


def _collection(owner: User, asked: str, *, make: bool) -> UUID | None:
    """The collection of an id, or at the end of a way of names, made (unless nothing is to be changed) when needed."""
    if not asked:
        return None
    try:
        found = Collection.objects.filter(pk=UUID(asked)).first()
    except ValueError:
        if not make:
            return None
        found = collections.reach(user=owner, names=asked.split("/"))
    if found is None:
        raise CommandError(f"There is no collection {asked}.")
    return found.pk


def _bring_all(
    found: Iterator[Found], bringer: Bringer, report: "_Report", *, workers: int, stop: threading.Event
) -> None:
    """Bring files in by several threads; no more are held than are at work."""

    def one(file: Found) -> Result | None:
        try:
            return bringer.bring(file)
        except Stopped:
            return None
        finally:
            connection.close()

    running: dict[Future[Result | None], Found] = {}
    with ThreadPoolExecutor(workers, thread_name_prefix="ingest") as pool:
        while not stop.is_set():
            running |= {pool.submit(one, file): file for file in islice(found, 2 * workers - len(running))}
            if not running:
                break
            done, _waiting = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in done:
                report.take(running.pop(future), future)
            if report.failed_in_a_row >= _MOST_FAILED:
                stop.set()
        for future, file in running.items():
            if not future.cancel():
                report.take(file, future)


class _Report:
    """What is said while it goes on and at the end: a bar on a terminal, plain lines anywhere else."""

    def __init__(self, *, dry_run: bool, verbose: bool) -> None:
        self._dry_run, self._verbose = dry_run, verbose
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self.counts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.broken = self.failed_in_a_row = 0
        self._bytes = 0

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bar while the block runs."""
        with self._bar:
            self._task = self._bar.add_task("Looking through" if self._dry_run else "Bringing in", total=None)
            yield

    def count(self, paths: list[Path], recursive: bool, stop: threading.Event) -> None:
        """Count the files beside the work, so that the bar knows its end."""
        if not self._console.is_terminal:
            return
        files = takewhile(lambda _found: not stop.is_set(), find(paths, recursive=recursive))
        number = sum(1 for _found in files)
        if self._task is not None and not stop.is_set():
            self._bar.update(self._task, total=number)

    def take(self, file: Found, future: "Future[Result | None]") -> None:
        """Note what became of one file."""
        try:
            result = future.result()
        except Exception as error:  # noqa: BLE001 - one file that cannot be read must not end the work on the others
            self.broken += 1
            self.failed_in_a_row += 1
            self._say(f"failed   {file.origin}: {type(error).__name__}: {error}")
            return
        if result is None:
            return
        self.failed_in_a_row = self.failed_in_a_row + 1 if result.code in _NOT_ITS_FAULT else 0
        self.counts[result.outcome] += 1
        if result.outcome == "taken":
            self._bytes += result.size
        if result.outcome == "refused":
            self.refused[result.code] += 1
            self._say(f"refused  {result.place}: {result.code}: {result.detail}")
        elif self._verbose:
            self._say(f"{result.outcome:<8} {result.place}")
        self._advance()

    def _advance(self) -> None:
        """Move the bar; where there is none, say something now and then."""
        if self._task is not None:
            self._bar.advance(self._task)
        if not self._console.is_terminal and self.counts.total() % _LINE_EVERY == 0:
            self._say(f"{self.counts.total()} files so far")

    def _say(self, line: str) -> None:
        """A line above the bar, or by itself."""
        self._bar.console.print(line)

    def summary(self, *, interrupted: bool) -> str:
        """Everything in figures."""
        taken = "would be taken" if self._dry_run else "taken"
        lines = [
            f"{self.counts['taken']} {taken} ({filesizeformat(self._bytes)}), {self.counts['known']} known, "
            f"{self.counts['refused']} refused, {self.broken} failed"
        ]
        lines += [f"  {number:>6}  {code}" for code, number in self.refused.most_common()]
        if interrupted:
            lines.append("Interrupted. Run it again to go on.")
        return "\n".join(lines)


@contextmanager
def _interruptible(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and TERM end it between two pieces of a file."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda _number, _frame: stop.set()) for number in numbers]
    ignored = signal.signal(signal.SIGIO, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
        signal.signal(signal.SIGIO, ignored)

"""`manage.py jobs`: what works, waits and failed; look at one job, cancel it, try it again, let it go first."""

import json
import re
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import timedelta
from typing import IO, Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mediaportal.core.problems import Problem
from processing.models import Job, Queue, Status
from processing.services import jobs, operating, priorities
from processing.services.actors import OPERATOR

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_COLOURS = {
    Status.PROCESSING: "blue",
    Status.COMPLETED: "green",
    Status.FAILED: "red",
    Status.CANCELLED: "yellow",
}


class Command(BaseCommand):
    """Ends with 0 when all was done, with 1 when some of it was refused, with 2 for words that it does not know."""

    help = (
        "List jobs, or act on some: show ID, cancel ID…, retry ID…, raise ID…. What is done stands in the audit log as "
        "the portal's own act."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The filters of the list, and the acts."""
        parser.add_argument(
            "--status", action="append", choices=Status.values, help="may be given several times"
        )
        parser.add_argument("--queue", choices=Queue.values, help="jobs with an open step in this queue")
        parser.add_argument("--owner", default="", help="part of the owner's e-mail address")
        parser.add_argument("--older-than", type=age, metavar="AGE", help="such as 30m, 2h or 3d")
        parser.add_argument("--newer-than", type=age, metavar="AGE")
        parser.add_argument("--limit", type=int, default=50, help="at most so many; 0 is all (default: 50)")
        parser.add_argument("--json", action="store_true", help="for programs")
        acts = parser.add_subparsers(dest="act", metavar="ACT")
        show = acts.add_parser("show", help="one job with its steps")
        show.add_argument("ids", nargs=1, type=UUID, metavar="ID")
        show.add_argument("--json", action="store_true", default=SUPPRESS, help="for programs")
        for name, said in (("cancel", "stop them"), ("retry", "go on from where they failed")):
            acts.add_parser(name, help=said).add_argument("ids", nargs="+", type=UUID, metavar="ID")
        lift = acts.add_parser("raise", help="let them go before others")
        lift.add_argument("ids", nargs="+", type=UUID, metavar="ID")
        lift.add_argument(
            "--to", type=priority, default=priorities.HIGHEST, help="the priority; 0 is the usual one"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """List, show, or act."""
        self._console = Console(
            file=cast("IO[str]", self.stdout), highlight=False, markup=False, emoji=False, no_color=None
        )
        if options["act"] is None:
            self._list(options)
        elif options["act"] == "show":
            self._show(_loaded(options["ids"][0]), as_json=options["json"])
        else:
            acts: dict[str, Callable[[Job], Job]] = {
                "cancel": lambda job: jobs.cancel(job=job, user=OPERATOR),
                "retry": lambda job: jobs.retry(job=job, user=OPERATOR),
                "raise": lambda job: priorities.give(job=job, user=OPERATOR, priority=options["to"]),
            }
            self._act(acts[options["act"]], options["ids"])

    def _list(self, options: dict[str, Any]) -> None:
        """The jobs that were asked for."""
        wanted = operating.found(
            statuses=options["status"] or (),
            queue=options["queue"] or "",
            owner=options["owner"],
            older_than=options["older_than"],
            newer_than=options["newer_than"],
        )
        if options["limit"]:
            wanted = wanted[: options["limit"]]
        rows = [operating.brief(job) for job in wanted]
        if options["json"]:
            self._say_json(rows)
        elif not rows:
            self._console.print("No job is like that.")
        else:
            self._console.print(_table(rows))

    def _show(self, job: Job, *, as_json: bool) -> None:
        """One job with its steps."""
        row = operating.whole(job)
        if as_json:
            self._say_json(row)
            return
        head = Text(f"{row['title']} · {row['owner']}\n")
        head.append(row["status"], style=_COLOURS.get(row["status"], ""))
        head.append(f" {row['progress']} % · priority {row['priority']} · {_span(row['age_seconds'])} old")
        if row["error"]:
            head.append(f"\n{row['error']['code']}: {row['error']['detail']}")
        self._console.print(
            Group(Panel(head, title=str(row["job_id"]), title_align="left"), _steps(row["steps"]))
        )
        for step in row["steps"]:
            if step["behind"]["log"]:
                self._console.print(
                    Panel(Text(step["behind"]["log"].rstrip()), title=step["name"], title_align="left")
                )

    def _act(self, act: Callable[[Job], Job], ids: list[UUID]) -> None:
        """Do the same to each; one that is refused does not keep the others."""
        refused = 0
        for job_id in ids:
            try:
                job = act(_loaded(job_id))
            except Problem as problem:
                refused += 1
                self.stderr.write(f"{job_id}: {problem.code}: {problem.detail}")
            except CommandError as error:
                refused += 1
                self.stderr.write(str(error))
            else:
                self.stdout.write(f"{job_id}: {job.status}, priority {job.priority}")
        if refused:
            sys.exit(1)

    def _say_json(self, value: Any) -> None:
        """A document for programs."""
        self.stdout.write(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))


def age(given: str) -> timedelta:
    """A length of time such as 90s, 30m, 2h or 3d; raises `ArgumentTypeError`."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", given)
    if found is None:
        raise ArgumentTypeError(f"{given!r} is no age such as 30m, 2h or 3d")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def priority(given: str) -> int:
    """A priority within its bounds; raises `ArgumentTypeError`."""
    bounds = f"from {priorities.LOWEST} to {priorities.HIGHEST}"
    if not re.fullmatch(r"-?\d{1,3}", given) or not priorities.LOWEST <= int(given) <= priorities.HIGHEST:
        raise ArgumentTypeError(f"{given!r} is no priority {bounds}")
    return int(given)


def _loaded(job_id: UUID) -> Job:
    """The job of an id."""
    try:
        return operating.found().get(pk=job_id)
    except (Job.DoesNotExist, ValidationError):
        raise CommandError(f"{job_id}: there is no such job") from None


def _span(seconds: float | None) -> str:
    """Seconds in the unit that a person would choose."""
    if seconds is None:
        return ""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.1f} s"


def _status(status: str) -> Text:
    """A status in its colour."""
    return Text(status, style=_COLOURS.get(Status(status), ""))


def _table(rows: list[dict[str, Any]]) -> Table:
    """The list."""
    table = Table("Job", "Status", "Title", "Owner", "Age", "Doing or failed of")
    table.columns[0].no_wrap = True
    table.columns[4].justify = "right"
    for row in rows:
        doing = ", ".join(f"{step['name']} at {step['worker']}" for step in row["running"])
        status = _status(row["status"])
        if row["status"] == Status.PROCESSING:
            status.append(f" {row['progress']} %")
        if row["priority"]:
            status.append(f" ↑{row['priority']}")
        title = Text(row["title"], overflow="ellipsis")
        owner, since = Text(row["owner"]), _span(row["age_seconds"])
        table.add_row(row["job_id"], status, title, owner, since, Text(doing or row["error_code"]))
    return table


def _steps(steps: list[dict[str, Any]]) -> Table:
    """The steps of one job."""
    table = Table("Step", "Status", "Waited", "Ran", "CPU", "Try", "Queue", "Worker", "After")
    for column in (2, 3, 4, 5):
        table.columns[column].justify = "right"
    for step in steps:
        behind = step["behind"]
        status = _status(step["status"])
        if step["status"] == Status.PROCESSING:
            status.append(f" {step['progress']} %")
        if step["error"]:
            status.append(f" {step['error']['code']}")
        table.add_row(
            step["name"],
            status,
            _span(step["waited_seconds"]),
            _span(step["ran_seconds"]),
            _span(behind["cpu_seconds"]),
            str(behind["attempt"] or ""),
            behind["queue"],
            Text(behind["worker"]),
            ", ".join(step["depends_on"]),
        )
    return table

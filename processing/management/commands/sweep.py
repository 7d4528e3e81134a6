"""`manage.py sweep`: look for what nothing needs any more, and remove it."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from rich.console import Console
from rich.table import Table

from assets.exceptions import StorageUnavailable
from assets.services import leftovers, orphans
from assets.services.orphans import Orphan
from processing.services import sweeping

_SHOWN = 100


class Command(BaseCommand):
    """Finds orphans of the storage and of this machine's scratch folder, all in one go."""

    help = (
        "Remove objects of the storage that nothing names and that are older than ORPHAN_GRACE_HOURS, and what dead "
        "workers left in this machine's scratch folder. Beat does the same once a day, piece by piece."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether only to look."""
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be removed")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look through everything, and say what was found."""
        dry_run: bool = options["dry_run"]
        console = Console(file=cast("IO[str]", self.stdout), highlight=False, markup=False, emoji=False)
        scratch = sweeping.orphan_scratch()
        if not dry_run:
            sweeping.sweep_scratch()
        try:
            looked, found = self._storage(dry_run=dry_run)
            if not dry_run:
                leftovers.sweep()
        except StorageUnavailable as error:
            raise CommandError("The storage does not answer.") from error
        if found or scratch:
            console.print(_table(found, scratch))
        told = f"{looked} objects looked at: {len(found)} orphans, {filesizeformat(_size(found))}; "
        told += f"{len(scratch)} scratch folders left by dead workers."
        console.print(told.replace("\xa0", " "))
        if dry_run:
            console.print("Nothing was removed.")

    def _storage(self, *, dry_run: bool) -> tuple[int, list[Orphan]]:
        """How many objects there are, and the orphans."""
        looked, after = 0, ""
        found: list[Orphan] = []
        while True:
            piece = orphans.sweep(after=after, dry_run=dry_run)
            looked, found = looked + piece.looked, found + piece.orphans
            if piece.after is None:
                return looked, found
            after = piece.after


def _size(found: list[Orphan]) -> int:
    """Their bytes."""
    return sum(orphan.size for orphan in found)


def _table(found: list[Orphan], scratch: list[Path]) -> Table:
    """The largest of them, and what dead workers left."""
    table = Table("What", "Where", "Objects", "Size", "Since (UTC)", caption_justify="left")
    for column in (2, 3):
        table.columns[column].justify = "right"
    table.columns[1].overflow = "fold"
    for orphan in sorted(found, key=lambda one: -one.size)[:_SHOWN]:
        since = datetime.fromtimestamp(orphan.since, tz=UTC).strftime("%Y-%m-%d %H:%M")
        size = filesizeformat(orphan.size).replace("\xa0", " ")
        table.add_row("storage", orphan.key, str(orphan.objects), size, since)
    for folder in scratch[:_SHOWN]:
        table.add_row("scratch", str(folder.relative_to(settings.SCRATCH_ROOT)), "", "", "")
    if len(found) > _SHOWN or len(scratch) > _SHOWN:
        table.caption = f"The {_SHOWN} largest are shown."
    return table

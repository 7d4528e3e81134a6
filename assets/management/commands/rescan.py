"""`manage.py rescan`: scan what is kept again, when the scanner has learned new signatures."""

from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from assets.models import ScanVerdict
from assets.services import gate, rescans

_USUAL = (ScanVerdict.UNSCANNED, ScanVerdict.CLEAN)
_EVERY = (*_USUAL, ScanVerdict.UNSCANNABLE, ScanVerdict.INFECTED)
_TELL_EVERY = 25


class Command(BaseCommand):
    """Scans originals again, the longest unscanned first. What carries malware is blocked and locked away at once."""

    help = (
        "Scan originals again. A file that turns out to carry malware is blocked, its links are ended, and its "
        "owner and the administrators are told. A run that was broken off goes on when it is given the same --since."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which of them, and how many."""
        parser.add_argument(
            "--since", help="pass over what has been scanned since this time (ISO 8601); default: now"
        )
        parser.add_argument(
            "--verdict", default=",".join(_USUAL), help=f"of these verdicts: {', '.join(_EVERY)}"
        )
        parser.add_argument("--all", action="store_true", help="of every verdict")
        parser.add_argument("--limit", type=int, help="at most so many files")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Scan, and say what was found."""
        if settings.SCANNER == "none":
            raise CommandError("No scanner is set up: set CLAMD_URL.")
        since = _time(options["since"])
        verdicts = _EVERY if options["all"] else _verdicts(options["verdict"])
        whole = rescans.wanted(verdicts=verdicts, since=since).count()
        if options["limit"] is not None:
            whole = min(whole, options["limit"])
        counts: Counter[str] = Counter()
        self.stdout.write(
            f"{whole} files are to be scanned; to go on after a break: --since {since.isoformat()}"
        )
        try:
            for one in rescans.rescan(verdicts=verdicts, since=since, limit=options["limit"]):
                counts[one.outcome] += 1
                if one.outcome == "infected":
                    self.stdout.write(f"infected: {one.asset.pk} {one.asset.title} ({one.detail})")
                if counts.total() % _TELL_EVERY == 0:
                    self.stdout.write(f"{counts.total()} of {whole}")
        except gate.ScannerAway as error:
            raise CommandError(
                f"The scanner went away after {counts.total()} of {whole} files: {error}"
            ) from error
        said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        self.stdout.write(f"{counts.total()} files scanned: {said or 'nothing to do'}.")


def _time(given: str | None) -> datetime:
    """A time with its zone; UTC where none is given."""
    if given is None:
        return timezone.now()
    try:
        found = parse_datetime(given) or datetime.fromisoformat(given)
    except ValueError:
        raise CommandError(f"{given!r} is not a time such as 2026-11-21T10:00:00Z") from None
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _verdicts(given: str) -> tuple[str, ...]:
    """The verdicts that were named."""
    found = tuple(word.strip() for word in given.split(",") if word.strip())
    for word in found:
        if word not in _EVERY:
            raise CommandError(f"{word!r} is none of: {', '.join(_EVERY)}")
    return found

"""`manage.py watch`: take in what is laid into a folder, for as long as it runs."""

import os
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assets.services.folders.owners import owner_of, require_foreign
from assets.services.folders.watching import AlreadyWatched, Watcher
from mediaportal.core.problems import Problem

# After TERM, a file that is being sent to a bucket may take long. Being killed does no harm: it is gone on with.
_END_SECONDS = 6.0


class Command(BaseCommand):
    """Ends with TERM or Ctrl-C within seconds."""

    help = "Take in what is laid into a folder. Files that were taken move to done/, others to refused/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The settings, each of which may be outdone."""
        parser.add_argument("folder", nargs="?", type=Path, default=settings.WATCH_FOLDER)
        parser.add_argument(
            "--owner", default=settings.WATCH_OWNER, help="e-mail address of whose uploads they are"
        )
        parser.add_argument(
            "--still-seconds",
            type=float,
            default=settings.WATCH_STILL_SECONDS,
            help="for how long a file must not have changed",
        )
        parser.add_argument(
            "--look-seconds",
            type=float,
            default=30.0,
            help="how often everything is looked at, notices or not",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Watch until told to end; raises `CommandError` for what cannot be watched."""
        folder: Path | None = options["folder"]
        if folder is None:
            raise CommandError("Name a folder, or set WATCH_FOLDER.")
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        stop = threading.Event()
        _end_on_signals(stop)
        try:
            require_foreign(folder)
            watcher = Watcher(
                folder.resolve(),
                owner_id=owner_of(options["owner"]).pk,
                stop=stop,
                still=options["still_seconds"],
                look_every=options["look_seconds"],
            )
            watcher.run()
        except Problem as problem:
            raise CommandError(str(problem.detail)) from None
        except AlreadyWatched:
            raise CommandError(f"{folder} is watched by another process.") from None
        except OSError as error:
            raise CommandError(f"{folder} cannot be watched: {error}") from None


def _end_on_signals(stop: threading.Event) -> None:
    """Let TERM and Ctrl-C end the watcher between two pieces; whoever cannot be ended so is ended anyway."""

    def end(_number: int, _frame: Any) -> None:
        if not stop.is_set():
            stop.set()
            timer = threading.Timer(_END_SECONDS, os._exit, args=(0,))
            timer.daemon = True
            timer.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    # Somebody who opens a file at the moment in which it is asked whether anybody writes to it causes this one.
    signal.signal(signal.SIGIO, signal.SIG_IGN)

"""`manage.py fetch_whisper`: fetch the Whisper model that WHISPER_MODEL names, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis.services import whisper
from mediaportal.core.problems import Problem
from processing.exceptions import MediaError


class Command(BaseCommand):
    """Fetches the model, or goes on where the last run broke off."""

    help = "Fetch the Whisper model that WHISPER_MODEL names; a run that was broken off is gone on with."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Fetch, and say how far it is at each tenth."""
        self._told = 0
        try:
            folder = whisper.fetch_model(on_progress=self._tell, stop=lambda: False)
        except Problem as problem:
            raise CommandError(str(problem.detail)) from problem
        except MediaError as error:
            raise CommandError(f"{error.code}: {error.sentence} ({error.log})") from error
        self.stdout.write(f"The model lies in {folder}.")

    def _tell(self, done: float) -> None:
        """Say how far it is."""
        if (tenths := int(done * 10)) > self._told:
            self._told = tenths
            self.stdout.write(f"{tenths * 10} %")

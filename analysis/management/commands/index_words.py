"""`manage.py index_words`: write anew what search finds assets and moments by."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from analysis.services import wording
from assets.services import wording as assetwording


class Command(BaseCommand):
    """Indexes what lacks its words, such as what an older version has written while a newer one was installed."""

    help = "Write what search finds assets and moments by, where it is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--all` for what is there already, too."""
        parser.add_argument("--all", action="store_true", help="also write anew what is not missing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Index, and say how much there was."""
        assets = assetwording.index_all(anew=options["all"])
        analyses = wording.index_all(anew=options["all"])
        self.stdout.write(f"Indexed: {assets} assets, {analyses} analyses.")

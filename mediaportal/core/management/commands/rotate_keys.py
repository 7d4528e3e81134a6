"""`manage.py rotate_keys`: seals everything with the first of `MASTER_KEYS`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mediaportal.core import resealing
from mediaportal.core.secrets import MasterKeyMissing, first_key, key_names


class Command(BaseCommand):
    """Moves what is sealed to the first master key. It may be ended and begun again at any time."""

    help = "Seal everything with the first of MASTER_KEYS, so that the others can be taken away."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much is done at once."""
        parser.add_argument("--batch", type=int, default=resealing.BATCH, help="rows of one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal anew, then say what may be taken away and what could not be opened."""
        try:
            done = sum(resealing.reseal(batch=max(1, options["batch"])))
        except MasterKeyMissing:
            raise CommandError("MASTER_KEYS is not set.") from None
        self.stdout.write(f"{done} sealed anew with {first_key().name}")
        left = resealing.left()
        for one in left:
            what = "damaged" if one.key_name in key_names() else "its master key is not in MASTER_KEYS"
            self.stderr.write(f"{one.rows} of {one.model} stay sealed with {one.key_name}: {what}")
        if left:
            raise CommandError("Nothing is lost: set the keys that are named, and run this again.")
        for name in sorted(key_names() - {first_key().name}):
            self.stdout.write(f"{name} seals nothing any more")

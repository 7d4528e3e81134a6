"""Everything Django has to do before the portal may be served, in one process, so that a start is quick.

Checks the machine and the settings, brings the database up to date, and makes the first administrator; how to sign
in is written to the file that is named as the only argument, and nothing else ever holds the password.
"""

import io
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediaportal.settings")

import django
from django.core.management import CommandError, call_command


def prepare(sign_in: Path) -> None:
    """Check, migrate, make the administrator; raises `CommandError` when something must be put right first."""
    django.setup()
    call_command("check", stdout=io.StringIO())  # what is amiss goes to stderr
    call_command("check", deploy=True, tags=["machine", "programs"], stdout=io.StringIO())
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    with os.fdopen(os.open(sign_in, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        call_command("ensure_administrator", stdout=file, skip_checks=True)


if __name__ == "__main__":
    try:
        prepare(Path(sys.argv[1]))
    except CommandError as error:
        sys.exit(str(error))

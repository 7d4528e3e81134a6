"""`manage.py ensure_administrator`: make the first administrator and print how to sign in."""

from typing import Any

from django.core.management.base import BaseCommand

from mediaportal.accounts.services.administrator import ensure_administrator
from mediaportal.core.env import Env


class Command(BaseCommand):
    """Reads PORTAL_ADMIN_EMAIL and PORTAL_ADMIN_PASSWORD; a password that was given is not printed."""

    help = "Make the first administrator if there is none, and print the sign-in once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make the account and print it."""
        env = Env()
        given = env.text("PORTAL_ADMIN_PASSWORD")
        made = ensure_administrator(
            email=env.text("PORTAL_ADMIN_EMAIL", "admin@localhost.localdomain"), password=given
        )
        if made is None:
            return
        user, password = made
        self.stdout.write("An administrator was made:")
        self.stdout.write(f"  e-mail    {user.email}")
        self.stdout.write(f"  password  {'(as given in PORTAL_ADMIN_PASSWORD)' if given else password}")

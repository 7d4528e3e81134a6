"""Guessing passwords is slow: tries to sign in are counted by address and by account, in windows of a minute."""

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from mediaportal.core.problems import RateLimited

WINDOW_SECONDS = 60
# One account may be tried from many addresses; its owner must still get in while somebody guesses.
_ACCOUNT_FACTOR = 2


def count(*, email: str, address: str = "") -> None:
    """Count a try to sign in. Raises `RateLimited` when there were more than `SIGN_IN_TRIES` in this minute from the
    address (where one is given), or twice as many for the account, whether it exists or not.
    """
    minute, passed = divmod(int(time.time()), WINDOW_SECONDS)
    limits = [("account", email.strip().lower(), settings.SIGN_IN_TRIES * _ACCOUNT_FACTOR)]
    if address:
        limits.append(("address", address, settings.SIGN_IN_TRIES))
    # Every counter is raised, also when an earlier one has refused already.
    if any([_raise(kind, value, minute) > limit for kind, value, limit in limits]):  # noqa: C419
        raise RateLimited(
            _("Too many tries to sign in. Wait a minute, then try again."),
            retry_after=WINDOW_SECONDS - passed,
        )


def _raise(kind: str, value: str, minute: int) -> int:
    """Add one to a counter of this minute and return it."""
    key = f"sign-in:{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}:{minute}"
    cache.add(key, 0, WINDOW_SECONDS * 2)
    return int(cache.incr(key))

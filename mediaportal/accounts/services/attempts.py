"""Guessing passwords is slow: tries to sign in are counted by address and by account."""

from django.conf import settings
from django.utils.translation import gettext as _

from mediaportal.core import tries

# One account may be tried from many addresses; its owner must still get in while somebody guesses.
_ACCOUNT_FACTOR = 2


def count(*, email: str, address: str = "") -> None:
    """Count a try to sign in. Raises `RateLimited` when there were more than `SIGN_IN_TRIES` in this minute from the
    address (where one is given), or twice as many for the account, whether it exists or not.
    """
    limits = [("account", email.strip().lower(), settings.SIGN_IN_TRIES * _ACCOUNT_FACTOR)]
    if address:
        limits.append(("address", address, settings.SIGN_IN_TRIES))
    detail = _("Too many tries to sign in. Wait a minute, then try again.")
    tries.count("sign-in", *limits, detail=detail)

"""The first administrator, so that somebody can sign in on a new installation."""

import secrets

from django.db import transaction

from mediaportal.accounts.models import User


@transaction.atomic
def ensure_administrator(*, email: str, password: str) -> tuple[User, str] | None:
    """Make the first administrator when there is none; returns the account and its password, else None.

    An empty `password` is replaced by a generated one of 20 characters.
    """
    if User.objects.filter(is_superuser=True).exists():
        return None
    password = password or secrets.token_urlsafe(15)
    return User.objects.create_superuser(email, password, name="Administrator"), password

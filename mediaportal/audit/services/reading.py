"""Reading the audit log: whoever may read it finds all but what is to be kept from them."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry

Secrets = Callable[[User], Q]
_SECRETS: list[Secrets] = []


def register_secrets(secrets: Secrets) -> None:
    """Keep some entries from some of those who may read the log; `secrets` tells which, of one person."""
    if secrets not in _SECRETS:
        _SECRETS.append(secrets)


def entries_for(user: User | AnonymousUser) -> QuerySet[Entry]:
    """The entries that this person may read, if they may read the log at all."""
    found = Entry.objects.all()
    if not isinstance(user, User):
        return found.none()
    for secrets in _SECRETS:
        found = found.exclude(secrets(user))
    return found

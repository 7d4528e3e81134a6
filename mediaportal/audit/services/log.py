"""Adding to the audit log, in the transaction of the act itself."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models

from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry


def record(
    *,
    action: str,
    target: models.Model,
    actor: User | AnonymousUser | None = None,
    address: str | None = None,
    **detail: Any,
) -> Entry:
    """Write down that `actor` did `action` (a word such as "asset.uploaded") to `target`.

    `actor` None means the portal itself. `detail` must be JSON-able and free of secrets.
    """
    return Entry.objects.create(
        actor=actor if isinstance(actor, User) else None,
        action=action,
        object_type=target._meta.label_lower,
        object_id=str(target.pk),
        address=address,
        detail=detail,
    )

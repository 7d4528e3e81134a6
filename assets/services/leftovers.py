"""Removing what nothing names any more, once nobody can still be reading it."""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from assets.exceptions import StorageUnavailable
from assets.models import Leftover, Variant
from assets.services import places

logger = logging.getLogger(__name__)
_AT_ONCE = 500


def leave(key: str, *, seconds: float = 0.0) -> None:
    """Have a storage key, or the prefix of a folder, removed after so many seconds. Belongs into the transaction that
    takes its last name away, so that nothing is removed when that is rolled back.
    """
    Leftover.objects.update_or_create(
        storage_key=key, defaults={"remove_after": timezone.now() + timedelta(seconds=seconds)}
    )


def keep(key: str) -> None:
    """Take a key back that was to be removed."""
    Leftover.objects.filter(storage_key=key).delete()


def sweep() -> int:
    """Remove what is due, unless a row names it again; returns how many were removed. Safe to run at any time."""
    removed = 0
    due = Leftover.objects.filter(remove_after__lte=timezone.now()).order_by("remove_after")
    for leftover in list(due[:_AT_ONCE]):
        key = leftover.storage_key
        named = Variant.objects.filter(Q(storage_key=key) | Q(storage_key__startswith=f"{key}/"))
        if not named.exists():
            try:
                places.remove(key)
            except (StorageUnavailable, OSError) as error:
                logger.warning("%s cannot be removed yet", key, exc_info=error)
                continue
            removed += 1
        leftover.delete()
    return removed

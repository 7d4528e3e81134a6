"""Removing what nothing names any more, once nobody can still be reading it."""

import logging
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from assets.exceptions import StorageUnavailable
from assets.models import Asset, Caption, Leftover, Variant
from assets.services import places
from assets.services.names import asset_of

logger = logging.getLogger(__name__)
_AT_ONCE = 500


def leave(key: str, *, seconds: float = 0.0, asset_id: UUID | None = None, size: int = 0) -> None:
    """Have a storage key, or the prefix of a folder, removed after so many seconds. Belongs into the transaction that
    takes its last name away, so that nothing is removed when that is rolled back.

    `size` are bytes that take room of whoever uploaded the asset until then.
    """
    removal = {
        "remove_after": timezone.now() + timedelta(seconds=seconds),
        "asset_id": asset_id,
        "size": size,
    }
    Leftover.objects.update_or_create(storage_key=key, defaults=removal)
    if not seconds:
        # What lies below goes with it.
        Leftover.objects.filter(storage_key__startswith=f"{key}/").delete()


def keep(key: str) -> None:
    """Take a key back that was to be removed."""
    Leftover.objects.filter(storage_key=key).delete()


def sweep() -> int:
    """Remove what is due, unless a row names it again; returns how many were removed. Safe to run at any time."""
    removed = 0
    due = Leftover.objects.filter(remove_after__lte=timezone.now()).order_by("remove_after")
    for leftover in list(due[:_AT_ONCE]):
        try:
            removed += _remove(leftover)
        except (StorageUnavailable, OSError) as error:
            logger.warning("%s cannot be removed yet", leftover.storage_key, exc_info=error)
    return removed


@transaction.atomic
def _remove(leftover: Leftover) -> bool:
    """Remove what one names; False when a row names it again.

    In a folder the asset's row is locked meanwhile: a step that is run again publishes its files under the same names.
    In a bucket every run has names of its own, and removing takes longer than a row may be locked.
    """
    key = leftover.storage_key
    if not places.is_remote():
        lock(key)
    below = f"{key}/"
    track = Q(storage_key=key) | Q(storage_key__startswith=below)
    brought = Q(original_key=key) | Q(original_key__startswith=below)
    named = Variant.objects.filter(track).exists() or Caption.objects.filter(track | brought).exists()
    if not named:
        places.remove(key)
    leftover.delete()
    return not named


def lock(key: str) -> None:
    """Let nobody publish to, or remove from, the folder of a key's asset until the transaction ends."""
    with suppress(ValueError):
        list(Asset.objects.select_for_update(no_key=True).filter(pk=asset_of(key)).values_list("pk"))

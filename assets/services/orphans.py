"""Objects in the storage that nothing names: found piece by piece, and left to be removed.

A process that dies between sending a file and writing its row leaves one behind. An orphan has lain there for
`ORPHAN_GRACE_HOURS`, no row names it, and no upper room says that it is in use: open work claims all that lies in its
asset's folder. Rows are asked after an object was seen, and once more before it is left: what has been published
meanwhile has its rows by then.
"""

import logging
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial, reduce
from itertools import islice
from operator import or_
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from redis.exceptions import RedisError

from assets import registry
from assets.models import Asset, Caption, CutSet, Leftover, UploadSession, Variant, VariantType
from assets.services import leftovers, places
from assets.services.names import asset_folder, asset_of
from assets.services.places import Stored
from assets.services.quarantine import PREFIX as QUARANTINE

logger = logging.getLogger(__name__)
TASK = "assets.sweep_orphans"
QUEUE = "upkeep"
PIECE_SECONDS = 15.0
_MARK = "orphans.swept"
_GOES_ON_SECONDS = 600
_PAGE = 500
# How many names below an asset's folder an orphan has at least. Runs have names of their own that never come again, so
# what is left can never be the place of something new.
_RUN = 2
_RUN_IN = {"interim": 3}


@dataclass(frozen=True)
class Orphan:
    """An object, or a folder of objects, that nothing names; size in bytes, `since` in seconds since 1970."""

    key: str
    objects: int
    size: int
    since: float


@dataclass(frozen=True)
class Piece:
    """What a piece of a sweep has found, among how many objects; `after` is where to go on, None at the end."""

    looked: int
    orphans: list[Orphan]
    after: str | None


class _Names:
    """The keys and prefixes that are in use; one that is named stands for everything below it."""

    def __init__(self) -> None:
        self._named: set[str] = set()
        self._above: set[str] = set()

    def add(self, keys: Collection[str]) -> None:
        """Name further keys or prefixes."""
        for key in keys:
            self._named.add(key)
            self._above.update(_folders_of(key))

    def leave_free(self, key: str) -> bool:
        """Whether nothing is named by, below, or above a key."""
        return key not in self._named and key not in self._above and self._named.isdisjoint(_folders_of(key))


def _folders_of(key: str) -> list[str]:
    """Every folder that a key lies in, the highest first."""
    parts = key.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def sweep(*, after: str = "", seconds: float = PIECE_SECONDS, dry_run: bool = False) -> Piece:
    """Look through the storage from behind a key on, for about so many seconds, and leave what nothing names.

    With `dry_run` it is only told. Raises `StorageUnavailable`.
    """
    ends = time.monotonic() + seconds
    limit = time.time() - settings.ORPHAN_GRACE_HOURS * 3600
    found: list[Orphan] = []
    looked, last, unit = 0, after, None
    for stored, key in _judged(after):
        if unit is not None and unit.key != key:
            found += _settled(unit, limit=limit, dry_run=dry_run)
            unit = None
        if unit is None and time.monotonic() > ends:
            return Piece(looked, found, last)
        if key is not None:
            unit = _with(unit or Orphan(key, 0, 0, 0.0), stored)
        looked, last = looked + 1, stored.key
    if unit is not None:
        found += _settled(unit, limit=limit, dry_run=dry_run)
    return Piece(looked, found, None)


def _with(unit: Orphan, stored: Stored) -> Orphan:
    """An orphan with one more object."""
    return Orphan(unit.key, unit.objects + 1, unit.size + stored.size, max(unit.since, stored.since))


def _judged(after: str) -> Iterator[tuple[Stored, str | None]]:
    """Every object with the key of the orphan that it is or belongs to; None when it is in use, or not ours."""
    objects = _listed(after)
    while page := list(islice(objects, _PAGE)):
        owners = {stored.key: _owner(stored.key) for stored in page}
        names = _names_of({owner for owner in owners.values() if owner is not None})
        known = set(Asset.objects.filter(pk__in=names).values_list("pk", flat=True))
        for stored in page:
            owner = owners[stored.key]
            if owner is None:
                yield stored, None
            else:
                yield stored, _unit(stored.key, names[owner], whole=owner not in known)


def _listed(after: str) -> Iterator[Stored]:
    """The objects that belong to assets: those in their folders, then those in the quarantine."""
    locked_away = QUARANTINE.rstrip("/")
    if not after.startswith(QUARANTINE):
        yield from places.listed("assets", after=after)
        after = ""
    yield from places.listed(locked_away, after=after)


def _owner(key: str) -> UUID | None:
    """The asset that a key belongs to; None for one that the portal has not made."""
    try:
        return UUID(key.split("/")[1]) if key.startswith(QUARANTINE) else asset_of(key)
    except (ValueError, IndexError):
        return None


def _unit(key: str, names: _Names, *, whole: bool) -> str | None:
    """The highest folder around a key in which nothing is named, or the key; None when the key is in use.

    `whole` allows the asset's folder itself, when there is no asset.
    """
    if not names.leave_free(key):
        return None
    parts = key.split("/")
    home = 2 if key.startswith(QUARANTINE) else 3
    room = parts[home] if len(parts) > home else ""
    least = home if whole or key.startswith(QUARANTINE) else home + _RUN_IN.get(room, _RUN)
    candidates = ("/".join(parts[:count]) for count in range(least, len(parts)))
    return next((folder for folder in candidates if names.leave_free(folder)), key)


def _settled(unit: Orphan, *, limit: float, dry_run: bool) -> list[Orphan]:
    """Leave an orphan that is old enough and that still nothing names."""
    owner = _owner(unit.key)
    if owner is None or unit.since > limit:
        return []
    with transaction.atomic():
        if not _names_of({owner})[owner].leave_free(unit.key):
            return []
        if not dry_run:
            leftovers.leave(unit.key)
            logger.warning(
                "nothing names %s (%d objects, %d bytes): it goes", unit.key, unit.objects, unit.size
            )
    return [unit]


def _names_of(asset_ids: Collection[UUID]) -> dict[UUID, _Names]:
    """What is in use of these assets' objects. Claims are asked first: work that ends after them has its rows."""
    found = {asset_id: _Names() for asset_id in asset_ids}
    for asset_id, keys in registry.storage_claims(asset_ids).items():
        found[asset_id].add(keys)
    kept = Asset.objects.filter(pk__in=asset_ids, original_removed_at=None)
    for asset_id, key in kept.values_list("pk", "storage_key"):
        # An original is in one of these; while it is moved, in both.
        found[asset_id].add([key, f"{asset_folder(asset_id)}/original", f"{QUARANTINE}{asset_id}"])
    files = Variant.objects.filter(asset_id__in=asset_ids)
    for asset_id, kind, key, prefix in files.values_list(
        "asset_id", "variant_type", "storage_key", "detail__prefix"
    ):
        found[asset_id].add([key, *([prefix] if prefix else [])])
        if kind == VariantType.MANIFEST:
            found[asset_id].add([key.rpartition("/")[0]])
    for asset_id, prefix in CutSet.objects.filter(asset_id__in=asset_ids).values_list("asset_id", "prefix"):
        found[asset_id].add([prefix])
    tracks = Caption.objects.filter(asset_id__in=asset_ids)
    for asset_id, key, brought in tracks.values_list("asset_id", "storage_key", "original_key"):
        found[asset_id].add([one for one in (key, brought) if one])
    for key in _coming_or_going(asset_ids):
        owner = _owner(key)
        if owner in found:
            found[owner].add([key])
    return found


def _coming_or_going(asset_ids: Collection[UUID]) -> Iterator[str]:
    """The keys that running uploads send to, and those that are to be removed anyway."""
    yield from (
        UploadSession.objects.filter(status=UploadSession.Status.UPLOADING)
        .exclude(storage_key="")
        .values_list("storage_key", flat=True)
    )
    if asset_ids:
        homes = [
            Q(storage_key__startswith=home)
            for pk in asset_ids
            for home in (asset_folder(pk), f"{QUARANTINE}{pk}")
        ]
        yield from Leftover.objects.filter(reduce(or_, homes)).values_list("storage_key", flat=True)


def where_to_begin() -> str | None:
    """Behind which key a new sweep begins: at the start, or where the last one broke off; None while one goes on."""
    try:
        mark: dict[str, Any] | None = cache.get(_MARK)
    except RedisError:
        return ""
    if mark is None:
        return ""
    return None if time.time() - mark["at"] < _GOES_ON_SECONDS else str(mark["after"])


def go_on(*, after: str | None) -> None:
    """Have the next piece looked through by whichever worker is free, once the present transaction has committed.

    Where that is is kept: should the message be lost, the next sweep goes on there. None is the end.
    """
    try:
        if after is None:
            cache.delete(_MARK)
        else:
            cache.set(_MARK, {"after": after, "at": time.time()}, None)
    except RedisError:
        logger.warning("without Redis the next sweep begins anew", exc_info=True)
    if after is None:
        return
    send = partial(current_app.send_task, TASK, args=[after], queue=QUEUE, retry=False)
    transaction.on_commit(send, robust=True)

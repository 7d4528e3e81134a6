"""Who may see what, remembered for a few seconds in each web process.

Every event is checked for every listener. Asked of the database each time, one event to a hundred listeners would be
two hundred queries; so a person and an asset are loaded once and kept for `_KEPT_SECONDS` at most. An event that has
a number is news about the asset itself: what was loaded before it does not count.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from analysis.models import Case
from analysis.services.moderation import veiling
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.threads import in_database

_KEPT_SECONDS = 5.0
_KEPT_AT_MOST = 5_000
_ASKED = (
    "id",
    "uploaded_by_id",
    "visibility",
    "visibility_cap",
    "age_rating",
    "imposed_rating",
    "publication",
    "deleted_at",
)

Row = TypeVar("Row")


@dataclass(frozen=True)
class _Known(Generic[Row]):
    """A row as it was; `seq` is the newest event that it was loaded for."""

    row: Row | None
    seq: int
    loaded_at: float


class _Memory(Generic[Row]):
    """Rows by id; listeners that ask for the same one at the same time wait for one query."""

    def __init__(self, load: Callable[[uuid.UUID], Awaitable[Row | None]]) -> None:
        self._load = load
        self._known: dict[uuid.UUID, _Known[Row]] = {}
        self._locks: dict[uuid.UUID, asyncio.Lock] = {}

    async def get(self, key: uuid.UUID, *, seq: int = 0) -> Row | None:
        """The row, loaded no longer ago than `_KEPT_SECONDS` and not before the event `seq` was sent."""
        known = self._fresh(key, seq)
        if known is None:
            async with self._locks.setdefault(key, asyncio.Lock()):
                known = self._fresh(key, seq) or await self._reload(key, seq)
        return known.row

    def _fresh(self, key: uuid.UUID, seq: int) -> _Known[Row] | None:
        known = self._known.get(key)
        if known is None or known.seq < seq or time.monotonic() - known.loaded_at > _KEPT_SECONDS:
            return None
        return known

    async def _reload(self, key: uuid.UUID, seq: int) -> _Known[Row]:
        began = time.monotonic()
        known = _Known(await self._load(key), seq, began)
        if len(self._known) >= _KEPT_AT_MOST:
            self._known.clear()
            self._locks = {key: self._locks[key]} if key in self._locks else {}
        self._known[key] = known
        return known


def load_user(user_id: uuid.UUID) -> User | None:
    """A person with everything that `has_perm` needs, so that asking needs no further query."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None:
        user.get_all_permissions()
    return user


@dataclass(frozen=True)
class KnownAsset:
    """An asset with what `assets.access.can_see` asks of it, and its cases that are to be looked at a second time."""

    row: Asset
    second_looks: tuple[Case, ...]


def load_asset(asset_id: uuid.UUID) -> KnownAsset | None:
    """An asset, and who is not to know what was decided on it."""
    row = Asset.objects.only(*_ASKED).filter(pk=asset_id).first()
    return None if row is None else KnownAsset(row, tuple(veiling.second_looks(asset_id)))


class Sight:
    """What this process knows of people and assets, for the listeners of one event loop."""

    def __init__(self) -> None:
        self.people: _Memory[User] = _Memory(lambda key: in_database(load_user, key))
        self.assets: _Memory[KnownAsset] = _Memory(lambda key: in_database(load_asset, key))

    async def asset_for(self, user: User, asset_id: uuid.UUID, *, seq: int = 0) -> Asset | None:
        """An asset as this person may know it: `veiled` where the decision on it is kept from them."""
        known = await self.assets.get(asset_id, seq=seq)
        if known is None:
            return None
        row = copy(known.row)  # one row for all listeners
        row.veiled = any(veiling.is_kept_from(user, case) for case in known.second_looks)
        return row


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, Sight]" = WeakKeyDictionary()


def sight() -> Sight:
    """The memory of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _by_loop.get(loop)
    if found is None:
        found = _by_loop[loop] = Sight()
    return found

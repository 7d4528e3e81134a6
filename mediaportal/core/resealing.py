"""Moving what is sealed to the first master key, so that an older one can be taken away.

Each table that holds something sealed is registered by its room. Rows are taken in batches, each in a transaction of
its own, and only those that are not sealed with the first key already: it may be ended at any time and begun again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction

from mediaportal.core.secrets import SealBroken, Sealed, first_key, key_names, seal, unseal

BATCH = 500


@dataclass(frozen=True)
class SealedColumn:
    """Where something sealed is kept: a model ("app.Model"), its columns of the sealed bytes and of the master key's
    name, and what a row's seal is bound to.
    """

    model: str
    belongs_to: Callable[[Any], str]
    sealed: str = "sealed"
    sealed_with: str = "sealed_with"

    def rows(self) -> models.QuerySet[Any]:
        """All rows that hold something."""
        model: type[models.Model] = apps.get_model(self.model)
        return model._default_manager.exclude(**{self.sealed_with: ""})


@dataclass(frozen=True)
class Left:
    """Rows that stay as they are: `rows` of one model, sealed with the master key `key_name`."""

    model: str
    key_name: str
    rows: int


_columns: dict[str, SealedColumn] = {}


def register(column: SealedColumn) -> None:
    """Add a column; a second one of the same model and name replaces the first."""
    _columns[f"{column.model}.{column.sealed}"] = column


def reseal(*, batch: int = BATCH) -> Iterator[int]:
    """Seal everything with the first master key that another one has sealed; gives the number of rows of each batch.

    What cannot be opened stays as it is (see `left`). Raises `MasterKeyMissing` when there is no key at all.
    """
    first = first_key().name
    for column in _columns.values():
        after: Any = None
        while True:
            done, seen, after = _batch(column, first, after=after, batch=batch)
            if not seen:
                break
            yield done


def left() -> list[Left]:
    """What is not sealed with the first master key."""
    first = first_key().name
    return [
        Left(column.model, name, rows)
        for column in _columns.values()
        for name, rows in column.rows()
        .exclude(**{column.sealed_with: first})
        .order_by(column.sealed_with)
        .values_list(column.sealed_with)
        .annotate(rows=models.Count("pk"))
    ]


def unknown_keys() -> set[str]:
    """The names of master keys that seal something, and that are not there."""
    used: set[str] = set()
    for column in _columns.values():
        used.update(column.rows().order_by().values_list(column.sealed_with, flat=True).distinct())
    return used - key_names()


@transaction.atomic
def _batch(column: SealedColumn, first: str, *, after: Any, batch: int) -> tuple[int, int, Any]:
    """Seal some rows anew; returns how many were, how many were looked at, and the last one's primary key."""
    rows = column.rows().filter(**{f"{column.sealed_with}__in": key_names() - {first}})
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk").select_for_update()[:batch])
    done = sum(_one(column, row) for row in found)
    return done, len(found), found[-1].pk if found else after


def _one(column: SealedColumn, row: Any) -> bool:
    """Seal a locked row anew; False when what it holds is damaged."""
    old = Sealed(bytes(getattr(row, column.sealed)), getattr(row, column.sealed_with))
    place = column.belongs_to(row)
    try:
        new = seal(unseal(old, belongs_to=place), belongs_to=place)
    except SealBroken:
        return False
    changes = {column.sealed: new.data, column.sealed_with: new.key_name}
    return bool(column.rows().filter(pk=row.pk).update(**changes))

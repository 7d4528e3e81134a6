"""Everything moves to the first master key, in batches, once; what cannot be opened stays where it is."""

from typing import Any

import pytest

from mediaportal.core import resealing
from mediaportal.core.env import NamedKey
from mediaportal.core.resealing import Left
from mediaportal.core.secrets import MasterKeyMissing, SealBroken
from processing.models import ContentKey
from processing.services import keys
from tests.factories import PackageFactory

pytestmark = pytest.mark.django_db
OLD, NEW, GONE = (NamedKey(name, name.encode() * 8) for name in ("old1", "new1", "gone"))


@pytest.fixture(autouse=True)
def _old(settings: Any) -> None:
    settings.MASTER_KEYS = (OLD,)


def sealed(count: int) -> dict[Any, bytes]:
    """So many keys, each by its row's id."""
    for _package in range(count):
        keys.provide(package=PackageFactory(), labels=["SD"])
    return {row.pk: keys.open_key(row) for row in ContentKey.objects.all()}


def opened() -> dict[Any, bytes]:
    """All keys, as they are opened now."""
    return {row.pk: keys.open_key(row) for row in ContentKey.objects.all()}


def test_all_move_in_batches_and_open_as_before(settings: Any) -> None:
    before = sealed(5)
    settings.MASTER_KEYS = (NEW, OLD)
    assert resealing.left() == [Left("processing.ContentKey", "old1", 5)]
    assert list(resealing.reseal(batch=2)) == [2, 2, 1]
    settings.MASTER_KEYS = (NEW,)
    assert opened() == before
    assert resealing.left() == [] and resealing.unknown_keys() == set()


def test_a_second_run_changes_nothing(settings: Any) -> None:
    sealed(3)
    settings.MASTER_KEYS = (NEW, OLD)
    list(resealing.reseal())
    first = set(ContentKey.objects.values_list("pk", "sealed"))
    assert list(resealing.reseal()) == []
    assert {(pk, bytes(data)) for pk, data in ContentKey.objects.values_list("pk", "sealed")} == {
        (pk, bytes(data)) for pk, data in first
    }


def test_a_run_that_was_ended_goes_on_where_it_was(settings: Any) -> None:
    before = sealed(4)
    settings.MASTER_KEYS = (NEW, OLD)
    assert next(iter(resealing.reseal(batch=3))) == 3
    assert opened() == before
    assert list(resealing.reseal(batch=3)) == [1]
    assert opened() == before


def test_what_another_key_has_sealed_stays(settings: Any) -> None:
    settings.MASTER_KEYS = (GONE,)
    sealed(2)
    settings.MASTER_KEYS = (OLD,)
    keys.provide(package=PackageFactory(), labels=["SD"])
    settings.MASTER_KEYS = (NEW, OLD)
    assert resealing.unknown_keys() == {"gone"}
    assert sum(resealing.reseal()) == 1
    assert resealing.left() == [Left("processing.ContentKey", "gone", 2)]
    settings.MASTER_KEYS = (NEW, GONE)
    assert sum(resealing.reseal()) == 2
    assert len(opened()) == 3


def test_what_is_damaged_stays_and_holds_nothing_up(settings: Any) -> None:
    sealed(3)
    first = ContentKey.objects.order_by("pk")[0]
    ContentKey.objects.filter(pk=first.pk).update(sealed=b"\x01" + bytes(44))
    settings.MASTER_KEYS = (NEW, OLD)
    assert list(resealing.reseal(batch=1)) == [0, 1, 1]
    assert resealing.left() == [Left("processing.ContentKey", "old1", 1)]
    with pytest.raises(SealBroken):
        keys.open_key(ContentKey.objects.get(pk=first.pk))


def test_without_a_key_nothing_begins(settings: Any) -> None:
    settings.MASTER_KEYS = ()
    with pytest.raises(MasterKeyMissing):
        list(resealing.reseal())

"""What a web process remembers of people and assets, and when it looks again."""

import asyncio
import uuid

import pytest

from assets.models import Asset
from mediaportal.core.threads import in_database
from notifications.services import sight
from tests.factories import AssetFactory, UserFactory

ID = uuid.uuid4()


async def test_many_who_ask_at_once_wait_for_one_query() -> None:
    asked: list[uuid.UUID] = []

    async def load(key: uuid.UUID) -> str:
        asked.append(key)
        await asyncio.sleep(0.01)
        return "row"

    memory = sight._Memory(load)
    assert await asyncio.gather(*(memory.get(ID) for _listener in range(50))) == ["row"] * 50
    assert asked == [ID]


async def test_news_makes_it_look_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    async def load(_key: uuid.UUID) -> int:
        nonlocal asked
        asked += 1
        return asked

    memory = sight._Memory(load)
    assert [await memory.get(ID), await memory.get(ID)] == [1, 1]
    assert [await memory.get(ID, seq=7), await memory.get(ID, seq=7), await memory.get(ID)] == [2, 2, 2]
    assert await memory.get(ID, seq=8) == 3
    monkeypatch.setattr(sight, "_KEPT_SECONDS", 0.0)
    assert await memory.get(ID) == 4


async def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "_KEPT_AT_MOST", 3)

    async def load(key: uuid.UUID) -> uuid.UUID:
        return key

    memory = sight._Memory(load)
    for _turn in range(10):
        key = uuid.uuid4()
        assert await memory.get(key) == key
    assert len(memory._known) <= 3
    assert len(memory._locks) <= 4


@pytest.mark.django_db(transaction=True)
async def test_people_come_with_their_permissions_and_assets_with_what_access_asks() -> None:
    asset: Asset = await in_database(lambda: AssetFactory(published=True))
    user = await in_database(lambda: UserFactory(role="moderator"))
    found = sight.sight()
    known = await found.people.get(user.pk)
    assert known is not None
    assert known.has_perm("assets.see_all_assets")  # no query: this is the event loop
    row = await found.asset_for(known, asset.pk)
    assert row is not None
    assert (row.visibility, row.publication, row.uploaded_by_id) == (
        "internal",
        "published",
        asset.uploaded_by_id,
    )
    assert await found.assets.get(uuid.uuid4()) is None
    assert sight.sight() is found

"""Collections: who changes them, that no circle closes, and that nothing goes that people put there."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connections

from assets.exceptions import CollectionNotEmpty
from assets.models import Collection
from assets.services import collections
from mediaportal.audit.models import Entry
from mediaportal.core.ids import new_id
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from tests.factories import AssetFactory, CollectionFactory, UserFactory

pytestmark = pytest.mark.django_db


def refused(act: Any, /, **arguments: Any) -> tuple[str, str]:
    """The field and the code of what is wrong."""
    with pytest.raises(InvalidInput) as caught:
        act(**arguments)
    return caught.value.errors[0].field, caught.value.errors[0].code


def test_made_at_the_top_and_inside() -> None:
    user = UserFactory()
    events = collections.create(user=user, name="  Events\u202e  2025 ")
    inside = collections.create(user=user, name="events 2025", parent_id=events.pk)
    assert (events.name, inside.parent, inside.created_by) == ("Events 2025", events, user)
    assert list(Entry.objects.values_list("action", flat=True)) == ["collection.made", "collection.made"]


def test_what_is_refused() -> None:
    user = UserFactory()
    collections.create(user=user, name="Events")
    for name in ("", "  ", "x" * 121, "\u200e"):
        assert refused(collections.create, user=user, name=name) == ("name", "invalid")
    assert refused(collections.create, user=user, name="EVENTS") == ("name", "taken")
    assert refused(collections.create, user=user, name="x", parent_id=new_id()) == ("parent", "invalid")


@pytest.mark.parametrize("role", ["viewer", None])
def test_who_may_not_make_one(role: str | None) -> None:
    with pytest.raises(NotPermitted):
        collections.create(user=UserFactory(role=role) if role else AnonymousUser(), name="x")


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("maker", True), ("contributor", False), ("moderator", False), ("manager", True), (None, False)],
)
def test_who_may_change_and_delete_one(who: str | None, allowed: bool) -> None:
    shelf = CollectionFactory()
    user: Any = AnonymousUser()
    if who:
        user = shelf.created_by if who == "maker" else UserFactory(role=who)
    if not allowed:
        with pytest.raises(NotPermitted):
            collections.change(user=user, collection=shelf, name="x")
        with pytest.raises(NotPermitted):
            collections.delete(user=user, collection=shelf)
        return
    assert collections.change(user=user, collection=shelf, name="x").name == "x"
    collections.delete(user=user, collection=shelf)
    assert not Collection.objects.exists()


def test_moving() -> None:
    user = UserFactory()
    top, other = CollectionFactory(created_by=user), CollectionFactory(created_by=user)
    inside = CollectionFactory(parent=top, created_by=user)
    deep = CollectionFactory(parent=inside, created_by=user)
    collections.change(user=user, collection=inside, parent_id=other.pk)
    assert collections.path_ids(deep.pk) == [other.pk, inside.pk, deep.pk]
    collections.change(user=user, collection=inside, parent_id=None, name="Up here")
    assert collections.path_ids(deep.pk) == [inside.pk, deep.pk]
    assert (inside.name, inside.parent) == ("Up here", None)
    collections.change(user=user, collection=inside, parent_id=None)
    moved = Entry.objects.filter(action="collection.changed").values_list("detail", flat=True)
    assert sorted(moved, key=str) == [{"fields": ["name", "parent_id"]}, {"fields": ["parent_id"]}]


def test_moving_where_it_cannot_go() -> None:
    user = UserFactory()
    top = CollectionFactory(created_by=user, name="Top")
    inside = CollectionFactory(parent=top, created_by=user, name="Inside")
    for parent in (top, inside):
        found = refused(collections.change, user=user, collection=top, parent_id=parent.pk)
        assert found == ("parent", "circle")
    other = CollectionFactory(created_by=user, name="inside")
    found = refused(collections.change, user=user, collection=other, parent_id=top.pk)
    assert found == ("name", "taken")
    assert refused(collections.change, user=user, collection=other, name="TOP") == ("name", "taken")
    collections.change(user=user, collection=other, name="INSIDE")
    Collection.objects.filter(pk=other.pk).delete()
    with pytest.raises(NotFound):
        collections.change(user=user, collection=other, name="x")


def test_how_its_files_are_encrypted() -> None:
    user = UserFactory(role="contributor")
    made = collections.create(user=user, name="Films", encryption="cenc")
    assert made.encryption == "cenc"
    assert collections.change(user=user, collection=made, name="Films and more").encryption == "cenc"
    assert collections.change(user=user, collection=made, encryption="cbcs").encryption == "cbcs"
    assert collections.change(user=user, collection=made, encryption="").encryption == ""
    with pytest.raises(InvalidInput) as caught:
        collections.change(user=user, collection=made, encryption="rot13")
    assert [error.field for error in caught.value.errors] == ["encryption"]


def test_what_collections_say_of_an_asset() -> None:
    asset, outer = AssetFactory(), CollectionFactory(encryption="cenc")
    assert collections.encryption_of(asset=asset) == ""
    asset.collections.add(CollectionFactory())
    assert collections.encryption_of(asset=asset) == ""
    asset.collections.add(CollectionFactory(parent=CollectionFactory(parent=outer)))
    assert collections.encryption_of(asset=asset) == "cenc"


def test_the_depth_has_a_bound() -> None:
    user = UserFactory()
    chain: list[Collection] = []
    for level in range(collections.DEEPEST):
        parent = chain[-1].pk if chain else None
        chain.append(collections.create(user=user, name=f"level {level}", parent_id=parent))
    found = refused(collections.create, user=user, name="deeper", parent_id=chain[-1].pk)
    assert found == ("parent", "too_deep")
    pair = CollectionFactory(created_by=user)
    CollectionFactory(parent=pair)
    found = refused(collections.change, user=user, collection=pair, parent_id=chain[-2].pk)
    assert found == ("parent", "too_deep")
    collections.change(user=user, collection=pair, parent_id=chain[-3].pk)


def test_only_empty_ones_go_unless_the_assets_are_kept() -> None:
    user = UserFactory()
    shelf = CollectionFactory(created_by=user)
    inside = CollectionFactory(parent=shelf, created_by=user)
    asset = AssetFactory()
    asset.collections.add(shelf, inside)
    for keep in (False, True):
        with pytest.raises(CollectionNotEmpty):
            collections.delete(user=user, collection=shelf, keep_assets=keep)
    with pytest.raises(CollectionNotEmpty):
        collections.delete(user=user, collection=inside)
    collections.delete(user=user, collection=inside, keep_assets=True)
    collections.delete(user=user, collection=inside)
    assert list(asset.collections.all()) == [shelf]
    asset.refresh_from_db()
    collections.delete(user=user, collection=shelf, keep_assets=True)
    assert Entry.objects.filter(action="collection.deleted").count() == 2


def test_a_way_of_names_is_found_or_made() -> None:
    user = UserFactory()
    events = CollectionFactory(name="Events")
    found = collections.reach(user=user, names=["EVENTS", " ", "٢٠٢٥", "n" * 300])
    assert found is not None
    assert collections.path_ids(found.pk)[0] == events.pk
    assert (len(found.name), len(collections.path_ids(found.pk))) == (120, 3)
    assert collections.reach(user=user, names=["events", "٢٠٢٥", "n" * 300]) == found
    assert collections.reach(user=user, names=["x"], parent_id=events.pk) == Collection.objects.get(name="x")
    assert collections.reach(user=user, names=[]) is None
    deep = collections.reach(user=user, names=[str(n) for n in range(30)])
    assert deep is not None
    assert len(collections.path_ids(deep.pk)) == collections.DEEPEST


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_close_no_circle() -> None:
    user = UserFactory(role="manager")
    one, two = CollectionFactory(), CollectionFactory()
    results: list[str] = []
    start = threading.Barrier(2)

    def move(collection: Collection, parent: Collection) -> None:
        start.wait(10)
        try:
            collections.change(user=user, collection=collection, parent_id=parent.pk)
            results.append("moved")
        except InvalidInput as problem:
            results.append(problem.errors[0].code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=move, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == ["circle", "moved"]

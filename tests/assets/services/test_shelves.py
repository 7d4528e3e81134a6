"""Tags: how they are written, and who renames and deletes them."""

from typing import Any

import pytest

from assets.models import Tag
from assets.services import shelves
from mediaportal.audit.models import Entry
from mediaportal.core.problems import InvalidInput, NotPermitted
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_words_are_cleaned_and_each_is_taken_once() -> None:
    assert shelves.tag_names(["  wide   shot ", "Wide shot", "", "بحر", "\u202eevil"]) == [
        "wide shot",
        "بحر",
        "evil",
    ]


def test_capitals_make_no_difference() -> None:
    assert shelves.tag_named("Sea") == shelves.tag_named("SEA")
    assert Tag.objects.get().name == "Sea"


def test_renaming_and_deleting() -> None:
    manager, asset = UserFactory(role="manager"), AssetFactory()
    sea, harbour = shelves.tag_named("sea"), shelves.tag_named("harbour")
    asset.tags.add(sea, harbour)
    shelves.rename_tag(user=manager, tag=sea, name=" Ocean ")
    shelves.rename_tag(user=manager, tag=sea, name="OCEAN")
    assert set(asset.tags.values_list("name", flat=True)) == {"OCEAN", "harbour"}
    for name, code in (("Harbour", "taken"), ("  ", "invalid"), ("x" * 61, "invalid")):
        with pytest.raises(InvalidInput) as caught:
            shelves.rename_tag(user=manager, tag=sea, name=name)
        assert caught.value.errors[0].code == code
    shelves.delete_tag(user=manager, tag=harbour)
    shelves.delete_tag(user=manager, tag=sea)
    assert not asset.tags.exists()
    assert Entry.objects.filter(action__startswith="tag.").count() == 4


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator"])
def test_who_may_not(role: str) -> None:
    user: Any = UserFactory(role=role)
    tag = shelves.tag_named("sea")
    with pytest.raises(NotPermitted):
        shelves.rename_tag(user=user, tag=tag, name="x")
    with pytest.raises(NotPermitted):
        shelves.delete_tag(user=user, tag=tag)

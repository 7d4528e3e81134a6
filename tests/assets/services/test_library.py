"""Editing, trashing and restoring: allowed to the right people, written down, and told."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.dispatch import Signal

from assets.models import Asset
from assets.services import library
from assets.signals import access_changed, asset_removed
from mediaportal.audit.models import Entry
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from tests.factories import AssetFactory, CollectionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def news() -> Iterator[list[Signal]]:
    """The signals that were sent."""
    heard: list[Signal] = []

    def hear(signal: Signal, **_: Any) -> None:
        heard.append(signal)

    for signal in (access_changed, asset_removed):
        signal.connect(hear)
    yield heard
    for signal in (access_changed, asset_removed):
        signal.disconnect(hear)


def acts() -> list[tuple[str, Any]]:
    """What was written down."""
    return list(Entry.objects.order_by("pk").values_list("action", "detail"))


def test_editing(news: list[Signal]) -> None:
    asset = AssetFactory(published=True, visibility="private")
    library.edit(user=asset.uploaded_by, asset=asset, title=" New ", description="", visibility="internal")
    stored = Asset.objects.get(pk=asset.pk)
    assert (stored.title, stored.visibility, asset.title) == ("New", "internal", "New")
    assert acts() == [("asset.edited", {"fields": ["title", "visibility"]})]
    assert news == [access_changed]


def test_tags_and_places() -> None:
    asset, first, second = AssetFactory(), CollectionFactory(), CollectionFactory()
    places: dict[str, Any] = {"user": asset.uploaded_by, "asset": asset}
    library.edit(**places, tags=[" Sea ", "harbour", "SEA"], collections=[first.pk, second.pk])
    assert set(asset.tags.values_list("name", flat=True)) == {"Sea", "harbour"}
    library.edit(**places, tags=["HARBOUR", "sea"], collections=[second.pk, first.pk])
    assert acts() == [("asset.edited", {"fields": ["collections", "tags"]})]
    library.edit(**places, tags=[], collections=[second.pk])
    assert (asset.tags.count(), list(asset.collections.all())) == (0, [second])


def test_everybody_and_nobody_may_have_it() -> None:
    asset = AssetFactory(published=True)
    library.edit(user=asset.uploaded_by, asset=asset, visibility="public", allow_download=False)
    stored = Asset.objects.get(pk=asset.pk)
    assert (stored.visibility, stored.allow_download) == ("public", False)
    assert acts() == [("asset.edited", {"fields": ["allow_download", "visibility"]})]


def test_editing_nothing_is_not_written_down(news: list[Signal]) -> None:
    asset = AssetFactory()
    library.edit(user=asset.uploaded_by, asset=asset, title=asset.title)
    assert (acts(), news) == ([], [])


@pytest.mark.parametrize(
    "change",
    [
        {"title": "  "},
        {"title": "x" * 256},
        {"visibility": "everyone"},
        {"tags": ["x" * 61]},
        {"tags": [f"tag{n}" for n in range(51)]},
        {"collections": [UUID(int=1)]},
    ],
)
def test_values_that_are_not_good(change: dict[str, Any]) -> None:
    asset = AssetFactory()
    with pytest.raises(InvalidInput) as caught:
        library.edit(user=asset.uploaded_by, asset=asset, **change)
    assert caught.value.errors[0].field in change


def test_trash_and_back(news: list[Signal]) -> None:
    asset = AssetFactory(published=True)
    library.trash(user=asset.uploaded_by, asset=asset)
    assert news == [asset_removed, access_changed]
    library.trash(user=asset.uploaded_by, asset=asset)
    with pytest.raises(NotFound):
        library.edit(user=asset.uploaded_by, asset=asset, title="x")
    news.clear()
    library.restore(user=asset.uploaded_by, asset=asset)
    library.restore(user=asset.uploaded_by, asset=asset)
    assert news == [access_changed]
    assert Asset.objects.kept().filter(pk=asset.pk).exists()
    assert [action for action, _detail in acts()] == ["asset.trashed", "asset.restored"]


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator", None])
def test_others_may_not(role: str | None) -> None:
    user = UserFactory(role=role) if role else AnonymousUser()
    asset = AssetFactory(published=True, visibility="public")
    with pytest.raises(NotPermitted):
        library.edit(user=user, asset=asset, title="x")
    with pytest.raises(NotPermitted):
        library.trash(user=user, asset=asset)
    with pytest.raises(NotPermitted):
        library.restore(user=user, asset=asset)
    with pytest.raises(NotFound):
        library.restore(user=user, asset=AssetFactory(published=True, visibility="public", trashed=True))


def test_managers_may(news: list[Signal]) -> None:
    user = UserFactory(role="manager")
    asset = AssetFactory(trashed=True)
    library.restore(user=user, asset=asset)
    library.edit(user=user, asset=asset, title="x")
    library.trash(user=user, asset=asset)
    assert Entry.objects.filter(actor=user).count() == 3

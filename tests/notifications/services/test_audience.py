"""Who hears of what, as a table: owner, staff, others × what the asset was and is."""

import pytest

from notifications.events import LIBRARY, Told, Topic, asset_topic, now
from notifications.services import audience
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def event_of(asset: object, *, told_all: bool, topic: str = LIBRARY, durable: bool = True) -> Told:
    return {
        "topic": topic,
        "type": "asset.changed",
        "id": 1 if durable else None,
        "seq": 1 if durable else None,
        "at": now(),
        "data": {"title": "secret"},
        "asset_id": str(asset.pk),  # type: ignore[attr-defined]
        "owner_id": str(asset.uploaded_by_id),  # type: ignore[attr-defined]
        "told_all": told_all,
    }


@pytest.mark.parametrize(
    ("traits", "told_all", "owner", "staff", "other"),
    [
        ({}, False, "all", "all", "nothing"),
        ({"published": True}, True, "all", "all", "all"),
        ({"published": True, "visibility": "private"}, True, "all", "all", "gone"),
        ({"published": True, "visibility": "private"}, False, "all", "all", "nothing"),
        ({"blocked": True}, True, "all", "all", "gone"),
        ({"published": True, "trashed": True}, True, "gone", "gone", "gone"),
        ({"trashed": True}, False, "gone", "gone", "nothing"),
    ],
)
def test_what_each_learns_in_the_library(
    traits: dict[str, object], told_all: bool, owner: str, staff: str, other: str
) -> None:
    asset = AssetFactory(**traits)
    people = {
        asset.uploaded_by: owner,
        UserFactory(role="moderator"): staff,
        UserFactory(role="viewer"): other,
    }
    for user, expected in people.items():
        told = audience.told_to(user, event_of(asset, told_all=told_all), asset)
        if expected == "nothing":
            assert told is None
        elif expected == "all":
            assert told is not None and told["data"]["title"] == "secret"
        else:
            assert told is not None and told["type"] == "asset.removed"
            assert told["data"] == {"asset_id": str(asset.pk)}


def test_an_inactive_person_learns_nothing() -> None:
    asset = AssetFactory(published=True)
    assert audience.told_to(UserFactory(inactive=True), event_of(asset, told_all=True), asset) is None


def test_progress_of_a_hidden_asset_is_never_told_as_gone() -> None:
    asset = AssetFactory()
    told = event_of(asset, told_all=False, topic=asset_topic(asset.pk), durable=False)
    assert audience.told_to(UserFactory(), told, asset) is None


def test_an_asset_that_does_not_exist_any_longer() -> None:
    asset = AssetFactory(published=True)
    told = audience.told_to(UserFactory(), event_of(asset, told_all=True), None)
    assert told is not None and told["data"] == {"asset_id": str(asset.pk)}


def test_groups() -> None:
    asset = AssetFactory()
    owner = asset.uploaded_by_id
    topics = [asset_topic(asset.pk), LIBRARY, f"user:{owner}"]
    hidden = list(audience.groups_of(topics, owner_id=owner, told_all=False))
    assert hidden == [
        (f"asset.{asset.pk}", f"asset:{asset.pk}"),
        ("library.staff", LIBRARY),
        (f"library.of.{owner}", LIBRARY),
        (f"user.{owner}", "me"),
    ]
    shown = dict(audience.groups_of([LIBRARY], owner_id=owner, told_all=True))
    assert set(shown) == {"library.staff", "library.everyone", f"library.of.{owner}"}


def test_groups_to_join() -> None:
    viewer, staff = UserFactory(role="viewer"), UserFactory(role="moderator")
    assert audience.groups_to_join(Topic("library"), staff) == ["library.staff"]
    assert audience.groups_to_join(Topic("library"), viewer) == [
        "library.everyone",
        f"library.of.{viewer.pk}",
    ]
    assert audience.groups_to_join(Topic("me"), viewer) == [f"user.{viewer.pk}"]

"""What must be kept is deleted by nobody, whichever way they take."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from assets.exceptions import OnHold
from assets.models import Asset, Caption, DeletionHold
from assets.services import captions, deletionholds, library, quarantine
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.core.captions import Cue
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from processing.models import Job
from processing.services import captures, orders
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return UserFactory(role="manager")


def test_a_hold_from_its_first_day_to_its_last(manager: User) -> None:
    asset = AssetFactory(published=True)
    assert deletionholds.standing(user=manager, asset=asset) is None
    hold = deletionholds.place(user=manager, asset=asset, reason="  a law suit ")
    assert hold.reason == "a law suit"
    assert deletionholds.place(user=manager, asset=asset, reason="a law suit") == hold
    later = deletionholds.place(user=manager, asset=asset, reason="another one")
    assert deletionholds.standing(user=manager, asset=asset) == later
    with pytest.raises(OnHold):
        library.trash(user=asset.uploaded_by, asset=asset)
    deletionholds.lift(user=manager, asset=asset)
    with pytest.raises(NotFound):
        deletionholds.lift(user=manager, asset=asset)
    assert set(DeletionHold.objects.values_list("lifted_by", flat=True)) == {manager.pk}
    library.trash(user=asset.uploaded_by, asset=asset)
    acts = Entry.objects.filter(action__startswith="deletion_hold.").order_by("pk")
    assert [one.action for one in acts] == [
        "deletion_hold.placed",
        "deletion_hold.placed",
        "deletion_hold.lifted",
    ]


def test_no_way_of_deleting_is_left_open(manager: User) -> None:
    asset = AssetFactory(infected=True)
    caption = Caption.objects.create(
        asset=asset, language="ar", file_size=5, storage_key="a", original_key="b"
    )
    picture = VariantFactory(asset=asset, variant_type="derived", detail={"capture": "x"}, timestamp=1.0)
    deletionholds.place(user=manager, asset=asset, reason="kept")
    acts: list[Callable[[], object]] = [
        lambda: library.trash(user=manager, asset=asset),
        lambda: quarantine.delete_original(user=manager, asset=asset),
        lambda: captions.delete(user=manager, caption=caption),
        lambda: captures.delete(user=manager, asset=asset, capture_id=picture.pk),
    ]
    for act in acts:
        with pytest.raises(OnHold):
            act()
    asset.refresh_from_db()
    assert (asset.deleted_at, asset.original_removed_at) == (None, None)


def test_nothing_takes_the_place_of_what_must_be_kept(manager: User) -> None:
    asset = AssetFactory(published=True, metadata={"probed": True})
    VariantFactory(asset=asset, variant_type="rendition")
    track = captions.write(user=manager, asset=asset, cues=[Cue(0, 1000, "Before")], language="en")
    deletionholds.place(user=manager, asset=asset, reason="kept")
    acts: list[Callable[[], object]] = [
        lambda: captions.replace(user=manager, caption=track, version=1, cues=[Cue(0, 1000, "After")]),
        lambda: orders.transcode(user=manager, asset=asset, formats=[orders.Format("360p")], order=None),
        lambda: orders.package(user=manager, asset=asset, order=None),
    ]
    for act in acts:
        with pytest.raises(OnHold):
            act()
    track.refresh_from_db()
    assert [cue.text for cue in captions.cues_of(user=manager, caption=track)] == ["Before"]
    assert not Job.objects.filter(asset_id=asset.pk).exclude(pk=asset.job_id).exists()
    captions.write(user=manager, asset=asset, cues=[], language="ar")
    assert asset.captions.count() == 2


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_hold_has_a_reason(manager: User, reason: str) -> None:
    with pytest.raises(InvalidInput):
        deletionholds.place(user=manager, asset=AssetFactory(), reason=reason)


@pytest.mark.parametrize("role", ["contributor", "moderator"])
def test_others_may_not(role: str) -> None:
    asset, other = AssetFactory(published=True), UserFactory(role=role)
    acts: list[Callable[[], object]] = [
        lambda: deletionholds.place(user=other, asset=asset, reason="x"),
        lambda: deletionholds.lift(user=other, asset=asset),
        lambda: deletionholds.standing(user=other, asset=asset),
    ]
    for act in acts:
        with pytest.raises(NotPermitted):
            act()


def test_over_http(manager: User) -> None:
    asset = AssetFactory(published=True)
    address, api = f"/api/v1/assets/{asset.pk}/deletion-hold", signed_in(manager)
    assert api.get(address).status_code == 404
    assert api.put(address, {"reason": ""}, format="json").status_code == 400
    placed = api.put(address, {"reason": "a law suit"}, format="json")
    assert (placed.status_code, placed.json()["placed_by"]["id"]) == (200, str(manager.pk))
    assert api.get(address).json()["reason"] == "a law suit"
    owner: APIClient = signed_in(asset.uploaded_by)
    refused = owner.delete(f"/api/v1/assets/{asset.pk}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "on_hold")
    assert owner.get(address).status_code == 403
    assert signed_in(UserFactory()).delete(address).status_code == 403
    assert api.delete(address).status_code == 204
    assert owner.delete(f"/api/v1/assets/{asset.pk}/").status_code == 204


def test_the_page_tells_those_who_may_say_so(client: Client, manager: User) -> None:
    asset = AssetFactory(published=True)
    client.force_login(manager)
    assert "Keep from deletion" in client.get(f"/assets/{asset.pk}/").content.decode()
    deletionholds.place(user=manager, asset=asset, reason="a law suit")
    assert "a law suit" in client.get(f"/assets/{asset.pk}/").content.decode()
    client.force_login(asset.uploaded_by)
    assert "a law suit" not in client.get(f"/assets/{asset.pk}/").content.decode()


def test_the_admin_puts_nothing_into_the_trash_that_is_kept(client: Client, manager: User) -> None:
    asset = AssetFactory(published=True)
    deletionholds.place(user=manager, asset=asset, reason="kept")
    client.force_login(manager)
    client.post("/admin/assets/asset/", {"action": "to_trash", "_selected_action": [str(asset.pk)]})
    assert Asset.objects.get().deleted_at is None

"""What guests send waits until a manager decides."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from assets.models import Asset
from assets.services import held
from mediaportal.audit.models import Entry
from mediaportal.core.problems import Conflict, NotFound, NotPermitted
from tests.factories import AssetFactory, GuestLinkFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db


def ready(**facts: Any) -> Asset:
    """A guest's file whose processing is done."""
    traits = {"published": True, "publication": "held", "policy_verdict": "review"}
    return AssetFactory(**traits | facts)


def test_what_waits_is_listed_in_two_queries(django_assert_num_queries: Any) -> None:
    manager, link = UserFactory(role="manager"), GuestLinkFactory()
    waiting = [ready(guest_link=link), AssetFactory(guest_link=link, policy_verdict="review")]
    for asset in waiting:
        VariantFactory(asset=asset, poster=True)
    AssetFactory(published=True)
    AssetFactory()
    ready(trashed=True)
    AssetFactory(infected=True, policy_verdict="review")
    ready(holds=["case"])
    manager.has_perm("assets.manage_guest_links")  # asked once for each request
    with django_assert_num_queries(2):
        found = list(held.waiting(user=manager))
        assert [asset.guest_link for asset in found] == [link] * 2
    assert found == waiting[::-1]
    with django_assert_num_queries(1):
        assert held.count(user=manager) == 2


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator", None])
def test_nothing_waits_for_those_who_decide_nothing(role: str | None) -> None:
    asset = ready()
    user = UserFactory(role=role) if role else AnonymousUser()
    assert (list(held.waiting(user=user)), held.count(user=user)) == ([], 0)
    for act in (held.release, held.hold):
        with pytest.raises(NotPermitted):
            act(user=user, asset=asset)


def test_what_is_let_through_is_published_once() -> None:
    asset, manager = ready(), UserFactory(role="manager")
    assert held.release(user=manager, asset=asset).publication == "published"
    assert held.release(user=manager, asset=asset).policy_verdict == "pass"
    entry = Entry.objects.get(action="asset.released")
    assert (entry.actor, entry.object_id) == (manager, str(asset.pk))


def test_what_is_let_through_before_it_is_processed_is_published_when_it_is() -> None:
    asset = AssetFactory(policy_verdict="review")
    assert held.release(user=UserFactory(role="manager"), asset=asset).publication == "held"
    assert held.count(user=UserFactory(role="manager")) == 0


def test_what_was_published_is_taken_back_once() -> None:
    asset, manager = AssetFactory(published=True), UserFactory(role="manager")
    for _time in range(2):
        assert held.hold(user=manager, asset=asset).publication == "held"
    assert Entry.objects.filter(action="asset.held").count() == 1
    assert list(held.waiting(user=manager)) == [asset]


def test_what_is_blocked_or_gone_is_not_let_through() -> None:
    manager = UserFactory(role="manager")
    for act in (held.release, held.hold):
        with pytest.raises(Conflict):
            act(user=manager, asset=AssetFactory(blocked=True))
        with pytest.raises(NotFound):
            act(user=manager, asset=ready(deleted_at=timezone.now()))


def test_what_cannot_be_scanned_waits_too_and_is_let_through() -> None:
    asset, manager = AssetFactory(failed=True, scan_verdict="unscannable"), UserFactory(role="manager")
    assert list(held.waiting(user=manager)) == [asset]
    for _time in range(2):
        assert held.release(user=manager, asset=asset).scan_released_at is not None
    assert Entry.objects.filter(action="scan.released").count() == 1
    assert held.count(user=manager) == 0

"""Guest links are made, changed and ended by managers, and written down."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assets.models import GuestLink
from assets.services import guestlinks
from mediaportal.audit.models import Entry
from mediaportal.core.problems import Conflict, InvalidInput, NotPermitted
from tests.factories import AssetFactory, CollectionFactory, GuestLinkFactory, UserFactory

pytestmark = pytest.mark.django_db


def soon() -> Any:
    return timezone.now() + timedelta(days=3)


def test_a_manager_makes_a_link() -> None:
    maker, collection, ends = UserFactory(role="manager"), CollectionFactory(), soon()
    link = guestlinks.make(
        user=maker,
        title="  Film\0 days ",
        message="Send us yours.",
        kinds=["audio", "video", "audio"],
        most_files=3,
        most_bytes=10**9,
        collection=collection.pk,
        expires_at=ends,
    )
    link.refresh_from_db()
    assert (link.title, link.kinds, link.collection, link.created_by) == (
        "Film days",
        ["video", "audio"],
        collection,
        maker,
    )
    assert (link.most_files, link.most_bytes, link.expires_at) == (3, 10**9, ends)
    assert Entry.objects.get(action="guest_link.made").detail == {"title": "Film days"}


def test_every_kind_is_no_bound() -> None:
    link = guestlinks.make(
        user=UserFactory(role="manager"),
        title="A",
        kinds=["image", "video", "audio"],
        expires_at=soon(),
    )
    assert link.kinds == []


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator"])
def test_others_may_not(role: str) -> None:
    user, link = UserFactory(role=role), GuestLinkFactory()
    with pytest.raises(NotPermitted):
        guestlinks.make(user=user, title="A", expires_at=soon())
    with pytest.raises(NotPermitted):
        guestlinks.change(user=user, link=link, title="A")
    with pytest.raises(NotPermitted):
        guestlinks.end(user=user, link=link)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": "a" * 121},
        {"message": "a" * 2_001},
        {"kinds": ["text"]},
        {"most_files": 0},
        {"most_files": 2**31},
        {"most_bytes": -1},
        {"expires_at": None},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"expires_at": timezone.now() + timedelta(days=400)},
        {"collection": "0190a000-0000-7000-8000-000000000000"},
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(wrong: dict[str, Any]) -> None:
    good = {"title": "A", "expires_at": soon()}
    with pytest.raises(InvalidInput) as caught:
        guestlinks.make(user=UserFactory(role="manager"), **good | wrong)
    assert [error.field for error in caught.value.errors] == list(wrong)
    assert GuestLink.objects.count() == 0


def test_a_change_is_written_down_once() -> None:
    link, other = GuestLinkFactory(title="A"), UserFactory(role="manager")
    guestlinks.change(user=other, link=link, title="B", most_files=None)
    guestlinks.change(user=other, link=link, title="B")
    assert link.title == "B"
    assert [entry.detail for entry in Entry.objects.all()] == [{"fields": ["title"]}]


def test_an_end_is_for_good() -> None:
    link, user = GuestLinkFactory(), UserFactory(role="manager")
    ended = guestlinks.end(user=user, link=link).ended_at
    assert ended is not None
    assert guestlinks.end(user=user, link=link).ended_at == ended
    assert Entry.objects.filter(action="guest_link.ended").count() == 1
    with pytest.raises(Conflict):
        guestlinks.change(user=user, link=link, expires_at=soon())


def test_how_links_stand_is_known_in_one_query(django_assert_num_queries: Any) -> None:
    maker = UserFactory(role="manager")
    past = timezone.now() - timedelta(days=1)
    GuestLinkFactory(title="open", created_by=maker, most_files=2)
    full = GuestLinkFactory(title="full", created_by=maker, most_files=2)
    heavy = GuestLinkFactory(title="heavy", created_by=maker, most_bytes=100)
    GuestLinkFactory(title="past", created_by=maker, expires_at=past)
    GuestLinkFactory(title="ended", created_by=maker, ended_at=past, expires_at=past)
    GuestLinkFactory(title="left", created_by=UserFactory(role="manager", inactive=True))
    GuestLinkFactory(title="moved", created_by=UserFactory(role="viewer"))
    for size in (40, 50):
        AssetFactory(guest_link=full, file_size=size)
    AssetFactory(guest_link=heavy, file_size=100)
    maker.has_perm("assets.manage_guest_links")  # asked once for each request
    with django_assert_num_queries(1):
        links: list[Any] = list(GuestLink.objects.visible_to(maker).with_use())
        found = {link.title: guestlinks.standing_of(link).code for link in links}
    assert found == {
        "open": "open",
        "full": "used_up",
        "heavy": "used_up",
        "past": "expired",
        "ended": "ended",
        "left": "ended",
        "moved": "ended",
    }
    use = {link.title: (link.files, link.size) for link in links}
    assert (use["open"], use["full"], use["heavy"]) == ((0, 0), (2, 90), (1, 100))

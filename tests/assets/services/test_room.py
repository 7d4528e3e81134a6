"""How much room files take."""

from typing import Any

import pytest
from django.utils import timezone

from assets.exceptions import QuotaExceeded
from assets.models import Caption, Leftover
from assets.services import captions, leftovers, room
from mediaportal.accounts.models import User
from mediaportal.core.captions import Cue
from tests.factories import AssetFactory, GuestLinkFactory, UploadSessionFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_room_of_a_person_is_told_in_one_query(django_assert_num_queries: Any) -> None:
    user = UserFactory(quota_bytes=1_000)
    AssetFactory(uploaded_by=user, file_size=100)
    AssetFactory(uploaded_by=user, file_size=20, trashed=True)
    AssetFactory(uploaded_by=user, file_size=500, original_removed_at=timezone.now())
    AssetFactory(file_size=7)
    UploadSessionFactory(user=user, source="tus", bytes_total=300)
    UploadSessionFactory(user=user, source="tus", bytes_total=None, bytes_received=4)
    UploadSessionFactory(user=user, source="tus", bytes_total=900, status="failed")
    UploadSessionFactory(source="tus", bytes_total=900)
    with django_assert_num_queries(1):
        found = room.of_person(user)
    assert (found.quota, found.used, found.reserved, found.left) == (1_000, 120, 304, 576)


def test_captions_take_room_with_every_version_that_is_still_there() -> None:
    user = UserFactory(role="contributor", quota_bytes=10_000)
    asset = AssetFactory(published=True, uploaded_by=user, file_size=100)
    data = b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"
    track = captions.add(user=user, asset=asset, data=data, filename="en.srt", language="en")
    first = 100 + len(data) + track.file_size
    assert room.of_person(user).used == first
    captions.replace(user=user, caption=track, version=1, cues=[Cue(0, 1000, "Something longer")])
    assert room.of_person(user).used == first + track.file_size
    Leftover.objects.update(remove_after=timezone.now())
    leftovers.sweep()
    assert room.of_person(user).used == 100 + len(data) + track.file_size
    captions.replace(user=user, caption=track, version=2, cues=[Cue(0, 1000, "Again")])
    captions.delete(user=user, caption=track)
    assert room.of_person(user).used == 100


def test_captions_need_room() -> None:
    user = UserFactory(role="contributor", quota_bytes=250)
    asset = AssetFactory(published=True, uploaded_by=user, file_size=100)
    track = captions.write(user=user, asset=asset, cues=[Cue(0, 1000, "Hello")], language="en")
    with pytest.raises(QuotaExceeded):
        captions.replace(user=user, caption=track, version=1, cues=[Cue(0, 1000, "x" * 200)])
    with pytest.raises(QuotaExceeded):
        captions.write(
            user=UserFactory(role="manager"), asset=asset, cues=[Cue(0, 1000, "x" * 200)], language="fr"
        )
    assert room.of_person(user).used == 100 + track.file_size
    assert list(Caption.objects.values_list("version", flat=True)) == [1]


def test_nobody_has_anything_at_first(settings: Any) -> None:
    user = UserFactory()
    assert room.of_person(user) == room.Room(quota=None, used=0, reserved=0)
    assert room.of_person(user).left is None
    settings.USER_QUOTA = 50
    assert room.of_person(user).left == 50


def test_a_persons_own_quota_outdoes_everybodys(settings: Any) -> None:
    settings.USER_QUOTA = 50
    assert room.quota_of(User(quota_bytes=80)) == 80
    assert room.quota_of(User(quota_bytes=0)) == 0
    assert room.quota_of(User()) == 50


def test_less_than_nothing_is_never_left() -> None:
    assert room.Room(quota=10, used=15, reserved=3).left == 0


def test_a_form_reserves_what_its_file_surely_has() -> None:
    user = UserFactory()
    UploadSessionFactory(user=user, source="form", bytes_total=room.FORM_BYTES + 70)
    small = UploadSessionFactory(user=user, source="form", bytes_total=900)
    assert room.of_person(user).reserved == 70
    small.bytes_received = 600
    small.save()
    assert room.of_person(user).reserved == 670


def test_the_parts_of_a_joined_file_count_once() -> None:
    link = GuestLinkFactory()
    about = {"user": link.created_by, "guest_link": link, "source": "tus"}
    parts = [UploadSessionFactory(**about, concat="partial", bytes_total=size) for size in (100, 50)]
    whole = UploadSessionFactory(**about, concat="final", bytes_total=150, parts=[str(p.pk) for p in parts])
    assert room.of_person(link.created_by).reserved == 150
    assert room.of_link(link) == room.LinkUse(files=0, bytes=0, coming_files=1, coming_bytes=150)
    # The joined file itself finds the room of its parts free.
    assert room.of_person(link.created_by, before=room.Before.of(whole)).reserved == 0


def test_what_a_link_brought_and_what_is_coming() -> None:
    link = GuestLinkFactory()
    AssetFactory(guest_link=link, file_size=100)
    AssetFactory(guest_link=link, file_size=11, trashed=True)
    AssetFactory(guest_link=GuestLinkFactory(), file_size=1)
    UploadSessionFactory(guest_link=link, source="tus", bytes_total=30)
    UploadSessionFactory(guest_link=link, source="tus", bytes_total=30, status="failed")
    assert room.of_link(link) == room.LinkUse(files=2, bytes=111, coming_files=1, coming_bytes=30)


def test_only_earlier_uploads_stand_before_one_that_has_begun() -> None:
    user = UserFactory()
    first, second, third = (
        UploadSessionFactory(user=user, source="tus", bytes_total=n) for n in (1, 20, 300)
    )
    seen = [room.of_person(user, before=room.Before.of(one)).reserved for one in (first, second, third)]
    assert seen == [0, 1, 21]

"""How large a file may be, whether there is room, and what a person or a guest link may still bring."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assets.exceptions import (
    FileTooLarge,
    LinkEnded,
    QuotaExceeded,
    StorageFull,
    UnsupportedMediaType,
)
from assets.models import UploadSession
from assets.services import limits, uploads
from tests.factories import AssetFactory, GuestLinkFactory, UploadSessionFactory, UserFactory


def test_a_file_has_a_largest_size(settings: Any) -> None:
    settings.MAX_FILE_SIZE = 10
    limits.require_size(10)
    with pytest.raises(FileTooLarge):
        limits.require_size(11)


def test_there_must_be_room(settings: Any) -> None:
    settings.MIN_FREE_SPACE = 0
    limits.require_room(1)
    with pytest.raises(StorageFull):
        limits.require_room(1 << 60)


@pytest.mark.django_db
def test_a_quota_is_full_to_the_last_byte() -> None:
    user = UserFactory(quota_bytes=1_000)
    AssetFactory(uploaded_by=user, file_size=400)
    UploadSessionFactory(user=user, source="tus", bytes_total=100)
    limits.require_quota(user=user, size=500)
    with pytest.raises(QuotaExceeded):
        limits.require_quota(user=user, size=501)


@pytest.mark.django_db
def test_without_a_quota_nothing_is_asked(settings: Any, django_assert_num_queries: Any) -> None:
    user = UserFactory()
    with django_assert_num_queries(2):  # the savepoint's own
        limits.require_quota(user=user, size=1 << 50)
    settings.USER_QUOTA = 10
    with pytest.raises(QuotaExceeded):
        limits.require_quota(user=user, size=11)


@pytest.mark.django_db
def test_a_link_takes_so_many_files() -> None:
    link = GuestLinkFactory(most_files=2)
    AssetFactory(guest_link=link)
    limits.require_quota(user=link.created_by, size=1, guest_link=link)
    uploads.begin(user=link.created_by, guest_link=link, source="tus", bytes_total=1)
    with pytest.raises(QuotaExceeded, match="no more files"):
        limits.require_quota(user=link.created_by, size=1, guest_link=link)


@pytest.mark.django_db
def test_the_parts_of_one_file_are_one_file() -> None:
    link = GuestLinkFactory(most_files=1, most_bytes=100)
    about: dict[str, Any] = {"user": link.created_by, "guest_link": link, "source": "tus"}
    parts = [uploads.begin(**about, bytes_total=50, concat="partial") for _ in range(2)]
    whole: dict[str, Any] = {"bytes_total": 100, "concat": "final", "parts": [str(part.pk) for part in parts]}
    uploads.begin(**about, **whole)
    with pytest.raises(QuotaExceeded):
        uploads.begin(**about, **whole)


@pytest.mark.django_db
def test_parts_have_a_bound_where_only_files_are_counted(settings: Any) -> None:
    settings.MAX_FILE_SIZE = 100
    link = GuestLinkFactory(most_files=2)
    about: dict[str, Any] = {
        "user": link.created_by,
        "guest_link": link,
        "source": "tus",
        "concat": "partial",
    }
    uploads.begin(**about, bytes_total=100)
    uploads.begin(**about, bytes_total=100)
    with pytest.raises(QuotaExceeded):
        uploads.begin(**about, bytes_total=1)


@pytest.mark.django_db
def test_who_has_not_told_a_length_has_what_all_others_leave(settings: Any) -> None:
    settings.MAX_FILE_SIZE = 5_000
    silent = UploadSessionFactory(source="tus", bytes_total=None, bytes_received=10)
    assert limits.most_bytes_of(silent) == 5_000
    silent.user.quota_bytes = 1_000
    silent.user.save()
    UploadSessionFactory(user=silent.user, source="tus", bytes_total=None, bytes_received=300)
    assert limits.most_bytes_of(silent) == 700
    silent.guest_link = GuestLinkFactory(created_by=silent.user, most_bytes=500)
    silent.save()
    UploadSessionFactory(user=silent.user, guest_link=silent.guest_link, source="tus", bytes_total=450)
    assert limits.most_bytes_of(silent) == 50


@pytest.mark.django_db
def test_a_link_takes_so_many_bytes() -> None:
    link = GuestLinkFactory(most_bytes=1_000)
    AssetFactory(guest_link=link, file_size=400)
    UploadSessionFactory(guest_link=link, source="tus", bytes_total=100)
    limits.require_quota(user=link.created_by, size=500, guest_link=link)
    with pytest.raises(QuotaExceeded, match="larger than what"):
        limits.require_quota(user=link.created_by, size=501, guest_link=link)


@pytest.mark.django_db
def test_a_guest_uses_the_makers_quota_too() -> None:
    link = GuestLinkFactory(created_by=UserFactory(role="manager", quota_bytes=10))
    with pytest.raises(QuotaExceeded):
        limits.require_quota(user=link.created_by, size=11, guest_link=link)


@pytest.mark.django_db
def test_a_link_that_was_ended_in_the_meantime_takes_nothing() -> None:
    link = GuestLinkFactory()
    type(link).objects.update(ended_at=timezone.now())
    with pytest.raises(LinkEnded):
        limits.require_quota(user=link.created_by, size=1, guest_link=link)


@pytest.mark.django_db
def test_a_link_takes_the_kinds_that_it_names() -> None:
    link = GuestLinkFactory(kinds=["image", "audio"])
    for kind in ("image", "audio", ""):
        limits.require_kind(guest_link=link, kind=kind)
    with pytest.raises(UnsupportedMediaType, match="Image, Audio"):
        limits.require_kind(guest_link=link, kind="video")
    for open_to_all in (None, GuestLinkFactory()):
        limits.require_kind(guest_link=open_to_all, kind="video")


def _at_once(count: int, act: Callable[[], Any]) -> list[str]:
    """What became of an act done by several threads at the same moment."""
    outcomes: list[str] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        try:
            act()
        except QuotaExceeded:
            outcomes.append("refused")
        else:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def _somebody_waits() -> bool:
    """Whether another connection waits for a lock that this one holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_of_many_uploads_at_once_only_those_that_fit_begin() -> None:
    user = UserFactory(quota_bytes=1_000)
    outcomes = _at_once(6, lambda: uploads.begin(user=user, source="tus", bytes_total=300))
    assert outcomes == ["refused"] * 3 + ["taken"] * 3
    assert UploadSession.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_guests_at_once_only_those_that_fit_begin() -> None:
    link = GuestLinkFactory(most_files=2)
    maker = link.created_by
    outcomes = _at_once(6, lambda: uploads.begin(user=maker, source="tus", bytes_total=300, guest_link=link))
    assert outcomes == ["refused"] * 4 + ["taken"] * 2


@pytest.mark.django_db(transaction=True)
def test_who_asks_waits_for_the_one_who_asked_before() -> None:
    user = UserFactory(quota_bytes=1_000)
    outcomes: list[str] = []

    def second() -> None:
        outcomes.extend(_at_once(1, lambda: uploads.begin(user=user, source="tus", bytes_total=600)))

    thread = threading.Thread(target=second)
    with transaction.atomic():
        limits.require_quota(user=user, size=600)
        thread.start()
        while thread.is_alive() and not _somebody_waits():
            thread.join(0.01)
        assert thread.is_alive(), "the other one did not wait"
        AssetFactory(uploaded_by=user, file_size=600)
    thread.join()
    assert outcomes == ["refused"]

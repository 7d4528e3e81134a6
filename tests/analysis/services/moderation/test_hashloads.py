"""Files of hashes wait for a worker, who adds all of one or nothing."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone, translation

from analysis import tasks
from analysis.models import HashEntry, HashList, HashLoad, HashLoadPiece
from analysis.services.moderation import hashfiles, hashlists, hashloads
from mediaportal.accounts.models import User
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> User:
    return UserFactory(role="administrator")


@pytest.fixture
def known() -> HashList:
    return HashList.objects.create(name="Known")


def lines(number: int, *more: str) -> bytes:
    rows = [f"sha256,{place:064x}" for place in range(number)]
    return "\n".join(["kind,value", *rows, *more, ""]).encode()


def sent(keeper: User, known: HashList, data: bytes) -> HashLoad:
    """A file that nobody has read yet."""
    return hashloads.send(user=keeper, list_id=known.pk, file=io.BytesIO(data), form="csv")


def test_it_is_read_after_the_answer_piece_by_piece(
    keeper: User, known: HashList, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(hashloads, "wake", asked.append)
    monkeypatch.setattr(hashloads, "_PIECE", 1_000)
    data = lines(100)
    with django_capture_on_commit_callbacks(execute=True):
        load = sent(keeper, known, data)
    assert (load.status, load.size, asked) == ("running", len(data), [load.pk])
    assert HashLoadPiece.objects.count() == len(data) // 1_000 + 1
    assert (HashEntry.objects.count(), hashloads.read_of(load)) == (0, 0)
    for _time in range(2):
        tasks.load_hashes(str(load.pk))
        load.refresh_from_db()
        assert (load.status, load.added, load.faults) == ("done", 100, [])
    assert (hashloads.read_of(load), HashLoadPiece.objects.count()) == (len(data), 0)
    assert hashloads.of_list(user=keeper, list_id=known.pk) == [load]


def test_how_far_it_was_read_is_told_meanwhile(
    keeper: User, known: HashList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashloads, "_PIECE", 1_000)
    load = sent(keeper, known, lines(100))
    told: list[int] = []
    real = hashlists.checked

    def checked(entry: hashlists.Entry) -> hashlists.Entry:
        told.append(hashloads.read_of(load))
        return real(entry)

    monkeypatch.setattr(hashlists, "checked", checked)
    hashloads.run(load_id=load.pk)
    assert told == sorted(told) and 0 < told[-1] <= load.size


def test_faults_are_kept_in_the_language_of_who_sent_it_and_nothing_is_added(
    keeper: User, known: HashList
) -> None:
    with translation.override("ar"):
        load = sent(keeper, known, lines(3, "sha256,x", "film,1"))
        wanted = str(hashfiles._fault(5, "invalid", "").detail).split(":")[0]
    hashloads.run(load_id=load.pk)
    load.refresh_from_db()
    assert (load.status, load.added, HashEntry.objects.count()) == ("failed", None, 0)
    assert [fault["field"] for fault in load.faults] == ["line 5", "line 6"]
    assert load.faults[0]["detail"].startswith(wanted)
    assert not HashLoadPiece.objects.exists()


def test_what_breaks_ends_it_and_keeps_nothing(
    keeper: User, known: HashList, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = sent(keeper, known, lines(3))

    def broken(*_told: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(hashlists, "_search_library", broken)
    hashloads.run(load_id=load.pk)
    load.refresh_from_db()
    assert (load.status, load.faults[0]["code"], HashEntry.objects.count()) == ("failed", "broken", 0)


def test_what_somebody_may_not_do_any_more_is_not_done_for_them(keeper: User, known: HashList) -> None:
    load = sent(keeper, known, lines(3))
    keeper.set_role("viewer")
    hashloads.run(load_id=load.pk)
    load.refresh_from_db()
    assert (load.status, load.faults[0]["code"]) == ("failed", "not_permitted")
    assert not HashEntry.objects.exists()


def test_what_nobody_has_read_is_asked_for_again_and_what_is_old_is_forgotten(
    keeper: User, known: HashList, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(hashloads, "wake", asked.append)
    load, done = sent(keeper, known, lines(3)), sent(keeper, known, lines(4))
    hashloads.run(load_id=done.pk)
    hashloads.sweep()
    assert asked == []
    HashLoad.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    HashLoad.objects.filter(pk=done.pk).update(ended_at=timezone.now() - timedelta(days=91))
    hashloads.sweep()
    assert (asked, list(HashLoad.objects.all())) == ([load.pk], [load])


def test_only_who_keeps_the_lists_and_no_endless_file(
    keeper: User, known: HashList, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotPermitted):
        sent(UserFactory(role="manager"), known, lines(1))
    with pytest.raises(NotFound):
        hashloads.one(user=keeper, list_id=known.pk, load_id=known.pk)
    monkeypatch.setattr(hashloads, "MOST_BYTES", 100)
    with pytest.raises(InvalidInput):
        sent(keeper, known, lines(10))
    assert not HashLoad.objects.exists()


def test_a_list_goes_with_its_files(keeper: User, known: HashList) -> None:
    sent(keeper, known, lines(3))
    hashlists.delete(user=keeper, list_id=known.pk)
    assert not HashLoadPiece.objects.exists()


def test_it_is_read_and_told_of_while_redis_is_away(
    keeper: User, known: HashList, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(hashloads, "_PIECE", 1_000)
    load = sent(keeper, known, lines(100))
    away = {"LOCATION": f"unix://{tmp_path}/nobody.sock"}
    settings.CACHES = {"default": settings.CACHES["default"] | away}
    assert hashloads.read_of(load) == 0
    hashloads.run(load_id=load.pk)
    load.refresh_from_db()
    assert (load.status, load.added) == ("done", 100)


def test_what_the_database_cannot_do_now_is_left_to_the_sweep(
    keeper: User, known: HashList, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = sent(keeper, known, lines(3))

    def away(**_told: Any) -> int:
        raise OperationalError

    with monkeypatch.context() as meanwhile, pytest.raises(OperationalError):
        meanwhile.setattr(hashlists, "load", away)
        hashloads.run(load_id=load.pk)
    load.refresh_from_db()
    assert load.status == "running"
    hashloads.run(load_id=load.pk)
    load.refresh_from_db()
    assert (load.status, load.added) == ("done", 3)


def test_who_may_not_send_any_more_is_told_in_their_language(keeper: User, known: HashList) -> None:
    with translation.override("ar"):
        load = sent(keeper, known, lines(3))
        wanted = str(NotPermitted().detail)
    assert wanted != str(NotPermitted().detail)
    keeper.groups.clear()
    hashloads.run(load_id=load.pk)
    load.refresh_from_db()
    assert (load.status, load.faults[0]["detail"]) == ("failed", wanted)


@pytest.mark.django_db(transaction=True)
def test_another_file_does_not_wait_for_the_one_that_is_read(
    keeper: User, known: HashList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashloads, "wake", lambda _pk: None)
    load = sent(keeper, known, lines(1))
    real = hashlists.checked

    def send_another() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            sent(keeper, known, lines(2))
        finally:
            connection.close()

    def checked(entry: hashlists.Entry) -> hashlists.Entry:
        with ThreadPoolExecutor(1) as aside:
            aside.submit(send_another).result()
        return real(entry)

    monkeypatch.setattr(hashlists, "checked", checked)
    hashloads.run(load_id=load.pk)
    load.refresh_from_db()
    assert (load.status, HashLoad.objects.count()) == ("done", 2)

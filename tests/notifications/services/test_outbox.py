"""Events keep the order of the commits, whoever commits late."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications import tasks
from notifications.models import Event
from notifications.services import outbox


def write(topic: str, **more: Any) -> Event:
    return outbox.write(event_type="asset.stored", topics=[topic], data={}, **more)


@pytest.mark.django_db(transaction=True)
def test_an_event_has_no_number_before_the_commit_and_one_after() -> None:
    with transaction.atomic():
        event = write("asset:a")
        event.refresh_from_db()
        assert event.seq is None
    event.refresh_from_db()
    assert event.seq is not None


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_told() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write("asset:a")
        raise ZeroDivisionError
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_gets_the_larger_number() -> None:
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write("asset:slow")
            written.set()
            may_commit.wait(30)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(30)
    quick = write("asset:quick")
    quick.refresh_from_db()
    may_commit.set()
    thread.join(30)
    late = Event.objects.get(topics__contains=["asset:slow"])
    assert late.pk < quick.pk
    assert late.seq is not None and quick.seq is not None and late.seq > quick.seq


@pytest.mark.django_db(transaction=True)
def test_a_reader_never_finds_a_smaller_number_later() -> None:
    """Twelve writers of one topic; a reader that always asks for what is newer than the last that it saw."""

    def writer() -> None:
        for _turn in range(5):
            with transaction.atomic():
                write("asset:busy")
        connection.close()

    threads = [threading.Thread(target=writer) for _writer in range(6)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while any(thread.is_alive() for thread in threads) or len(seen) < Event.objects.count():
        with transaction.atomic():
            outbox.settled()
            newer = Event.objects.filter(seq__gt=seen[-1] if seen else 0).order_by("seq")
            seen.extend(number for number in newer.values_list("seq", flat=True) if number is not None)
    assert seen == sorted(seen)
    assert set(seen) == set(Event.objects.values_list("seq", flat=True))
    assert len(seen) == 30


@pytest.mark.django_db
def test_those_who_could_see_are_told_when_it_goes() -> None:
    asset_id = "0199d3c2-0000-7000-8000-000000000001"
    one = write("library", asset_id=asset_id, shown=False)
    two = write("library", asset_id=asset_id, shown=True)
    three = write("library", asset_id=asset_id, shown=False)
    four = write("library", asset_id=asset_id, shown=False)
    assert [event.told_all for event in (one, two, three, four)] == [False, True, True, False]


@pytest.mark.django_db
def test_relay_numbers_in_the_order_of_writing() -> None:
    ids = [write("asset:a").pk for _event in range(5)]
    assert outbox.relay() == 5
    assert list(Event.objects.order_by("seq").values_list("pk", flat=True)) == ids
    assert outbox.relay() == 0


@pytest.mark.django_db
def test_sweep_sends_only_what_has_been_left_for_a_while() -> None:
    fresh, left = write("asset:a"), write("asset:b")
    assert outbox.sweep() == 0
    Event.objects.filter(pk=left.pk).update(at=timezone.now() - timedelta(minutes=1))
    tasks.sweep()
    fresh.refresh_from_db()
    assert fresh.seq is not None


@pytest.mark.django_db
def test_prune_forgets_what_is_old_and_has_been_sent() -> None:
    young, old, unsent = write("asset:a"), write("asset:b"), write("asset:c")
    outbox.relay()
    Event.objects.filter(pk=unsent.pk).update(seq=None)
    Event.objects.filter(pk__in=[old.pk, unsent.pk]).update(at=timezone.now() - timedelta(days=91))
    assert outbox.prune() == 1
    tasks.prune()
    assert set(Event.objects.values_list("pk", flat=True)) == {young.pk, unsent.pk}

"""The tasks pass on to services, and pass their message on while something waits."""

from collections.abc import Iterator
from typing import Any

import pytest

from assets import tasks
from assets.exceptions import StorageUnavailable
from assets.services import importing, leftovers, orphans

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still_running() -> Iterator[None]:
    yield
    importing.shutting_down.clear()


@pytest.mark.parametrize(("ran", "messages"), [(True, 1), (False, 0)])
def test_an_import_passes_the_message_on_when_it_did_something(
    ran: bool, messages: int, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(importing, "run_next", lambda: ran)
    with django_capture_on_commit_callbacks() as after:
        tasks.import_next()
    assert len(after) == messages


def test_a_fresh_worker_looks_for_imports(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as after:
        tasks.look_for_imports()
    assert len(after) == 1


def test_a_worker_that_ends_lets_its_imports_go() -> None:
    tasks.stop_imports()
    assert importing.shutting_down.is_set()


@pytest.mark.usefixtures("clean_cache")
@pytest.mark.parametrize("after", [None, "assets/x"])
def test_a_sweep_of_the_storage_passes_the_message_on_until_its_end(
    after: str | None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    begun: list[str] = []

    def sweep(*, after: str) -> orphans.Piece:
        begun.append(after)
        return orphans.Piece(0, [], ends)

    ends = after
    monkeypatch.setattr(orphans, "sweep", sweep)
    with django_capture_on_commit_callbacks() as sent:
        tasks.sweep_orphans("assets/a")
    assert (begun, len(sent)) == (["assets/a"], 0 if after is None else 1)


@pytest.mark.parametrize(("begins", "begun"), [("assets/b", ["assets/b"]), (None, [])])
def test_a_new_sweep_begins_where_the_last_one_broke_off(
    begins: str | None, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[str] = []

    def sweep(*, after: str) -> orphans.Piece:
        swept.append(after)
        return orphans.Piece(0, [], None)

    monkeypatch.setattr(orphans, "where_to_begin", lambda: begins)
    monkeypatch.setattr(orphans, "sweep", sweep)
    tasks.sweep_orphans()
    assert swept == begun


def test_a_bucket_that_is_away_ends_the_sweep_quietly(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def sweep(**_options: Any) -> orphans.Piece:
        raise StorageUnavailable

    monkeypatch.setattr(orphans, "sweep", sweep)
    with django_capture_on_commit_callbacks() as sent:
        tasks.sweep_orphans()
    assert not sent


def test_a_sweep_of_uploads_does_not_begin_while_another_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[str] = []

    def slow() -> int:
        swept.append("begun")
        tasks.sweep_uploads()  # what beat sends meanwhile
        return 0

    monkeypatch.setattr(leftovers, "sweep", slow)
    for _ in range(2):
        tasks.sweep_uploads()
    assert swept == ["begun", "begun"]

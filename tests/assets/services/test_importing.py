"""Imports: asked for, handed out to one worker at a time, ended, given back, and never lost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from assets.exceptions import MayNotUpload, StorageUnavailable
from assets.models import Asset, UploadSession
from assets.services import downloading, importing, ingest, uploads
from assets.services.wishes import Wishes
from assets.signals import upload_progressed
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.core.fetching import UrlNotAllowed
from mediaportal.core.problems import Conflict, NotFound, NotPermitted, RateLimited
from tests.factories import UploadSessionFactory, UserFactory
from tests.forms import png
from tests.media import media
from tests.origins import LOOPBACK, Origin, Visit, serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


@pytest.fixture(autouse=True)
def _here(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.IMPORT_ALLOWED_NETWORKS = LOOPBACK
    monkeypatch.setattr(downloading, "PAUSES", (0.0,))
    yield
    importing.shutting_down.clear()


@pytest.fixture
def origin() -> Iterator[Origin]:
    with serving(lambda visit: visit.answer(body=png())) as running:
        yield running


def ask(url: str, user: User | None = None, **wishes: Any) -> UploadSession:
    return importing.ask(user=user or UserFactory(), url=url, wishes=Wishes(**wishes))


def waiting(**facts: Any) -> UploadSession:
    """An import that nobody has taken."""
    given = {
        "source": "url",
        "origin": "http://127.0.0.1:9/x",
        "expires_at": timezone.now() + timedelta(hours=1),
    }
    return UploadSessionFactory(**given | facts)


def held(**facts: Any) -> UploadSession:
    """An import that a worker has."""
    return waiting(holder="somebody", held_until=timezone.now() + timedelta(minutes=1), attempts=1, **facts)


def test_an_address_becomes_an_asset(origin: Origin, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as after:
        session = ask(
            origin.url("/sea.png?token=secret#top"), metadata={"title": "Sea", "visibility": "internal"}
        )
    assert len(after) == 1
    assert (session.source, session.status, session.origin) == (
        "url",
        "uploading",
        origin.url("/sea.png?token=secret"),
    )
    assert uploads.progress_document(session=session)["status"] == "pending"
    entry = Entry.objects.get(action="import.requested", object_id=str(session.pk))
    assert entry.detail == {"url": origin.url("/sea.png")}
    assert importing.run_next()
    asset = Asset.objects.get(upload=session.pk)
    assert (asset.title, asset.visibility, asset.original_filename, asset.mime_type) == (
        "Sea",
        "internal",
        "sea.png",
        "image/png",
    )
    assert asset.job_id == session.job_id
    importing.sweep()
    session.refresh_from_db()
    assert session.origin == origin.url("/sea.png")


def test_a_doubled_message_does_nothing_twice(origin: Origin) -> None:
    ask(origin.url())
    assert importing.run_next()
    assert not importing.run_next()
    assert (Asset.objects.count(), len(origin.seen)) == (1, 1)


def test_who_may_ask_and_for_how_much(settings: Any) -> None:
    settings.IMPORTS_WAITING = 2
    for nobody in (AnonymousUser(), UserFactory(role="viewer")):
        with pytest.raises(MayNotUpload):
            importing.ask(user=nobody, url="http://127.0.0.1/", wishes=Wishes())
    user = UserFactory()
    ask("http://127.0.0.1:9000/", user)
    waiting(user=user, status="failed")
    ask("http://127.0.0.1:9000/", user)
    with pytest.raises(RateLimited):
        ask("http://127.0.0.1:9000/", user)
    ask("http://127.0.0.1:9000/")


def test_a_bad_address_leaves_nothing() -> None:
    with pytest.raises(UrlNotAllowed):
        ask("http://169.254.169.254/latest/meta-data/")
    assert not UploadSession.objects.exists()


REFUSED = [
    ("empty", b"", {}, "empty_file"),
    ("text", b"just words\n" * 50, {}, "unsupported_media_type"),
    ("page", b"<!doctype html><title>Sign in</title>" * 20, {}, "unsupported_media_type"),
    ("kind", png(), {"kind": "video"}, "unsupported_media_type"),
    ("large", b"x" * 2000, {}, "file_too_large"),
]


@pytest.mark.parametrize(("name", "content", "wishes", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_other_doors_refuse_is_refused_here(
    settings: Any, name: str, content: bytes, wishes: dict[str, Any], code: str
) -> None:
    if name == "large":
        settings.MAX_FILE_SIZE = 1000
    with serving(lambda visit: visit.answer(body=content)) as origin:
        session = ask(origin.url(), **wishes)
        assert importing.run_next()
    session.refresh_from_db()
    assert (session.status, session.error_code) == ("failed", code)
    document = uploads.progress_document(session=session)
    assert (document["status"], document["error"]["code"]) == ("failed", code)
    assert not uploads.part_path(session.pk).exists()


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (lambda visit: visit.answer(404), "fetch_failed"),
        (lambda visit: visit.answer(302, Location="http://10.0.0.1/"), "url_not_allowed"),
        (lambda visit: visit.answer(302, Location="file:///etc/passwd"), "url_not_allowed"),
        (lambda visit: visit.answer(body=png(), Content_Encoding="gzip"), "fetch_failed"),
    ],
)
def test_what_goes_wrong_on_the_way_is_told(script: Any, code: str) -> None:
    with serving(script) as origin:
        session = ask(origin.url())
        assert importing.run_next()
    session.refresh_from_db()
    assert (session.status, session.error_code) == ("failed", code)
    assert session.error_detail


def test_only_so_many_are_fetched_at_once(settings: Any, origin: Origin) -> None:
    settings.IMPORTS_AT_ONCE = 1
    session = ask(origin.url())
    busy = held()
    assert not importing.run_next()
    UploadSession.objects.filter(pk=busy.pk).update(status="failed")
    assert importing.run_next()
    session.refresh_from_db()
    assert session.status == "accepted"


def test_people_take_turns(settings: Any, origin: Origin) -> None:
    settings.IMPORTS_AT_ONCE = 5
    eager, modest = UserFactory(), UserFactory()
    held(user=eager)
    mine = ask(origin.url(), eager)
    other = ask(origin.url(), modest)
    assert importing.run_next()
    assert Asset.objects.get().upload == other
    assert importing.run_next()
    assert set(Asset.objects.values_list("upload", flat=True)) == {mine.pk, other.pk}


def test_a_lost_worker_is_replaced_and_writes_to_nobody(origin: Origin) -> None:
    session = ask(origin.url())
    UploadSession.objects.filter(pk=session.pk).update(
        holder="lost", held_until=timezone.now() - timedelta(seconds=1), attempts=1
    )
    uploads.part_path(session.pk).write_bytes(b"half")
    assert importing.run_next()
    assert Asset.objects.get().file_size == len(png())


def test_workers_that_are_lost_again_and_again_end_it() -> None:
    session = waiting(attempts=importing.ATTEMPTS, held_until=timezone.now() - timedelta(seconds=1))
    assert not importing.run_next()
    session.refresh_from_db()
    assert (session.status, session.error_code) == ("failed", "fetch_failed")


def test_an_import_that_is_ended_while_it_is_fetched_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "_RENEW_SECONDS", 0.0)
    user = UserFactory()

    def script(visit: Visit) -> None:
        visit.head()
        visit.wfile.write(media("plain.mp4").read_bytes())
        while True:
            visit.wfile.write(bytes(65_536))

    def progressed(**_news: Any) -> None:
        importing.cancel(user=user, upload_id=session.pk)

    with serving(script) as origin:
        session = ask(origin.url(), user)
        monkeypatch.setattr(upload_progressed, "send", progressed)
        assert importing.run_next()
    session.refresh_from_db()
    assert (session.status, session.error_code) == ("failed", "upload_terminated")
    assert not Asset.objects.exists()


def test_who_may_end_an_import() -> None:
    session = waiting()
    with pytest.raises(NotFound):
        importing.cancel(user=UserFactory(), upload_id=session.pk)
    with pytest.raises(NotPermitted):
        importing.cancel(user=UserFactory(role="moderator"), upload_id=session.pk)
    with pytest.raises(NotFound):
        importing.cancel(user=UserFactory(role="manager"), upload_id=UploadSessionFactory().pk)
    importing.cancel(user=UserFactory(role="manager"), upload_id=session.pk)
    with pytest.raises(Conflict):
        importing.cancel(user=session.user, upload_id=session.pk)


def test_a_worker_that_is_told_to_end_gives_back_what_it_has() -> None:
    def script(visit: Visit) -> None:
        importing.shutting_down.set()
        visit.answer(503)

    with serving(script) as origin:
        session = ask(origin.url())
        assert importing.run_next()
        assert not importing.run_next()
        assert len(origin.seen) == 1
    session.refresh_from_db()
    assert (session.status, session.holder, session.held_until, session.attempts) == (
        "uploading",
        "",
        None,
        0,
    )


def test_a_storage_that_is_away_is_waited_for(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_facts: Any) -> None:
        raise StorageUnavailable

    session = ask(origin.url())
    with monkeypatch.context() as patched:
        patched.setattr(ingest, "accept_file", away)
        assert importing.run_next()
    session.refresh_from_db()
    assert session.status == "uploading"
    assert not importing.run_next()
    UploadSession.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert importing.run_next()
    assert Asset.objects.get().upload == session


def test_the_sweeper_ends_what_nobody_took_and_wakes_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[bool] = []
    monkeypatch.setattr(importing, "wake", lambda: woken.append(True))
    late = waiting(expires_at=timezone.now() - timedelta(seconds=1))
    running = held(expires_at=timezone.now() - timedelta(seconds=1))
    importing.sweep()
    late.refresh_from_db()
    running.refresh_from_db()
    assert (late.status, late.error_code, running.status) == ("failed", "fetch_failed", "uploading")
    assert not woken
    waiting()
    importing.sweep()
    assert woken


def test_what_waits_is_not_swept_as_a_broken_upload() -> None:
    session = waiting()
    UploadSession.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    uploads.sweep_stale()
    session.refresh_from_db()
    assert session.status == "uploading"
